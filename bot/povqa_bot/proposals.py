"""What owners have put forward and not decided on yet, in the bot's store: documents to add, articles to remove."""

from __future__ import annotations

import sqlite3
import time
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from povqa_bot.store import Store

KEPT = 86400.0  # seconds for which a proposal waits for its owner
_COLUMNS = "id, user_id, kind, name, data, action, path, sha256, state, made"


class Kind(StrEnum):
    """What is to happen."""

    ADD = "add"
    REMOVE = "remove"


class State(StrEnum):
    """How far a proposal is."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"  # or declined: its document is gone


@dataclass(frozen=True, slots=True)
class Proposal:
    """What an owner was asked to confirm.

    :ivar name: of the document, or the title of the article.
    :ivar data: of the document.
    :ivar action: what adding would do, as it was shown.
    :ivar path: of the article, as people are shown it.
    :ivar sha256: of the article that is to be removed.
    """

    user_id: int
    kind: Kind
    name: str
    data: bytes = b""
    action: str = ""
    path: str = ""
    sha256: str = ""
    state: State = State.WAITING
    made: float = 0.0
    id: int = 0


class Proposals:
    """Keeps proposals for a day, across restarts, and lets each be carried out once."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def keep(self, proposal: Proposal) -> int:
        """Keep a new one; returns its id."""
        query = (
            "INSERT INTO proposals (user_id, kind, name, data, action, path, sha256, state, made) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id"
        )
        values = (
            *(proposal.user_id, proposal.kind, proposal.name, proposal.data, proposal.action, proposal.path),
            *(proposal.sha256, State.WAITING, time.time()),
        )
        return int((await self._execute(query, values))[0][0])

    async def find(self, number: int) -> Proposal | None:
        """One by its id; None where there is none, or it is too old."""
        query = f"SELECT {_COLUMNS} FROM proposals WHERE id = ? AND made >= ?"
        rows = await self._execute(query, (number, time.time() - KEPT))
        return _proposal(rows[0]) if rows else None

    async def claim(self, number: int) -> bool:
        """Begin to carry one out; False where that has been begun, or it is decided."""
        query = "UPDATE proposals SET state = ? WHERE id = ? AND state = ? RETURNING id"
        return bool(await self._execute(query, (State.RUNNING, number, State.WAITING)))

    async def release(self, number: int, action: str | None = None, path: str | None = None) -> None:
        """It was not carried out, and may be decided on again.

        :param action: what it would do by now, if that is something else.
        :param path: likewise.
        """
        query = (
            "UPDATE proposals SET state = ?, action = coalesce(?, action), path = coalesce(?, path) "
            "WHERE id = ? AND state = ?"
        )
        await self._execute(query, (State.WAITING, action, path, number, State.RUNNING))

    async def settle(self, number: int) -> None:
        """It is decided. What was sent goes."""
        await self._execute(
            "UPDATE proposals SET state = ?, data = NULL, name = '', path = '' WHERE id = ?", (State.DONE, number)
        )

    async def resume(self) -> None:
        """Take back what a run before was carrying out when it ended; the owner's press comes again, too."""
        await self._execute("UPDATE proposals SET state = ? WHERE state = ?", (State.WAITING, State.RUNNING))

    async def purge(self) -> None:
        """Delete those that are too old."""
        query = "DELETE FROM proposals WHERE made < ? AND state != ?"
        await self._execute(query, (time.time() - KEPT, State.RUNNING))

    async def _execute(self, query: str, values: tuple[Any, ...]) -> list[Any]:
        def work(db: sqlite3.Connection) -> list[Any]:
            return db.execute(query, values).fetchall()

        return await self._store.run(work)


def _proposal(row: Any) -> Proposal:
    number, user_id, kind, name, data, action, path, sha256, state, made = row
    return Proposal(user_id, Kind(kind), name, data or b"", action, path, sha256, State(state), made, number)
