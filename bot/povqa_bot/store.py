"""What the bot remembers, in SQLite. Everything runs in one thread of its own, each call in one transaction."""

from __future__ import annotations

import asyncio
import json
import re
import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib.resources import files
from pathlib import Path
from typing import Any, TypeVar

from povqa_bot.errors import BotError
from povqa_bot.forgetting import forget_old, forget_person
from povqa_bot.records import Asked, Found

T = TypeVar("T")
_ATTEMPTS = 3  # an update that brought the bot down this often is given up
_COLUMNS = "id, chat_id, user_id, question_message_id, message_id, question, history, lang, answer, asked"


class Store:
    """Conversations, answers, ratings, languages, and the updates that are not dealt with yet."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="store")
        self._db: sqlite3.Connection | None = None

    async def open(self) -> None:
        """Open the file, and bring it to the present schema.

        :raises BotError: it cannot be used.
        """
        self._db = await asyncio.get_running_loop().run_in_executor(self._thread, connect, self._path)

    async def close(self) -> None:
        """Let go of the file."""
        if self._db is not None:
            await asyncio.get_running_loop().run_in_executor(self._thread, self._db.close)
            self._db = None
        self._thread.shutdown()

    async def run(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Work on the database in one transaction, in the store's thread."""
        db = self._db
        if db is None:
            raise RuntimeError("the store is not open")

        def transaction() -> T:
            with db:
                return work(db)

        return await asyncio.get_running_loop().run_in_executor(self._thread, transaction)

    async def _execute(self, query: str, values: Sequence[Any] = ()) -> list[Any]:
        return await self.run(lambda db: db.execute(query, values).fetchall())

    # updates

    async def remember(self, update_id: int, payload: str | None) -> bool:
        """Take note of an update.

        :param payload: kept until `done`; None: not worth doing after a restart.
        :return: False if it came before.
        """
        query = "INSERT OR IGNORE INTO updates (update_id, payload, received) VALUES (?, ?, ?) RETURNING update_id"
        return bool(await self._execute(query, (update_id, payload, time.time())))

    async def done(self, update_id: int) -> None:
        """The update is dealt with."""
        await self._execute("UPDATE updates SET payload = NULL WHERE update_id = ?", (update_id,))

    async def pending(self) -> list[str]:
        """The updates that an earlier run did not finish, oldest first; counts one more attempt at each."""

        def work(db: sqlite3.Connection) -> list[str]:
            db.execute("UPDATE updates SET payload = NULL WHERE attempts >= ?", (_ATTEMPTS,))
            db.execute("UPDATE updates SET attempts = attempts + 1 WHERE payload IS NOT NULL")
            rows = db.execute("SELECT payload FROM updates WHERE payload IS NOT NULL ORDER BY update_id")
            return [row[0] for row in rows]

        return await self.run(work)

    # people

    async def lang(self, user_id: int) -> str | None:
        """The language that a person chose."""
        rows = await self._execute("SELECT lang FROM users WHERE user_id = ?", (user_id,))
        return rows[0][0] if rows else None

    async def set_lang(self, user_id: int, lang: str | None) -> None:
        """Keep the language that a person chose; None: go by what they write."""
        query = "INSERT INTO users VALUES (?, ?) ON CONFLICT DO UPDATE SET lang = excluded.lang"
        await self._execute(query, (user_id, lang))

    async def delete_user(self, user_id: int) -> int:
        """Delete everything about a person, and say how many answers that were."""
        count = await self.run(lambda db: forget_person(db, user_id))
        await self._empty_log()
        return count

    # answers

    async def save(self, asked: Asked) -> int:
        """Keep an answer; the one to the same message, if any, is replaced. Returns its id."""
        query = (
            "INSERT INTO answers (chat_id, user_id, question_message_id, question, history, lang, answer, asked) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (chat_id, user_id, question_message_id) DO UPDATE SET "
            "question = excluded.question, lang = excluded.lang, answer = excluded.answer RETURNING id"
        )
        values = (
            *(asked.chat_id, asked.user_id, asked.question_message_id, asked.question),
            *(json.dumps(asked.history, ensure_ascii=False), asked.lang, asked.found.dump(), asked.asked),
        )
        return int((await self._execute(query, values))[0][0])

    async def sent(self, answer_id: int, message_id: int) -> None:
        """The answer stands in that message."""
        await self._execute("UPDATE answers SET message_id = ? WHERE id = ?", (message_id, answer_id))

    async def answer(self, answer_id: int) -> Asked | None:
        """An answer by its id."""
        return _one(await self._execute(f"SELECT {_COLUMNS} FROM answers WHERE id = ?", (answer_id,)))

    async def answer_in(self, chat_id: int, message_id: int) -> Asked | None:
        """The answer that stands in a message."""
        query = f"SELECT {_COLUMNS} FROM answers WHERE chat_id = ? AND message_id = ?"
        return _one(await self._execute(query, (chat_id, message_id)))

    async def answer_to(self, chat_id: int, question_message_id: int) -> Asked | None:
        """The answer to the question in a message."""
        query = f"SELECT {_COLUMNS} FROM answers WHERE chat_id = ? AND question_message_id = ?"
        return _one(await self._execute(query, (chat_id, question_message_id)))

    async def last(self, chat_id: int, user_id: int, since: float) -> Asked | None:
        """The last question of a person in a chat, unless it is older or was to be forgotten."""
        query = (
            f"SELECT {_COLUMNS} FROM answers WHERE chat_id = ? AND user_id = ? AND asked >= ? AND NOT forgotten "
            "ORDER BY id DESC LIMIT 1"
        )
        return _one(await self._execute(query, (chat_id, user_id, since)))

    async def forget(self, chat_id: int, user_id: int) -> None:
        """The next question of this person in this chat follows up on none."""
        query = "UPDATE answers SET forgotten = 1 WHERE chat_id = ? AND user_id = ?"
        await self._execute(query, (chat_id, user_id))

    async def move_chat(self, old: int, new: int) -> None:
        """A group has become a supergroup, with another id."""
        await self._execute("UPDATE OR IGNORE answers SET chat_id = ? WHERE chat_id = ?", (new, old))

    async def rate(self, answer_id: int, user_id: int, good: bool) -> bool | None:
        """Keep a rating; the same one again takes it back. Returns what now stands, None: nothing."""

        def work(db: sqlite3.Connection) -> bool | None:
            key = (answer_id, user_id)
            before = db.execute("SELECT good FROM ratings WHERE answer_id = ? AND user_id = ?", key).fetchone()
            db.execute("DELETE FROM ratings WHERE answer_id = ? AND user_id = ?", key)
            if before is not None and bool(before[0]) == good:
                return None
            db.execute("INSERT INTO ratings VALUES (?, ?, ?, ?)", (*key, good, time.time()))
            return good

        return await self.run(work)

    async def purge(self, before: float) -> int:
        """Delete older answers that nobody rated, and take the numbers of people from the others; say how many went."""
        count = await self.run(lambda db: forget_old(db, before))
        await self._empty_log()
        return count

    async def _empty_log(self) -> None:
        """Empty SQLite's log of changes: what was deleted stands in it until it is written over.

        While another process reads the file that cannot be done; it is the next time.
        """
        await self._execute("PRAGMA wal_checkpoint(TRUNCATE)")

    async def counts(self, since: float) -> dict[str, int]:
        """Figures for the owner: people, questions in all and since then, and ratings."""
        queries = {
            "people": ("SELECT count(DISTINCT user_id) FROM answers WHERE user_id != 0", ()),
            "questions": ("SELECT count(*) FROM answers", ()),
            "recent": ("SELECT count(*) FROM answers WHERE asked >= ?", (since,)),
            "good": ("SELECT count(*) FROM ratings WHERE good", ()),
            "bad": ("SELECT count(*) FROM ratings WHERE NOT good", ()),
        }
        return await self.run(
            lambda db: {name: int(db.execute(query, values).fetchone()[0]) for name, (query, values) in queries.items()}
        )


