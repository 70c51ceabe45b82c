"""How updates come in: written down before Telegram is told that they arrived, none twice, each person's in order."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections.abc import Awaitable
from typing import Any

from telegram import Bot, Update
from telegram.ext import BaseUpdateProcessor

from povqa_bot.keyboards import DECISION
from povqa_bot.logs import logger
from povqa_bot.metrics import Metrics
from povqa_bot.store import Store

_AT_ONCE = 4096
Key = tuple[str, int, int]


class Inbox(asyncio.Queue[object]):
    """The queue that PTB's updater fills. An update that came before is dropped; a new one survives a crash.

    The updater puts each update here before it confirms it to Telegram, so none is lost in between.
    """

    def __init__(self, store: Store, metrics: Metrics) -> None:
        super().__init__()
        self._store = store
        self._metrics = metrics

    async def put(self, item: object) -> None:
        """Take an update in."""
        if isinstance(item, Update):
            self._metrics.updates.labels(kind_of(item)).inc()
            # An inline question is of no use a moment later.
            payload = None if item.inline_query else item.to_json()
            try:
                fresh = await self._store.remember(item.update_id, payload)
            except sqlite3.Error as error:  # a full disk must not stop the bot from answering
                logger().error("update_not_stored", update=item.update_id, exc_info=error)
                fresh = True
            if not fresh:
                self._metrics.duplicates.inc()
                return
        await super().put(item)

    async def resume(self, bot: Bot) -> set[int]:
        """Take up what an earlier run left undone; returns the numbers of those updates."""
        updates = [Update.de_json(json.loads(payload), bot) for payload in await self._store.pending()]
        for update in updates:
            await super().put(update)
        return {update.update_id for update in updates}


class InOrder(BaseUpdateProcessor):
    """One update at a time for each person in each chat, in the order of arrival; different ones side by side."""

    def __init__(self, store: Store) -> None:
        super().__init__(_AT_ONCE)
        self._store = store
        self._locks: dict[Key, tuple[asyncio.Lock, int]] = {}
        self.resumed: set[int] = set()  # updates of an earlier run, which may have been answered by it
        self.unfinished: set[int] = set()  # updates whose answer could not be sent; they are tried again at a restart

    async def do_process_update(self, update: object, coroutine: Awaitable[Any]) -> None:
        """Await the turn, then the handlers."""
        try:
            await self._in_turn(key_of(update), coroutine)
        finally:
            if asyncio.iscoroutine(coroutine):
                coroutine.close()  # a stop may come before its turn
        if isinstance(update, Update):
            if update.update_id in self.unfinished:
                self.unfinished.discard(update.update_id)
                return
            try:
                await self._store.done(update.update_id)
            except sqlite3.Error as error:
                logger().error("update_not_marked", update=update.update_id, exc_info=error)

    async def _in_turn(self, key: Key | None, coroutine: Awaitable[Any]) -> None:
        if key is None:
            await coroutine
        else:
            lock, users = self._locks.get(key, (asyncio.Lock(), 0))
            self._locks[key] = lock, users + 1
            try:
                async with lock:
                    await coroutine
            finally:
                users = self._locks[key][1] - 1
                if users:
                    self._locks[key] = lock, users
                else:
                    del self._locks[key]

    async def initialize(self) -> None:
        """Nothing to do."""

    async def shutdown(self) -> None:
        """Nothing to do."""


def kind_of(update: Update) -> str:
    """What an update is, by the Bot API's name."""
    for name in ("message", "edited_message", "callback_query", "inline_query"):
        if getattr(update, name) is not None:
            return name
    return "other"


def key_of(update: object) -> Key | None:
    """Whose turn an update waits for. A button waits for no question; of inline questions only the last counts.

    A decision on a proposal waits for nobody, and nobody waits for the minutes that it may take.
    """
    if not isinstance(update, Update) or update.inline_query is not None:
        return None
    if update.callback_query is not None and (update.callback_query.data or "").startswith(DECISION):
        return None
    user = update.effective_user.id if update.effective_user else 0
    chat = update.effective_chat.id if update.effective_chat else 0
    return ("button" if update.callback_query else "message", chat, user)
