"""The desk: what happens when a customer writes, an agent taps, an admin edits. Decides and keeps; knows nothing of Telegram."""
