"""The serving process of a soak, alone: questions at a steady rate while others change the articles.

Started by `soak.py`; it stops at the end of its input. Each event is a line of JSON: `ready`, `answer`, `index` (a new
one was taken up), `failed`, and at the end `left` (what is still alive).
"""

from __future__ import annotations

import argparse
import gc
import itertools
import json
import random
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from povqa import Povqa, PovqaError
from povqa.index.store import Index
from povqa.types import Citation, Filters

QUESTIONS = Path(__file__).parents[1] / "eval" / "questions.jsonl"
WORKERS = 2  # as the bot has
MOST_WAITING = 100  # questions; beyond that one is turned away, as the bot does
LOOK = 2.0  # seconds between looks for a new index, as the bot's
OFF_TOPIC = ("今天天气怎么样", "how do I sort a list in Python", "", "？？？", "🙂🙂", "\ud83d", "省" * 1001, "a\x00b")
FILTERS = (
    Filters(places=("山东",)),
    Filters(places=("临沭县", "没有这个县")),
    Filters(since="2017", until="2018-06"),
    Filters(sources=("国际在线",)),
    Filters(authors=("无名氏",), since="2016-01-01"),
)
_out = threading.Lock()


def tell(event: str, **values: object) -> None:
    with _out:
        print(json.dumps({"event": event, "at": time.time(), **values}), flush=True)


def mixed(seed: int) -> Iterator[tuple[str, str, list[str], Filters | None, bool]]:
    """Questions without end: kind, question, history, filters, whether to explain."""
    rows = [json.loads(line) for line in QUESTIONS.read_text(encoding="utf-8").splitlines()]
    chance = random.Random(seed)
    for number in itertools.count():
        row = chance.choice(rows)
        kind, question, history, filters = row["type"], row["question"], row["history"], None
        if number % 8 == 3:
            kind, question, history = "strange", chance.choice(OFF_TOPIC), []
        elif number % 8 == 5:
            kind, filters = "filtered", chance.choice(FILTERS)
        elif number % 8 == 7:  # never asked before: caches of what was asked would grow
            question = f"{number}年{question}"
        yield kind, question, history, filters, number % 4 == 0


def _tell_failure(done: Future[None]) -> None:
    if not done.cancelled() and (error := done.exception()) is not None:
        tell("failed", kind="question", error=repr(error))


def _tell_crash(crash: threading.ExceptHookArgs) -> None:
    tell("failed", kind="thread", error=repr(crash.exc_value))


class Server:
    """Answers as the bot does: a pool of threads over one engine that takes up each new index."""

    def __init__(self, povqa: Povqa) -> None:
        self.povqa = povqa
        self.done = threading.Event()
        self.waiting = threading.Semaphore(MOST_WAITING)

    def ask(self, due: float, kind: str, question: str, history: list[str], filters: Filters | None, why: bool) -> None:
        """Answer, and check that each citation stands in its article as it is quoted."""
        self.waiting.release()
        begun = time.time()
        try:
            if why:
                answer, _ = self.povqa.explain(question, history, filters=filters)
            else:
                answer = self.povqa.ask(question, history, filters=filters)
            outcome = answer.status.value
        except PovqaError as error:
            outcome = type(error).__name__
        ended = time.time()
        waited, took = (ended - due) * 1000, (ended - begun) * 1000
        tell("answer", kind=kind, ms=round(took, 1), waited_ms=round(waited, 1), outcome=outcome)
        if outcome == "answered":
            self.check(answer.citations)

    def check(self, citations: Sequence[Citation]) -> None:
        for citation in citations:
            try:
                text = self.povqa.article(citation.article_id).text
            except PovqaError:  # it was removed a moment ago
                continue
            if text[citation.start : citation.end] != citation.text:
                tell("failed", kind="citation", error=f"it does not stand in {citation.path}")

    def follow(self) -> None:
        """Take up each new index, and list its articles as the bot does."""
        while not self.done.wait(LOOK):
            try:
                if self.povqa.refresh():
                    count = len(self.povqa.articles())
                    tell("index", name=self.povqa.index.generation.name, articles=count)
            except PovqaError as error:
                tell("failed", kind="refresh", error=repr(error))

    def serve(self, rate: float) -> None:
        """Ask until the input ends; questions come on time, whether or not those before are answered."""
        questions, due = mixed(7), time.time()
        chance = random.Random(11)
        follower = threading.Thread(target=self.follow)
        follower.start()
        with ThreadPoolExecutor(WORKERS) as pool:
            while not self.done.is_set():
                due += chance.expovariate(rate)
                self.done.wait(max(0.0, due - time.time()))
                asked = next(questions)
                if self.waiting.acquire(blocking=False):
                    pool.submit(self.ask, due, *asked).add_done_callback(_tell_failure)
                else:
                    tell("answer", kind=asked[0], ms=None, waited_ms=None, outcome="turned away")
            pool.shutdown(cancel_futures=True)
        follower.join()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rate", type=float, required=True, help="questions a second")
    options = parser.parse_args()
    threading.excepthook = _tell_crash
    server = Server(Povqa.open(build=False))

    def end() -> None:
        sys.stdin.read()
        server.done.set()

    tell("ready", index=server.povqa.index.generation.name)
    threading.Thread(target=end, daemon=True).start()
    server.serve(options.rate)
    gc.collect()
    tell("left", indexes=sum(isinstance(thing, Index) for thing in gc.get_objects()), threads=threading.active_count())
    server.povqa.close()


if __name__ == "__main__":
    main()
