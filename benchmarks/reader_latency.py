"""What reading costs: the reader over the windows of 32 candidates, on the threads of the settings.

    python benchmarks/reader_latency.py [--rounds 20]

Prints milliseconds a question (median and 95th percentile) for the reader alone and for a whole answer, over questions
of the evaluation set, in one warm process.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path

import numpy as np

from povqa import Povqa
from povqa.types import Query

QUESTIONS = Path(__file__).parents[1] / "eval" / "questions.jsonl"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=40, help="questions")
    options = parser.parse_args()
    rows = [json.loads(line) for line in QUESTIONS.read_text(encoding="utf-8").splitlines()]
    asked = [row["question"] for row in rows if row["answerable"] and not row["history"]][
        :: max(1, 200 // options.rounds)
    ]
    povqa = Povqa.open()
    reading, answering = [], []
    povqa.ask(asked[0])
    for question in asked[: options.rounds]:
        query: Query = povqa.understand(question)
        hits = povqa.asker.retrieve(query)
        begun = time.perf_counter()
        povqa.asker.judge.judge(query, hits)
        reading.append((time.perf_counter() - begun) * 1000)
        answering.append(povqa.ask(question).elapsed_ms)
    for name, found in (("reading", reading), ("whole answer", answering)):
        print(f"{name}: p50 {np.median(found):.0f} ms, p95 {np.quantile(found, 0.95):.0f} ms, {len(found)} questions")


if __name__ == "__main__":
    main()
