"""The wordings: matching and rendering. Imports `playbook` and below; no I/O but loading."""
