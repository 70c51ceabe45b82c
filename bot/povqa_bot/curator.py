"""The articles in an owner's hands: looking at what may be added, adding and removing, off the event loop."""

from __future__ import annotations

import asyncio
import errno
import re
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from threading import Event
from typing import NoReturn, TypeVar

from povqa import (
    Action,
    BusyCorpusError,
    Outcome,
    PovqaError,
    Preview,
    Settings,
    add_articles,
    fetch,
    offer_bytes,
    preview,
    remove_articles,
)
from povqa_bot.answerer import Answerer, Entry
from povqa_bot.errors import FullError, OtherwiseError, StoppedError, UnwritableError
from povqa_bot.logs import logger

T = TypeVar("T")
_PATIENCE = 20.0  # seconds for which another process that changes the articles is waited for
_PAUSE = 0.5
_PATH = re.compile(r"(?<![\w.:/])(?:/[^\s/:;,()，；、：（）]+){2,}/?")  # an absolute path within a line of text


class Curator:
    """Changes the articles, one change at a time; whoever asks is answered from the index as it was until it is done.

    :ivar patience: seconds for which another process that changes the articles is waited for.
    :ivar allow: (IP address, port) that pages may be fetched from although it is no public one.
    """

    def __init__(self, answerer: Answerer) -> None:
        self.patience = _PATIENCE
        self.allow: Callable[[str, int], bool] | None = None
        self._answerer = answerer
        self._looking = ThreadPoolExecutor(2, thread_name_prefix="look")
        self._changing = ThreadPoolExecutor(1, thread_name_prefix="change")
        self._stopping = Event()

    @property
    def settings(self) -> Settings:
        """Where the articles and their index are."""
        return self._answerer.opened.engine.settings

    async def stop(self) -> None:
        """Leave the articles as they were before a change that is under way."""
        self._stopping.set()
        for pool in (self._looking, self._changing):
            await asyncio.to_thread(pool.shutdown, True, cancel_futures=True)

    async def fetch(self, url: str) -> tuple[str, bytes]:
        """A page of the web: a name for it, and its bytes as the corpus keeps them.

        :raises PovqaError: it cannot be had.
        """
        page = await self._run(self._looking, partial(fetch, url, allow=self.allow))
        return page.name, page.saved

    async def look(self, data: bytes, name: str) -> Preview:
        """What would become of a document.

        :raises PovqaError: no article can be read from it.
        """
        return await self._run(self._looking, partial(preview, data, bare_name(name), self.settings))

    async def add(self, data: bytes, name: str, shown: tuple[str, str]) -> Outcome:
        """Add a document, if that does what its owner was shown.

        :param shown: what it would do, and the path of the article.
        :raises OtherwiseError: by now it would do something else.
        :raises PovqaError: it cannot be added; all is as it was.
        """
        outcome = await self._change(partial(self._add, data, bare_name(name), shown))
        await self._refresh()
        return outcome

    async def remove(self, entry: Entry) -> None:
        """Remove an article.

        :raises PovqaError: it cannot be removed; all is as it was.
        """
        relative = entry.path.partition("/")[2]
        await self._change(lambda: remove_articles(self.settings, [relative], wait=False, progress=self._look_up))
        await self._refresh()

    def _add(self, data: bytes, name: str, shown: tuple[str, str]) -> Outcome:
        seen = preview(data, name, self.settings)
        # An earlier run of the bot may have added it, and ended before it could say so.
        if seen.action is not Action.UNCHANGED and shown != (seen.action, seen.article.path):
            raise OtherwiseError(seen)
        [outcome] = add_articles(
            self.settings, [offer_bytes(data, name)], force=seen.action is Action.DUPLICATE, wait=False,
            progress=self._look_up,
        )  # fmt: skip
        if outcome.error is not None:
            if outcome.path is not None and seen.action is Action.ADDED:
                remove_articles(self.settings, [outcome.path], wait=False)
            raise outcome.error
        return outcome

    def _look_up(self, stage: str, done: int, total: int) -> None:
        if self._stopping.is_set():
            raise StoppedError

    async def _refresh(self) -> None:
        try:
            await self._answerer.refresh()
        except PovqaError as error:  # the change stands; the watch over the index reports and tries again
            logger().error("reload_failed", exc_info=error)

    async def _change(self, work: Callable[[], T]) -> T:
        give_up = time.monotonic() + self.patience
        while True:
            try:
                return await self._run(self._changing, work)
            except BusyCorpusError:
                if time.monotonic() > give_up or self._stopping.is_set():
                    raise
                await asyncio.sleep(_PAUSE)

    async def _run(self, pool: ThreadPoolExecutor, work: Callable[[], T]) -> T:
        def in_words() -> T:
            try:
                return work()
            except (OtherwiseError, BusyCorpusError, StoppedError):
                raise
            except PovqaError as error:
                _raise_without_paths(error, self.settings)
            except OSError as error:
                full = error.errno in (errno.ENOSPC, errno.EDQUOT)
                raise (FullError() if full else UnwritableError()) from error

        return await asyncio.get_running_loop().run_in_executor(pool, in_words)


def bare_name(name: str) -> str:
    """The name of a file without folders, which the sender may have thought up."""
    return re.split(r"[/\\]", name)[-1] or "unnamed"


def without_paths(text: str, settings: Settings | None = None) -> str:
    """A line without the paths of this machine; of each, the last part stays."""
    places = [settings.corpus_path, settings.index_path, settings.cache.expanduser()] if settings else []
    for place in (*places, Path(tempfile.gettempdir()), Path.home(), Path.cwd()):
        if len(place.parts) > 2:
            text = text.replace(str(place), place.name)
    return _PATH.sub(lambda match: match[0].rstrip("/").rpartition("/")[2], text)


def _raise_without_paths(error: PovqaError, settings: Settings) -> NoReturn:
    cause = error.__cause__
    if isinstance(cause, OSError) and cause.errno in (errno.ENOSPC, errno.EDQUOT):
        raise FullError from error
    raise PovqaError(without_paths(error.en, settings), without_paths(error.zh, settings)) from error
