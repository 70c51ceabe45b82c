"""What the server knows: chats with their messages, updates on their way, and the people who write."""

import asyncio
import contextlib
import itertools
import re
import time
from dataclasses import dataclass
from pathlib import Path

from .markup import utf16

BOT = {"id": 424242, "is_bot": True, "first_name": "脱贫问答", "username": "povqa_test_bot"}
_COMMAND = re.compile(r"(?<!\S)/[a-z0-9_]{1,32}(?:@\w+)?", re.I)
_MENTION = re.compile(r"(?<!\w)@\w{4,}")


@dataclass
class File:
    """A file that somebody has sent.

    :ivar size: as Telegram has it; a test need not make up all the bytes of a large one.
    :ivar handed: whether getFile has given its path.
    """

    path: str
    data: bytes
    size: int
    handed: bool = False


class World:
    def __init__(self) -> None:
        self.updates: list[dict] = []  # not confirmed by the bot yet
        self.chats: dict[int, dict] = {}
        self.messages: dict[int, list[dict]] = {}
        self.callbacks: dict[str, dict | None] = {}  # by id: what the bot answered
        self.inlines: dict[str, dict | None] = {}
        self.files: dict[str, File] = {}  # by id
        self.changed = asyncio.Condition()
        self._update_ids = itertools.count(1000)
        self._message_ids: dict[int, itertools.count] = {}
        self._ids = itertools.count(1)

    async def notify(self) -> None:
        async with self.changed:
            self.changed.notify_all()

    async def until(self, condition, seconds: float = 20.0):
        """The first true value of `condition()`."""
        async with asyncio.timeout(seconds):
            while not (value := condition()):
                # What the condition looks at may also change without a call to the server.
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(0.1), self.changed:
                        await self.changed.wait()
            return value

    def add(self, chat_id: int, message: dict) -> dict:
        number = next(self._message_ids.setdefault(chat_id, itertools.count(1)))
        message = {"message_id": number, "date": int(time.time()), "chat": self.chats[chat_id]} | message
        self.messages.setdefault(chat_id, []).append(message)
        return message

    def find(self, chat_id: int, message_id: int) -> dict | None:
        return next((m for m in self.messages.get(chat_id, []) if m["message_id"] == message_id), None)

    def keep(self, name: str | None, data: bytes, size: int | None = None, mime: str | None = None) -> dict:
        """Keep a file; returns it as it stands in a message."""
        number = self.next_id()
        size = len(data) if size is None else size
        self.files[f"file-{number}"] = File(f"documents/file_{number}{Path(name or '').suffix}", data, size)
        document = {"file_id": f"file-{number}", "file_unique_id": f"ufile-{number}", "file_size": size}
        return document | ({"file_name": name} if name else {}) | ({"mime_type": mime} if mime else {})

    async def push(self, kind: str, payload: dict) -> dict:
        update = {"update_id": next(self._update_ids), kind: payload}
        self.updates.append(update)
        await self.notify()
        return update

    def of_bot(self, chat_id: int, after: int = 0) -> list[dict]:
        """The bot's messages in a chat, as they stand now."""
        return [m for m in self.messages.get(chat_id, []) if m["from"]["id"] == BOT["id"] and m["message_id"] > after]

    def user(self, number: int, name: str = "王芳", lang: str = "zh-hans") -> "User":
        self.chats.setdefault(number, {"id": number, "type": "private", "first_name": name})
        return User(self, {"id": number, "is_bot": False, "first_name": name, "language_code": lang})

    def group(self, number: int = -1001, title: str = "驻村工作群") -> int:
        self.chats[number] = {"id": number, "type": "supergroup", "title": title}
        return number

    def next_id(self) -> str:
        return str(next(self._ids))


class User:
    """A person with Telegram in hand."""

    def __init__(self, world: World, data: dict) -> None:
        self.world, self.data, self.id = world, data, data["id"]

    async def sends(self, chat: int | None = None, reply_to: dict | None = None, **content) -> dict:
        """Send a message of any kind; nothing is waited for."""
        own = content | {"from": self.data}
        for field, entities in (("text", "entities"), ("caption", "caption_entities")):
            if found := entities_of(content.get(field, "")):
                own[entities] = found
        if reply_to is not None:
            own["reply_to_message"] = {k: v for k, v in reply_to.items() if k != "reply_to_message"}
        message = self.world.add(self.id if chat is None else chat, own)
        await self.world.push("message", message)
        return message

    async def sends_file(self, name: str | None, data: bytes, seconds: float = 30.0, **content) -> dict:
        """Send a document, and wait for the bot's next message."""
        given = {key: content.pop(key) for key in ("size", "mime") if key in content}
        message = await self.sends(document=self.world.keep(name, data, **given), **content)
        return await self.hears(message, seconds)

    async def says(self, text: str, **where) -> dict:
        return await self.sends(text=text, **where)

    async def asks(self, text: str, seconds: float = 20.0, **where) -> dict:
        """Write, and wait for the bot's next message in that chat."""
        message = await self.says(text, **where)
        return await self.hears(message, seconds)

    async def hears(self, after: dict, seconds: float = 20.0) -> dict:
        chat, number = after["chat"]["id"], after["message_id"]
        return (await self.world.until(lambda: self.world.of_bot(chat, number), seconds))[0]

    async def edits(self, message: dict, text: str) -> None:
        message |= {"text": text, "edit_date": int(time.time())}
        message.pop("entities", None)
        if found := entities_of(text):
            message["entities"] = found
        await self.world.push("edited_message", message)

    async def presses(self, message: dict, label: str, seconds: float = 20.0) -> dict:
        """Press the first button whose text holds `label`; returns what the bot answered to the press."""
        buttons = [b for row in message["reply_markup"]["inline_keyboard"] for b in row]
        button = next(b for b in buttons if label in b["text"])
        return await self.presses_data(message, button["callback_data"], seconds)

    async def presses_data(self, message: dict, data: str, seconds: float = 20.0) -> dict:
        number = self.world.next_id()
        self.world.callbacks[number] = None
        query = {"id": number, "from": self.data, "message": message, "chat_instance": "1", "data": data}
        await self.world.push("callback_query", query)
        return await self.world.until(lambda: self.world.callbacks[number], seconds)

    async def types_inline(self, query: str, seconds: float = 20.0, *, wait: bool = True) -> dict | None:
        number = self.world.next_id()
        self.world.inlines[number] = None
        await self.world.push("inline_query", {"id": number, "from": self.data, "query": query, "offset": ""})
        return await self.world.until(lambda: self.world.inlines[number], seconds) if wait else None


def entities_of(text: str) -> list[dict]:
    """The commands and mentions in a text, as Telegram's clients mark them."""
    return sorted(
        (
            {"type": kind, "offset": utf16(text[: match.start()]), "length": utf16(match[0])}
            for kind, pattern in (("bot_command", _COMMAND), ("mention", _MENTION))
            for match in pattern.finditer(text)
            if kind == "bot_command" or not any(m.start() <= match.start() < m.end() for m in _COMMAND.finditer(text))
        ),
        key=lambda entity: entity["offset"],
    )
