"""What can go wrong in the bot, in words for its users and its owner."""

from __future__ import annotations

from typing import TYPE_CHECKING

from povqa import PovqaError

if TYPE_CHECKING:
    from povqa import Preview


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


class FullError(PovqaError):
    """There is no room on the disk: for an owner."""

    def __init__(self) -> None:
        super().__init__(
            "The disk of the bot's machine is full, so nothing was changed. Free some space, then try again.",
            "机器人所在机器的磁盘已满,没有任何改动。请清出空间后再试。",
        )


class UnwritableError(PovqaError):
    """A file of the articles or the index cannot be read or written: for an owner."""

    def __init__(self) -> None:
        super().__init__(
            "The bot may not write where the articles are, so nothing was changed. Mend the permissions, try again.",
            "机器人无法写入文章所在的位置,没有任何改动。请检查权限后再试。",
        )


class StoppedError(PovqaError):
    """The bot was stopped while it changed the articles: for an owner."""

    def __init__(self) -> None:
        super().__init__(
            "The bot is being stopped, so nothing was changed; it goes on when it starts again.",
            "机器人正在停止,没有任何改动;重新启动后会继续。",
        )


class DownloadError(PovqaError):
    """A document cannot be had from Telegram: for an owner."""

    def __init__(self) -> None:
        super().__init__(
            "Telegram did not hand the document over. Please send it again in a moment.",
            "没能从 Telegram 取得这份文件,请稍后重新发送。",
        )


class TooLargeError(PovqaError):
    """A document is larger than Telegram hands to bots: for an owner."""

    def __init__(self) -> None:
        super().__init__(
            "Telegram hands documents of up to 20 MB to bots, and this one is larger. Split it, or use `povqa add` on "
            "the bot's machine.",
            "Telegram 只把 20 MB 以内的文件交给机器人,这份文件更大。请拆分后再发,"
            "或在机器人所在的机器上用 `povqa add`。",
        )


class OtherwiseError(PovqaError):
    """Adding would do something else by now than its owner was shown.

    :ivar preview: what it would do.
    """

    def __init__(self, preview: Preview) -> None:
        super().__init__(
            "The articles have changed in the meantime; please look again.", "文章在此期间有了变化,请再看一遍。"
        )
        self.preview = preview