def connect(path: Path) -> sqlite3.Connection:
    """The database at `path`, brought to the present schema.

    :raises BotError: it cannot be used.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        db = sqlite3.connect(path, check_same_thread=False, timeout=10)
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = NORMAL")  # survives a crash of the bot; a power cut may cost the last moment
        db.execute("PRAGMA foreign_keys = ON")
        db.execute("PRAGMA secure_delete = ON")  # what a person deletes is gone from the file, too
        _migrate(db, path)
    except (OSError, sqlite3.Error) as error:
        raise BotError(
            f"The bot's data in {path} cannot be used ({error}): mend the file or set POVQA_BOT_DATA.",
            f"无法使用机器人的数据 {path}({error}):请修复该文件,或设置 POVQA_BOT_DATA。",
        ) from error
    return db


def migrations() -> list[tuple[int, str]]:
    """The steps of the schema: number and SQL, in order."""
    folder = files("povqa_bot") / "migrations"
    found = [(match[1], file) for file in folder.iterdir() if (match := re.fullmatch(r"(\d{4})_\w+\.sql", file.name))]
    return sorted((int(number), file.read_text(encoding="utf-8")) for number, file in found)


def _migrate(db: sqlite3.Connection, path: Path) -> None:
    steps = migrations()
    version = int(db.execute("PRAGMA user_version").fetchone()[0])
    if version > steps[-1][0]:
        raise BotError(
            f"The bot's data in {path} are of a newer povqa (step {version}): update povqa, or set POVQA_BOT_DATA.",
            f"机器人的数据 {path} 来自更新版本的 povqa(第 {version} 步):请升级 povqa,或设置 POVQA_BOT_DATA。",
        )
    for number, step in steps:
        if number > version:
            db.executescript(f"BEGIN IMMEDIATE;\n{step}\nPRAGMA user_version = {number};\nCOMMIT;")


def rated(db: sqlite3.Connection) -> Iterator[tuple[Asked, int, int]]:
    """The rated answers, oldest first: each with how many found it good and bad."""
    query = (
        f"SELECT {_COLUMNS}, good, bad FROM answers JOIN (SELECT answer_id, sum(good) AS good, sum(NOT good) AS bad "
        "FROM ratings GROUP BY answer_id) ON answer_id = id ORDER BY id"
    )
    for row in db.execute(query):
        asked = _one([row[:-2]])
        if asked is not None:
            yield asked, int(row[-2]), int(row[-1])


def _one(rows: list[Any]) -> Asked | None:
    if not rows:
        return None
    answer_id, chat_id, user_id, question_message_id, message_id, question, history, lang, answer, asked = rows[0]
    return Asked(
        chat_id, user_id, question_message_id, question, tuple(json.loads(history)), lang, Found.load(answer), asked,
        answer_id, message_id,
    )  # fmt: skip
