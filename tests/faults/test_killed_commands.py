"""`povqa add`, `remove` and `index --rebuild` killed at any moment: what was acknowledged is there, or gone.

tests/index/test_killed.py kills the update itself; here the commands are, with the files of the corpus that they move.
"""

from __future__ import annotations

import random
import signal
import subprocess
import time
from pathlib import Path

import pytest
from small_corpus import PAGES, Start

from povqa.config import Settings
from povqa.engine import Povqa, update

FIRST = {Path(name).stem for name in PAGES}
MOST_WAIT = 120.0  # seconds, for a command on a busy machine


class Commands:
    """Runs commands that are killed, and knows what of them must be seen."""

    def __init__(self, own: Settings, start: Start, inbox: Path, seed: int) -> None:
        self._own, self._start, self._inbox = own, start, inbox
        self._chance = random.Random(seed)
        self._there = set(FIRST)
        self._longest = 1.0
        self.killed = 0
        self.took_effect = 0
        inbox.mkdir()
        update(own)

    def round(self, number: int) -> None:
        kind = ("add", "remove", "rebuild")[number % 3]
        words, after = self._words(kind, number)
        left = self._aside()
        process = self._start(*words)
        in_time = self._kill(process, left)
        if in_time:
            assert process.returncode == 0
            self._there = after
        else:
            self.killed += 1
        self._check(after, in_time)

    def _words(self, kind: str, number: int) -> tuple[list[str], set[str]]:
        if kind == "add":
            path = self._inbox / f"n{number}.txt"
            path.write_text(f"第{number}村茶园\n\n  第{number}村2018年种植茶叶{number * 7}亩。\n", "utf-8")
            return ["add", str(path)], self._there | {path.stem}
        if kind == "remove" and len(self._there) > 1:
            gone = self._chance.choice(sorted(self._there))
            return ["remove", "--yes", gone], self._there - {gone}
        return ["index", "--rebuild"], set(self._there)

    def _kill(self, process: subprocess.Popen[str], left: set[Path]) -> bool:
        """Kill a command at any moment, or once it is writing; whether it was done before.

        :param left: what killed commands before it have left.
        """
        begun = time.monotonic()
        if self._chance.random() < 0.7:  # most of a command's time is its start, when there is nothing to harm
            while process.poll() is None and self._aside() <= left and time.monotonic() - begun < MOST_WAIT:
                time.sleep(0.001)
            time.sleep(self._chance.random() * 0.2 * self._longest)
        else:
            time.sleep(self._chance.random() * self._longest)
        process.send_signal(signal.SIGKILL)
        process.communicate(timeout=MOST_WAIT)
        self._longest = max(self._longest, time.monotonic() - begun)
        return process.returncode != -signal.SIGKILL

    def _aside(self) -> set[Path]:
        """What is being written, or was when it was killed."""
        return {*self._own.index_path.glob("building-*"), *self._own.corpus_path.glob(".povqa-*")}

    def _check(self, after: set[str], in_time: bool) -> None:
        files = {path.stem for path in self._own.corpus_path.glob("*.txt")}
        assert files in ([after] if in_time else [self._there, after]), "the corpus is as before, or as told to be"
        engine = Povqa.open(self._own, build=False, stages="fused")
        engine.index.verify(engine.encoder)
        found = {article.id for article in engine.articles()}
        assert found in ([after] if in_time else [self._there, after]), "and so is the index"
        cited = engine.ask("种植茶叶多少亩").citations
        assert cited or not found
        assert all(engine.article(one.article_id).text[one.start : one.end] == one.text for one in cited)
        engine.close()
        self.took_effect += not in_time and files != self._there
        if found != files or self._chance.random() < 0.5:  # else the next command finds what this one left
            update(self._own)
            with Povqa.open(self._own, build=False, stages="fused").index as index:
                assert {article.id for article in index.articles()} == files
        self._there = files


@pytest.mark.parametrize("seed", [1])
def test_commands_that_are_killed_lose_nothing(own: Settings, start: Start, tmp_path: Path, seed: int) -> None:
    commands = Commands(own, start, tmp_path / "inbox", seed)
    for number in range(2):
        commands.round(number)
    update(own)
    assert not list(own.index_path.glob("building-*"))


@pytest.mark.slow
def test_200_commands_that_are_killed_lose_nothing(own: Settings, start: Start, tmp_path: Path) -> None:
    commands = Commands(own, start, tmp_path / "inbox", 2)
    for number in range(200):
        commands.round(number)
    print(f"{commands.killed} of 200 killed, {commands.took_effect} with their files in place")  # noqa: T201 - pytest -s
    assert commands.killed > 100
    assert commands.took_effect > 10, "killed when their files had been placed"
    update(own)
    assert not list(own.index_path.glob("building-*"))
    with start("add", tmp_path / "inbox" / "n0.txt", "--force") as last:
        last.communicate(timeout=MOST_WAIT)
    assert last.returncode == 0
    assert not list(own.corpus_path.glob(".povqa-*")), "what killed commands left beside the articles is swept away"
