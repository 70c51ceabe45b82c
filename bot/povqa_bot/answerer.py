"""The engine off the event loop: few questions at a time, the same one once, and a new index without a pause."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from povqa import Article, Citation, Povqa, PovqaError
from povqa_bot.errors import BusyError, TooSlowError
from povqa_bot.examples import answers, candidates, question_of
from povqa_bot.logs import logger
from povqa_bot.metrics import Metrics
from povqa_bot.records import Found, Related

T = TypeVar("T")
Open = Callable[[bool], Povqa]  # whether to build the index where it is stale
_MOST_CITATIONS = 6
_MOST_RELATED = 3
_EXAMPLES = 6
_TRIED = 24  # candidates for examples put to the engine, at most
_CACHED = 512
_PEOPLE_FIRST = 1.0  # seconds before a new index is searched for examples


@dataclass(frozen=True, slots=True)
class Entry:
    """An article in the list."""

    id: str
    title: str
    source: str | None
    published: str | None
    place: tuple[str, ...]
    path: str
    sha256: str


@dataclass
class Opened:
    """An opened index, with what is known of it."""

    engine: Povqa
    name: str
    entries: tuple[Entry, ...]
    examples: list[str] = field(default_factory=list)


class Answerer:
    """Answers questions from the index that serves.

    :param open_engine: opens the index.
    :param current: the file that names the generation that serves.
    :param workers: questions answered side by side; one that takes long holds up no more than its own thread.
    :param max_waiting: questions under way, waiting ones included.
    :param seconds: the longest that anyone waits.
    """

    def __init__(
        self, open_engine: Open, current: Path, *, workers: int, max_waiting: int, seconds: float, metrics: Metrics
    ) -> None:
        self._open_engine = open_engine
        self._current = current
        self._pool = ThreadPoolExecutor(workers, thread_name_prefix="answer")
        self._max_waiting = max_waiting
        self._seconds = seconds
        self._metrics = metrics
        self._opened: Opened | None = None
        self._done: OrderedDict[tuple[object, ...], Found] = OrderedDict()
        self._running: dict[tuple[object, ...], asyncio.Task[Found]] = {}
        self._searching: asyncio.Task[None] | None = None
        self._refreshing = asyncio.Lock()

    @property
    def opened(self) -> Opened:
        """The index that serves."""
        if self._opened is None:
            raise RuntimeError("the index is not open")
        return self._opened

    async def start(self) -> None:
        """Open the index, built first where it is missing or stale.

        :raises PovqaError: it cannot be opened.
        """
        self._take(await asyncio.to_thread(lambda: _look_at(self._open_engine(True))))

    async def stop(self) -> None:
        """Finish what is under way, and let go of the index."""
        if self._searching is not None:
            self._searching.cancel()
        await asyncio.gather(*self._running.values(), return_exceptions=True)
        await asyncio.to_thread(self._pool.shutdown, True, cancel_futures=True)
        if self._opened is not None:
            self._opened.engine.close()
            self._opened = None

    async def ask(self, question: str, history: Sequence[str] = (), seconds: float | None = None) -> Found:
        """Answer. Who asks what is just being answered waits for the same answer.

        :raises PovqaError: the question cannot be taken, too many wait, or it took too long.
        """
        opened = self.opened
        key = (opened.name, question, *history)
        if key in self._done:
            self._done.move_to_end(key)
            return self._done[key]
        task = self._running.get(key)
        if task is None:
            if len(self._running) >= self._max_waiting:
                self._metrics.refused.labels("busy").inc()
                raise BusyError
            task = asyncio.create_task(self._find(question, tuple(history)), name="answer")
            self._running[key] = task
            task.add_done_callback(lambda done: self._finished(key, done))
        try:
            async with asyncio.timeout(seconds or self._seconds):
                return await asyncio.shield(task)  # it goes on, and is there when asked again
        except TimeoutError as error:
            self._metrics.refused.labels("slow").inc()
            raise TooSlowError from error

    async def article(self, article_id: str) -> Article:
        """An article.

        :raises PovqaError: the index does not have it (any more).
        """
        return await self._call(lambda engine: engine.article(article_id))

    async def paragraph(self, citation: Citation) -> tuple[Article, int, int]:
        """The article of a citation, and where in its text the sentence's paragraph starts and ends.

        :raises PovqaError: the sentence does not stand there any more.
        """
        article = await self.article(citation.article_id)
        if article.text[citation.start : citation.end] != citation.text:
            raise PovqaError(
                "The article has changed since: ask again for the present answer.", "文章后来有了改动,请重新提问。"
            )
        end = article.text.find("\n", citation.end)
        return article, article.text.rfind("\n", 0, citation.start) + 1, len(article.text) if end < 0 else end

    async def refresh(self) -> bool:
        """Take up the index that serves by now; the one before serves until the new one is open.

        :return: whether there was a new one.
        :raises PovqaError: it cannot be used; the one before serves on.
        """

        def look(before: Opened) -> Opened | None:
            before.engine.refresh()
            return None if before.engine.index.generation.name == before.name else _look_at(before.engine)

        async with self._refreshing:
            opened = await asyncio.to_thread(look, self.opened)
            if opened is None:
                return False
            self._take(opened)
            self._metrics.reloads.labels("done").inc()
            return True

    async def watch(self, every: float) -> None:
        """Take up each new generation of the index, for ever.

        :param every: seconds between looks.
        """
        failed = None
        while True:
            await asyncio.sleep(every)
            name = await asyncio.to_thread(self._name)
            if name in ("", self.opened.name, failed):
                continue
            try:
                await self.refresh()
            except PovqaError as error:
                failed = name  # the same would fail again; the next generation may not
                self._metrics.reloads.labels("failed").inc()
                logger().error("reload_failed", index=name, exc_info=error)

    def _name(self) -> str:
        try:
            return self._current.read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError):  # between two indexes, or none: the one that is open serves on
            return ""

    def _take(self, opened: Opened) -> None:
        self._opened = opened
        self._done.clear()
        self._metrics.articles.set(len(opened.entries))
        logger().info("index_opened", index=opened.name, articles=len(opened.entries))
        if self._searching is not None:
            self._searching.cancel()
        self._searching = asyncio.create_task(self._find_examples(opened), name="examples")

    async def _call(self, work: Callable[[Povqa], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._pool, work, self.opened.engine)

    async def _find(self, question: str, history: tuple[str, ...]) -> Found:
        opened = self.opened

        def work(engine: Povqa) -> Found:
            begun = time.perf_counter()
            answer, trace = engine.explain(question, history, top=_MOST_CITATIONS)
            related = _related(engine, question, answer.nearest)
            self._metrics.computing.observe(time.perf_counter() - begun)
            return Found.of(
                answer, kind=trace.query.kind.value, across=trace.query.across, index=opened.name, related=related
            )

        return await self._call(work)

    def _finished(self, key: tuple[object, ...], task: asyncio.Task[Found]) -> None:
        self._running.pop(key, None)
        if task.cancelled() or task.exception() is not None:
            return
        if self._opened is not None and key[0] == self._opened.name:
            self._done[key] = task.result()
            while len(self._done) > _CACHED:
                self._done.popitem(last=False)

    async def _find_examples(self, opened: Opened) -> None:
        """Questions that this corpus answers; each was put to it."""

        def tries(engine: Povqa) -> list[tuple[str, str]]:
            chosen = [engine.article(entry.id) for entry in opened.entries[:_TRIED]]
            return [pair for pair, _ in zip(candidates(chosen), range(_TRIED), strict=False)]

        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.sleep(_PEOPLE_FIRST)
            try:
                for article_id, question in await self._call(tries):
                    if len(opened.examples) == _EXAMPLES:
                        return
                    if await self._call(lambda e, q=question, a=article_id: answers(e, q, a)):  # type: ignore[misc]
                        opened.examples.append(question)
            except PovqaError as error:
                logger().error("examples_failed", exc_info=error)


def _look_at(engine: Povqa) -> Opened:
    entries = (Entry(a.id, a.title, a.source, a.published, a.place, a.path, a.sha256) for a in engine.articles())
    return Opened(engine, engine.index.generation.name, tuple(entries))


def _related(engine: Povqa, question: str, nearest: Sequence[Citation]) -> tuple[Related, ...]:
    """What to offer where nothing was found: questions to the nearest sentences, else their articles."""
    offered: dict[str, Related] = {}
    for citation in nearest:
        try:
            made = question_of(citation.text, engine.article(citation.article_id).place)
        except PovqaError:  # it was removed a moment ago
            continue
        if made is not None and made.rstrip("?") != question.rstrip("?？ "):
            offered.setdefault(made, Related(made))
    for citation in nearest:
        offered.setdefault(citation.article_id, Related(citation.title, citation.article_id))
    return tuple(offered.values())[:_MOST_RELATED]
