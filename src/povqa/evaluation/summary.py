"""From outcomes to the figures of a report."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from povqa.evaluation import metrics
from povqa.evaluation.results import Bin, Latency, Outcome, Report, Score, Stages
from povqa.evaluation.run import Run

# Scores are shown in this order; of those in LOWER less is better.
ORDER = (
    *("right", "hit@1", "hit@3", "rank@1", "rank@3", "exact_match", "char_f1"),
    *("list_precision", "list_recall", "list_exact"),
    *("refused_unanswerable", "refused_answerable", "auroc", "aurc", "ece", "ece_sentence", "citations_whole"),
    *("recall@1", "recall@5", "recall@20", "recall@50", "mrr", "ndcg@10"),
)
LOWER = frozenset({"refused_answerable", "aurc", "ece", "ece_sentence"})


def make_report(
    run: Run,
    *,
    set: str,
    split: str,
    stages: Stages = "full",
    encoder: str,
    fingerprint: str,
    ablation: Mapping[Stages, dict[str, Score]] | None = None,
) -> Report:
    """The report of a run."""
    outcomes = run.outcomes
    return Report(
        set=set,
        split=split,
        stages=stages,
        encoder=encoder,
        fingerprint=fingerprint,
        overall=summarise_whole(outcomes),
        by_split=by_split(outcomes),
        by_type=by_type(outcomes),
        risk_coverage=risk_coverage(outcomes),
        reliability=reliability(outcomes),
        ablation=dict(ablation or {}),
        outcomes=outcomes,
        latency=latency(run),
    )


def summarise(outcomes: Sequence[Outcome], against: Sequence[Outcome] = ()) -> dict[str, Score]:
    """Every score that applies to some of the outcomes, with its interval.

    :param against: answerable outcomes that unanswerable ones are told from, for the AUROC of a type.
    """
    scores: dict[str, Score] = {}
    for name in ORDER:
        values = [outcome.scores[name] for outcome in outcomes if name in outcome.scores]
        if values:
            scores[name] = _score(metrics.interval(values), len(values))
    told_apart = [*outcomes, *against]
    area = metrics.auroc(
        [outcome.confidence for outcome in told_apart], [outcome.question.answerable for outcome in told_apart]
    )
    if area:
        scores["auroc"] = _score(area, len(told_apart))
    return {name: scores[name] for name in ORDER if name in scores}


def summarise_whole(outcomes: Sequence[Outcome]) -> dict[str, Score]:
    """As `summarise`, with the figures that only make sense for a whole set: calibration, risk and coverage."""
    scores = summarise(outcomes)
    confidence, answerable, right = _sureness(outcomes)
    scores["ece"] = _resampled(metrics.calibration_error, confidence, answerable)
    scores["aurc"] = _resampled(_aurc, confidence, right)
    first = [outcome.candidates[0] for outcome in outcomes if outcome.candidates]
    if first:
        scores["ece_sentence"] = _resampled(
            metrics.calibration_error, [one.score for one in first], [one.right for one in first]
        )
    return {name: scores[name] for name in ORDER if name in scores}


def by_type(outcomes: Sequence[Outcome]) -> dict[str, dict[str, Score]]:
    """The scores of each type of question, in the order in which the types occur."""
    answerable = [outcome for outcome in outcomes if outcome.question.answerable]
    return {
        name: summarise(inside, () if inside[0].question.answerable else answerable)
        for name, inside in _grouped((outcome.question.type, outcome) for outcome in outcomes).items()
    }


def by_split(outcomes: Sequence[Outcome]) -> dict[str, dict[str, Score]]:
    """The scores of each split, where there is more than one."""
    groups = _grouped((outcome.question.split, outcome) for outcome in outcomes)
    return {name: summarise_whole(inside) for name, inside in sorted(groups.items())} if len(groups) > 1 else {}


def risk_coverage(outcomes: Sequence[Outcome]) -> tuple[tuple[float, float], ...]:
    """The risk-coverage curve: wrong is a question whose first sentence is no evidence, as always when unanswerable."""
    confidence, _, right = _sureness(outcomes)
    return tuple(metrics.risk_coverage(confidence, right))


def reliability(outcomes: Sequence[Outcome]) -> tuple[Bin, ...]:
    """Confidence against the share of questions that the corpus does answer."""
    confidence, answerable, _ = _sureness(outcomes)
    rows = metrics.reliability(confidence, answerable)
    return tuple(Bin(low=low, high=high, confidence=mean, right=share, n=n) for low, high, mean, share, n in rows)


def latency(run: Run) -> Latency:
    """How long the questions took."""
    median, p95 = metrics.percentiles(run.elapsed_ms)
    return Latency(p50_ms=median, p95_ms=p95, total_s=sum(run.elapsed_ms) / 1000)


def _sureness(outcomes: Iterable[Outcome]) -> tuple[list[float], list[bool], list[bool]]:
    """(confidence, answerable, first sentence right) of the outcomes."""
    rows = [
        (outcome.confidence, outcome.question.answerable, outcome.scores.get("rank@1", 0.0) > 0) for outcome in outcomes
    ]
    return [row[0] for row in rows], [row[1] for row in rows], [row[2] for row in rows]


def _aurc(confidence: Sequence[float], right: Sequence[bool]) -> float:
    return metrics.area_under(metrics.risk_coverage(confidence, right))


def _resampled(
    figure: Callable[[Sequence[float], Sequence[bool]], float], confidence: Sequence[float], right: Sequence[bool]
) -> Score:
    return _score(metrics.interval_of(figure, confidence, right), len(confidence))


def _score(interval: tuple[float, float, float], n: int) -> Score:
    value, low, high = interval
    return Score(value=value, low=low, high=high, n=n)


def _grouped(pairs: Iterable[tuple[str, Outcome]]) -> dict[str, list[Outcome]]:
    groups: dict[str, list[Outcome]] = {}
    for name, outcome in pairs:
        groups.setdefault(name, []).append(outcome)
    return groups
