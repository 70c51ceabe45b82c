"""Two that change one corpus, and those who ask meanwhile, each a process of its own.

tests/index has the same for the update alone, by threads; tests/corpus/test_placing.py for the files.
"""

from __future__ import annotations

import subprocess
import threading
import time
from pathlib import Path

import pytest
from small_corpus import Start

from povqa.config import Settings
from povqa.engine import Povqa, update


def page(number: int) -> str:
    count = number * 7 + 100
    return f"第{number}村茶园\n\n  第{number}村种植茶叶{count}亩。\n\n  第{number}村共有村民{count}户。\n"


def commands(start: Start, inbox: Path, numbers: range) -> list[subprocess.Popen[str]]:
    started = []
    for number in numbers:
        path = inbox / f"n{number}.txt"
        path.write_text(page(number), "utf-8")
        started.append(start("add", path))
    return started


def check_writers_and_readers(own: Settings, start: Start, inbox: Path, rounds: int, at_once: int) -> int:
    """:return: how many questions were answered meanwhile."""
    inbox.mkdir()
    update(own)
    engine = Povqa.open(own, build=False, stages="fused")
    wrong: list[object] = []
    asked = 0
    done = threading.Event()

    def ask() -> None:
        nonlocal asked
        while not done.is_set():
            engine.refresh()
            asker = engine.asker
            answer = asker.ask("第1村种植茶叶多少亩")
            texts = [asker.index.article(one.article_id).text[one.start : one.end] for one in answer.citations]
            if texts != [one.text for one in answer.citations]:
                wrong.append(answer)
            manifest = asker.index.manifest
            if (asker.index.lexical.count, len(asker.index.article_ids)) != (manifest.sentences, manifest.articles):
                wrong.append(manifest)
            asked += 1
            time.sleep(0.01)

    reader = threading.Thread(target=ask)
    reader.start()
    try:
        for number in range(rounds):
            before = commands(start, inbox, range(number * at_once, (number + 1) * at_once))
            if number:
                before.append(start("remove", "--yes", f"n{(number - 1) * at_once}"))
            for command in before:
                out, err = command.communicate(timeout=300)
                assert command.returncode == 0, (out, err)
    finally:
        done.set()
        reader.join()
    assert wrong == []
    engine.close()
    with Povqa.open(own, build=False, stages="fused").index as index:
        index.verify()
        gone = {f"n{number * at_once}" for number in range(rounds - 1)}
        expected = {f"n{number}" for number in range(rounds * at_once)} - gone | {"qinghe", "baishi"}
        assert {article.id for article in index.articles()} == expected, "both did what they said"
    return asked


def test_two_commands_at_once_take_turns(own: Settings, start: Start, tmp_path: Path) -> None:
    assert check_writers_and_readers(own, start, tmp_path / "inbox", 1, 2) > 5


@pytest.mark.slow
def test_many_commands_at_once_take_turns(own: Settings, start: Start, tmp_path: Path) -> None:
    assert check_writers_and_readers(own, start, tmp_path / "inbox", 20, 3) > 100
