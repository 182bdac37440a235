"""The local Bot API server: strict as Telegram, with people who write and tap."""
