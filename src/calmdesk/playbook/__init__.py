"""The playbook: what fits when, and why. Imports `reading` and below; no I/O."""
