"""Two reports on the same questions: what moved, and which questions flipped."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from povqa.errors import QuestionError
from povqa.evaluation.metrics import interval
from povqa.evaluation.results import Outcome, Report
from povqa.evaluation.summary import ORDER


@dataclass(frozen=True, slots=True)
class Change:
    """How far a score moved over the questions that both reports have it for, with the 95% interval of the move."""

    type: str  # "all" for every question
    score: str
    before: float
    after: float
    low: float
    high: float
    n: int

    @property
    def clear(self) -> bool:
        """Whether the interval excludes zero."""
        return self.low > 0 or self.high < 0


@dataclass(frozen=True, slots=True)
class Flip:
    """A question that is right in one report and wrong in the other."""

    before: Outcome
    after: Outcome

    @property
    def mended(self) -> bool:
        """Whether it is right now."""
        return self.after.scores["right"] > self.before.scores["right"]


@dataclass(frozen=True, slots=True)
class Comparison:
    """What moved between two reports."""

    changes: tuple[Change, ...]  # those that are not zero
    flips: tuple[Flip, ...]
    only_before: tuple[str, ...]  # ids
    only_after: tuple[str, ...]


def compare(before: Report, after: Report) -> Comparison:
    """Compare question by question: a paired bootstrap (Koehn, 2004) over those that both reports have.

    :raises QuestionError: they have no question in common.
    """
    old = {outcome.question.id: outcome for outcome in before.outcomes}
    new = {outcome.question.id: outcome for outcome in after.outcomes}
    pairs = [(old[id], outcome) for id, outcome in new.items() if id in old]
    if not pairs:
        raise QuestionError(
            "the two reports have no question in common; compare with a report on the same set: `povqa eval --compare`",
            "两份报告没有相同的问题；请与同一问题集的报告比较：`povqa eval --compare`",
        )
    types = list(dict.fromkeys(outcome.question.type for _, outcome in pairs))
    groups = {"all": pairs} | {
        name: [pair for pair in pairs if pair[1].question.type == name] for name in types if len(types) > 1
    }
    changes = [
        change
        for name, inside in groups.items()
        for score in ORDER
        if (change := _change(name, score, inside)) and change.before != change.after
    ]
    flips = [Flip(one, other) for one, other in pairs if one.scores["right"] != other.scores["right"]]
    return Comparison(
        tuple(changes),
        tuple(flips),
        tuple(id for id in old if id not in new),
        tuple(id for id in new if id not in old),
    )


def _change(type: str, score: str, pairs: Sequence[tuple[Outcome, Outcome]]) -> Change | None:
    both = [
        (before.scores[score], after.scores[score])
        for before, after in pairs
        if score in before.scores and score in after.scores
    ]
    if not both:
        return None
    _, low, high = interval([after - before for before, after in both])
    n = len(both)
    return Change(type, score, sum(one for one, _ in both) / n, sum(other for _, other in both) / n, low, high, n)
