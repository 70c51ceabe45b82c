"""Updates that are killed at any instant, and readers and writers at the same time."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from povqa.corpus.catalogue import Catalogue
from povqa.errors import BrokenIndexError
from povqa.index.store import Index
from povqa.index.update import bring_in_line
from tiny import TinyEncoder

TESTS = Path(__file__).resolve().parents[1]
# Writes articles and brings the index in line, for ever; says which state it has been told is on the disk.
CHILD = """
import sys
from pathlib import Path
from povqa.corpus.catalogue import Catalogue
from povqa.index.update import bring_in_line
from tiny import TinyEncoder

pages, index, number = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
while True:
    number += 1
    (pages / ".new").write_text(f"第{number}号\\n\\n  临沭县第{number}年种茶{number * 7}亩。\\n", "utf-8")
    (pages / ".new").rename(pages / f"{number}.txt")
    (pages / f"{number - 3}.txt").unlink(missing_ok=True)
    bring_in_line(index, lambda: Catalogue(pages), TinyEncoder())
    print(number, flush=True)
"""


def start(pages: Path, index: Path, number: int) -> subprocess.Popen[str]:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([*filter(None, sys.path), str(TESTS)])}
    command = [sys.executable, "-c", CHILD, str(pages), str(index), str(number)]
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)


def kill_at_random_points(folder: Path, times: int) -> None:
    """Kill the process so often, and look at what is there each time."""
    pages, index = folder / "pages", folder / "index"
    pages.mkdir()
    (pages / "0.txt").write_text("第0号\n\n  临沭县种茶。\n", "utf-8")
    acknowledged = 0
    chance = random.Random(5)
    for _ in range(times):
        with start(pages, index, acknowledged) as process:
            assert process.stdout is not None
            for _ in range(chance.randrange(1, 3)):
                acknowledged = int(process.stdout.readline())
            time.sleep(chance.random() * 0.15)
            process.send_signal(signal.SIGKILL)
            rest, _ = process.communicate(timeout=120)
            acknowledged = max([acknowledged, *map(int, rest.split())])
        with Index.open(index) as opened:
            opened.verify(TinyEncoder())
            last = max(int(article.id) for article in opened.articles())
            assert last in (acknowledged, acknowledged + 1)
            expected = {str(n) for n in range(max(0, last - 2), last + 1)}
            assert {article.id for article in opened.articles()} == expected, "no mixture of two states"
        bring_in_line(index, lambda: Catalogue(pages), TinyEncoder())
        with Index.open(index) as opened:
            acknowledged = max(int(article.id) for article in opened.articles())
            opened.verify(TinyEncoder())
    left = sorted(path.name for path in index.iterdir() if not path.name.startswith("generation-"))
    assert left == [".lock", "CURRENT"]


def test_an_update_that_is_killed_loses_nothing(tmp_path: Path) -> None:
    kill_at_random_points(tmp_path, 4)


@pytest.mark.slow
def test_200_updates_that_are_killed_lose_nothing(tmp_path: Path) -> None:
    kill_at_random_points(tmp_path, 200)


def mixed(opened: Index) -> list[object]:
    """What of an index does not belong together."""
    numbers = opened.sentence_numbers.tolist()
    articles = {opened.sentence(number).article_id for number in numbers}
    manifest = opened.manifest
    found = (len(numbers), opened.lexical.count, len(articles), opened.dense.count)
    expected = (manifest.sentences, manifest.sentences, manifest.articles, len(opened.chunks.article))
    return [] if found == expected else [(found, expected)]


def test_two_writers_and_readers_at_once(tmp_path: Path) -> None:
    pages, index = tmp_path / "pages", tmp_path / "index"
    pages.mkdir()
    (pages / "always.txt").write_text("始终\n\n  临沭县种茶。\n", "utf-8")
    bring_in_line(index, lambda: Catalogue(pages), TinyEncoder())
    failures: list[object] = []
    done = threading.Event()

    def read() -> None:
        while not done.is_set():
            try:
                with Index.open(index) as opened:
                    failures.extend(mixed(opened))
            except BrokenIndexError as error:
                failures.append(error)

    def write(name: str) -> None:
        for number in range(6):
            path = pages / f"{name}{number % 3}.txt"
            if path.exists():
                path.unlink()
            else:
                path.write_text(f"{name}\n\n  {name}县第{number}年种茶{number}亩。\n", "utf-8")
            bring_in_line(index, lambda: Catalogue(pages), TinyEncoder(), on_wait=lambda: None)

    readers = [threading.Thread(target=read) for _ in range(2)]
    writers = [threading.Thread(target=write, args=(name,)) for name in ("甲", "乙")]
    for thread in (*readers, *writers):
        thread.start()
    for thread in writers:
        thread.join()
    done.set()
    for thread in readers:
        thread.join()
    assert failures == []
    assert not bring_in_line(index, lambda: Catalogue(pages), TinyEncoder()), "nothing was overlooked"
    with Index.open(index) as opened:
        assert [article.id for article in opened.articles()] == ["always"]
