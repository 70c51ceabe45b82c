"""What can go wrong in the bot, in words for its users and its owner."""

from __future__ import annotations

from povqa import PovqaError


class BotError(PovqaError):
    """A setting is missing or wrong, or the bot cannot start: for its owner."""


class BusyError(PovqaError):
    """Too many questions are waiting: for the person who asked."""

    def __init__(self) -> None:
        super().__init__(
            "Many people are asking right now. Please ask again in a minute.", "现在提问的人很多,请过一分钟再问。"
        )


class TooSlowError(PovqaError):
    """An answer took longer than a person waits."""

    def __init__(self) -> None:
        super().__init__(
            "This takes longer than usual. Please ask again in a moment.", "这个问题花的时间比平时长,请稍后再问一次。"
        )
