"""Training questions as one type, from the public sets and from the questions written for this project."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from povqa.text.normalise import normalise
from povqa.text.sentences import split_sentences

PUBLIC_SETS = ("cmrc2018_dev", "cmrc2018_trial", "chinese_squad2_dev")


@dataclass(frozen=True, slots=True)
class Text:
    """A passage or article: header and sentences, normalised. `places` are names in it that a question may use."""

    id: str
    header: str
    sentences: tuple[str, ...]
    places: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Example:
    """A question over a text. A follow-up stands behind the questions before it, ` || ` between them.

    `answers` maps a sentence's number to the short answers' offsets in it; empty: unanswerable. `tempting` is one that
    looks like an answer and is none.
    """

    question: str
    text: Text
    answers: dict[int, tuple[tuple[int, int], ...]]
    kind: str = "other"
    tempting: int | None = None


def read_lines(path: Path) -> Iterator[dict[str, object]]:
    with path.open(encoding="utf-8") as file:
        for line in file:
            yield json.loads(line)


def file_name(article: str) -> str:
    """An article's id as the name of its file."""
    return re.sub(r"\W", "_", article)


def sentences_of(text: str) -> tuple[str, ...]:
    folded = normalise(text)
    return tuple(folded[a:b] for a, b in split_sentences(text))


def _locate(question: str, sentences: tuple[str, ...], answers: list[str]) -> dict[int, tuple[tuple[int, int], ...]]:
    """The sentence that holds an answer; among several the one that shares most bigrams with the question."""
    bigrams = {question[i : i + 2] for i in range(len(question) - 1)}
    best: tuple[int, int, tuple[int, int]] | None = None
    for answer in sorted(answers, key=len):
        wanted = re.sub(r"\s+", "", normalise(answer)).rstrip("。")
        for number, sentence in enumerate(sentences):
            at = sentence.find(wanted) if wanted else -1
            if at < 0:
                continue
            near = "".join(sentences[max(0, number - 1) : number]) + sentence * 3
            shared = sum(bigram in sentence for bigram in bigrams) * 3 + sum(bigram in near for bigram in bigrams)
            if best is None or shared > best[0]:
                best = (shared, number, (at, at + len(wanted)))
        if best:
            break
    return {best[1]: (best[2],)} if best else {}


def public(folder: Path, name: str) -> Iterator[Example]:
    """A set in the shape of SQuAD: `passages.jsonl` and `questions.jsonl`."""
    texts = {}
    for row in read_lines(folder / name / "passages.jsonl"):
        texts[row["pid"]] = Text(f"{name}/{row['pid']}", normalise(str(row["title"])), sentences_of(str(row["text"])))
    for row in read_lines(folder / name / "questions.jsonl"):
        text = texts[row["pid"]]
        question = normalise(str(row["question"]))
        if row.get("impossible"):
            yield Example(question, text, {})
        elif found := _locate(question, text.sentences, list(row["answers"])):  # type: ignore[call-overload]
            yield Example(question, text, found)
