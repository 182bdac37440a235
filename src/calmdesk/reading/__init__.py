"""Reading: from a conversation to a `Reading`. Imports `text` and `conversation` only; no I/O at call time."""
