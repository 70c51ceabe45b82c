"""How the answers of a peer are judged: by the evaluation's own rules, the same for all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Any

from povqa.evaluation.metrics import auroc, interval, percentiles
from povqa.evaluation.questions import Question
from povqa.evaluation.run import is_right

MOST_REFUSED = 0.05  # of the answerable questions


@dataclass(frozen=True, slots=True)
class Given:
    """What a peer said to a question: one sentence, whether or not it is an answer, and how sure of it it is."""

    path: str  # of the file that the sentence stands in
    sentence: str
    score: float
    ms: float


def right(question: Question, given: Given) -> bool:
    """Whether a sentence is evidence for the answer. A file's stem is the article's id."""
    return is_right(question, PurePath(given.path).stem, given.sentence)


def threshold(scores: Sequence[float], most: float = MOST_REFUSED) -> float:
    """The highest score that may be asked for, a share of `most` of the questions being refused.

    :param scores: of the answerable questions; what lies below the threshold is refused.
    """
    return sorted(scores)[int(most * len(scores))]


def figures(questions: Sequence[Question], given: Sequence[Given]) -> dict[str, Any]:
    """The figures of one peer on `held_out`; only its threshold comes from `dev`."""
    pairs = list(zip(questions, given, strict=True))
    least = threshold([one.score for asked, one in pairs if asked.split == "dev" and asked.answerable])
    held_out = [(asked, one, right(asked, one)) for asked, one in pairs if asked.split == "held_out"]
    answerable = [(one, is_good) for asked, one, is_good in held_out if asked.answerable]
    refused = [one.score < least for asked, one, _ in held_out if not asked.answerable]
    told_apart = auroc([one.score for _, one, _ in held_out], [asked.answerable for asked, _, _ in held_out])
    p50, p95 = percentiles([one.ms for one in given])
    return {
        "right_first": interval([float(is_good) for _, is_good in answerable]),
        "right_first_given": interval([float(is_good and one.score >= least) for one, is_good in answerable]),
        "unanswerable_refused": interval([float(one) for one in refused]),
        "answerable_refused": interval([float(one.score < least) for one, _ in answerable]),
        "auroc": told_apart,
        "threshold": least,
        "dev_right_first": sum(right(*pair) for pair in pairs if pair[0].split == "dev" and pair[0].answerable)
        / sum(asked.split == "dev" and asked.answerable for asked in questions),
        "p50_ms": p50,
        "p95_ms": p95,
    }


def user_lines(module: Path) -> int:
    """The lines that a user writes: neither blank nor a comment, docstrings aside."""
    found, quoted = 0, False
    for line in module.read_text(encoding="utf-8").splitlines():
        text = line.strip()
        marks = text.count('"""')
        if not quoted and not marks and text and not text.startswith("#"):
            found += 1
        quoted ^= marks % 2 == 1
    return found
