"""How a corpus grows: build, size, cold and warm latency, memory at 5, 50, 500, 5,000 and more texts.

    python benchmarks/growth.py --news FOLDER [--texts 5 50 500 5000] [--ready TEXTS=CORPUS:INDEX …]

The five seed articles and news texts beside them (see scale.py). Everything is measured on whole processes: `povqa
index`, `povqa ask` from cold, and one that opens the index and is put the questions of `dev`. `--ready` takes a corpus
with an index that stands already: it is copied, and there is no build time. Prints JSON.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

from cold_start import QUESTION, timed
from judging import right
from povqa.evaluation.metrics import percentiles
from povqa.evaluation.questions import Question, read_questions
from povqa.index.generations import current_name
from scale import write_corpus
from side_by_side import asked

ROOT = Path(__file__).parents[1]
ASKED = 120
SEEDS = 5


@contextmanager
def environment(**values: str) -> Iterator[None]:
    """Environment variables for the processes that are started inside."""
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def questions() -> list[Question]:
    """Some of the questions of `dev`, answerable or not."""
    rows = [row for row in read_questions(ROOT / "eval" / "questions.jsonl") if row.split == "dev"]
    return rows[:: max(1, len(rows) // ASKED)][:ASKED]


def at_size(corpus: Path, index: Path, rounds: int, scratch: Path) -> dict[str, Any]:
    """The figures of one corpus; its index is built where it is missing."""
    povqa = [sys.executable, "-m", "povqa"]
    with environment(POVQA_CORPUS=str(corpus), POVQA_INDEX=str(index)):
        built = None if current_name(index) else timed([*povqa, "index"])
        ask = [*povqa, "ask", "--json", QUESTION]
        timed(ask)
        cold = [timed(ask) for _ in range(rounds)]
        put = questions()
        given, peak = asked("povqa_itself", put, index, scratch)
    p50, p95 = percentiles([one.ms for one in given])
    answerable = [right(question, one) for question, one in zip(put, given, strict=True) if question.answerable]
    return {
        "build_s": built and built[0],
        "build_peak_mb": built and built[1],
        "index_bytes": sum(file.stat().st_size for file in index.rglob("*") if file.is_file()),
        "cold_s": median(seconds for seconds, _ in cold),
        "cold_peak_mb": max(peak for _, peak in cold),
        "p50_ms": p50,
        "p95_ms": p95,
        "peak_mb": peak,
        "right_first": sum(answerable) / len(answerable),
        "questions": len(put),
    }


def growth(news: Path, sizes: Sequence[int], ready: Sequence[str], rounds: int) -> dict[str, Any]:
    """The figures by the number of texts."""
    found: dict[str, Any] = {}
    with tempfile.TemporaryDirectory(prefix="povqa-growth-") as folder:
        scratch = Path(folder)
        for size in sizes:
            print(f"  {size} texts", file=sys.stderr, flush=True)
            corpus, index = scratch / f"corpus-{size}", scratch / f"index-{size}"
            write_corpus(news, corpus, size - SEEDS)
            found[str(size)] = at_size(corpus, index, rounds, scratch)
        for one in ready:
            name, places = one.split("=", 1)
            corpus, index = (Path(place).resolve() for place in places.split(":"))
            print(f"  {name} texts, ready", file=sys.stderr, flush=True)
            copy = scratch / f"index-{name}"
            shutil.copytree(index, copy)
            found[name] = at_size(corpus, copy, rounds, scratch)
            shutil.rmtree(copy)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--news", type=Path, required=True, help="a folder of news-*.jsonl.gz")
    parser.add_argument("--texts", type=int, nargs="*", default=[5, 50, 500, 5000])
    parser.add_argument("--ready", nargs="*", default=[], metavar="TEXTS=CORPUS:INDEX")
    parser.add_argument("--rounds", type=int, default=5, help="questions from cold at each size")
    options = parser.parse_args()
    print(json.dumps(growth(options.news, options.texts, options.ready, options.rounds), indent=1))


if __name__ == "__main__":
    main()
