"""What is kept: customers, cases, what came in and what is to go out, in one SQLite file. Knows nothing of Telegram's library."""
