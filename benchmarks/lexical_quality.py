"""What the tokens and the weight of the title are worth: how often the right passage or sentence is found.

Run: `PYTHONPATH=src python benchmarks/lexical_quality.py SET …`, where each SET is a folder with `passages.jsonl` (pid,
title, text) and `questions.jsonl` (question, answers, pid). Passages are searched by their text alone; sentences with
their passage's title beside them, and the right ones are those of the right passage that hold an answer. The figures
are in docs/lexical-engine.md.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from povqa.index.lexical import FIELD_WEIGHTS, LexicalIndex
from povqa.index.tokens import question_tokens, tokens
from povqa.text.normalise import normalise
from povqa.text.sentences import split_sentences

Rows = list[tuple[str, str, str]]
Asked = list[tuple[str, set[int]]]  # a question, and the rows that are right


def read(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def passages_of(passages: Sequence[dict[str, Any]], questions: Sequence[dict[str, Any]]) -> tuple[Rows, Asked]:
    number = {passage["pid"]: i for i, passage in enumerate(passages)}
    rows = [(normalise(passage["text"]), "", "") for passage in passages]
    return rows, [(question["question"], {number[question["pid"]]}) for question in questions]


def sentences_of(passages: Sequence[dict[str, Any]], questions: Sequence[dict[str, Any]]) -> tuple[Rows, Asked]:
    rows: Rows = []
    held: dict[str, list[tuple[int, str]]] = {}
    for passage in passages:
        pieces = [passage["text"][start:end] for start, end in split_sentences(passage["text"])]
        held[passage["pid"]] = list(enumerate(pieces, len(rows)))
        rows += [(normalise(piece), normalise(passage.get("title") or ""), "") for piece in pieces]
    asked = []
    for question in questions:
        right = {i for i, piece in held[question["pid"]] if any(answer in piece for answer in question["answers"])}
        if right:  # an answer that a sentence boundary cuts is left out
            asked.append((question["question"], right))
    return rows, asked


def recalls(
    rows: Rows, asked: Asked, cut: Callable[[str], list[str]], weights: Mapping[str, float]
) -> tuple[float, float, float]:
    """Recall at 1, 8 and 24."""
    with TemporaryDirectory() as folder:
        LexicalIndex.build(rows, Path(folder))
        index = LexicalIndex.open(Path(folder))
        index.weights = weights
        found = [index.search(cut(normalise(question)), 24)[0].tolist() for question, _ in asked]
    one, eight, all_24 = (
        sum(bool(right & set(ids[:k])) for ids, (_, right) in zip(found, asked, strict=True)) / len(asked)
        for k in (1, 8, 24)
    )
    return one, eight, all_24


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("sets", type=Path, nargs="+", metavar="SET")
    for folder in parser.parse_args().sets:
        passages = read(folder / "passages.jsonl")
        questions = [q for q in read(folder / "questions.jsonl") if q["answers"] and not q.get("impossible")]
        for unit, prepare in (("passages", passages_of), ("sentences", sentences_of)):
            rows, asked = prepare(passages, questions)
            titles = (0.0, 0.3, 0.5, 1.0) if any(title for _, title, _ in rows) else (0.0,)
            runs = [("all tokens", tokens, 0.0), *(("question tokens", question_tokens, title) for title in titles)]
            for name, cut, title in runs:
                figures = recalls(rows, asked, cut, {**FIELD_WEIGHTS, "title": title})
                values = "  ".join(f"{value:.4f}" for value in figures)
                print(f"{folder.name:24} {unit:10} {len(rows):6} {len(asked):5}  {name:16} title {title}  {values}")


if __name__ == "__main__":
    main()
