"""What a text is made of: its folded writing, its language, its clauses. Imports nothing of calmdesk but itself; no I/O at call time."""
