"""A server that speaks the Telegram Bot API on loopback, as strict as Telegram: what that rejects, this rejects."""
