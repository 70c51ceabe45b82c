"""The articles of a soak: what is added and removed, by the command line, while others serve."""

from __future__ import annotations

import gzip
import itertools
import json
import os
import random
import re
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
WAITING = 6  # articles that were added and wait for their removal


class Articles:
    """Articles to add, without end, each in the next of the formats.

    :param news: a folder of news-*.jsonl.gz (`text`); None: they are put together from sentences of the seeds.
    """

    def __init__(self, news: Path | None) -> None:
        self.texts = _from_news(news) if news else _from_seeds()

    def page(self, number: int) -> tuple[str, str]:
        """A file's name and what it holds."""
        text = next(self.texts)
        title, date = f"第{number}号简报", f"2023-07-{number % 28 + 1:02d}"
        kind = ("txt", "html", "md")[number % 3]
        if kind == "html":
            body = "".join(f"<p>{line}</p>" for line in text.splitlines())
            return f"new{number}.html", (
                f"<!doctype html><meta charset=utf-8><title>{title}</title><h1>{title}</h1>"
                f"<div>{date} 来源:新闻网</div><article>{body}</article>"
            )
        mark = "# " if kind == "md" else ""
        return f"new{number}.{kind}", f"{mark}{title}\n\n{date} 09:00:00|来源:新闻网\n\n{text}\n"


def _from_news(folder: Path) -> Iterator[str]:
    while True:
        for part in sorted(folder.glob("news-*.jsonl.gz")):
            with gzip.open(part, "rt", encoding="utf-8") as lines:
                for line in lines:
                    yield json.loads(line)["text"]


def _from_seeds() -> Iterator[str]:
    sentences = [
        sentence.strip()
        for path in sorted((ROOT / "seeds").iterdir())
        for sentence in re.split(r"(?<=[。！？])|\n", path.read_text(encoding="utf-8"))
        if len(sentence.strip()) > 15
    ]
    chance = random.Random(3)
    for number in itertools.count():
        chosen = chance.sample(sentences, 12)
        yield "\n".join([*chosen, f"第{number}村有{number * 7}户脱贫。"])


class Changer:
    """A corpus with its index in a folder of its own, which changes at a steady pace and keeps its size.

    :param every: seconds from one change to the next.
    """

    def __init__(self, work: Path, articles: Articles, every: float) -> None:
        self.work, self.articles, self.every = work, articles, every
        self.corpus, self.index, self.temporary = work / "corpus", work / "index", work / "tmp"
        self.temporary.mkdir()
        self.environment = {
            **os.environ, "POVQA_CORPUS": str(self.corpus), "POVQA_INDEX": str(self.index),
            "TMPDIR": str(self.temporary), "OMP_WAIT_POLICY": "PASSIVE",
        }  # fmt: skip
        self.changes: list[tuple[float, float, str]] = []  # when it ended, seconds, what
        self.failed: list[dict[str, str]] = []
        self.over = threading.Event()

    def prepare(self, base: int) -> None:
        """The seeds and so many articles more, and their index."""
        shutil.copytree(ROOT / "seeds", self.corpus)
        for number in range(base):
            name, page = self.articles.page(number)
            (self.corpus / f"base-{name}").write_text(page, encoding="utf-8")
        self._povqa("index")

    def change(self) -> None:
        """Add and remove until it is over."""
        waiting: list[str] = []
        for number in itertools.count():
            begun = time.time()
            if len(waiting) < WAITING:
                name, page = self.articles.page(number)
                (self.work / name).write_text(page, encoding="utf-8")
                self._povqa("add", "--force", str(self.work / name))
                (self.work / name).unlink()
                waiting.append(Path(name).stem)
                what = "add"
            else:
                self._povqa("remove", "--yes", waiting.pop(0), waiting.pop(0))
                what = "remove"
            self.changes.append((time.time(), time.time() - begun, what))
            if self.over.wait(max(0.0, self.every - (time.time() - begun))):
                return

    def _povqa(self, *args: str) -> None:
        run = subprocess.run(
            [sys.executable, "-m", "povqa", *args], env=self.environment, capture_output=True, text=True, check=False
        )
        if run.returncode:
            self.failed.append({"kind": args[0], "error": run.stderr.strip()[-400:]})
