"""povqa in Telegram: ask by writing, get quoted sentences with their sources."""
