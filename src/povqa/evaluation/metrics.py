"""The figures: pure functions from what was found to numbers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

RESAMPLES = 2000
_SEED = 20260101
_BINS = 10
_MEASURES = {
    "R@1": "recall@1",
    "R@5": "recall@5",
    "R@20": "recall@20",
    "R@50": "recall@50",
    "RR": "mrr",
    "nDCG@10": "ndcg@10",
}


def retrieval_scores(
    ranked: Mapping[str, Sequence[str]], wanted: Mapping[str, Sequence[str]]
) -> dict[str, dict[str, float]]:
    """Recall@1/5/20/50, MRR and nDCG@10, by ir-measures.

    :param ranked: for each question what was found, best first, without repeats.
    :param wanted: for each question what should have been.
    :return: for each question of `wanted` its scores.
    """
    import ir_measures

    measures = [ir_measures.parse_measure(name) for name in _MEASURES]
    run = {id: {name: float(-place) for place, name in enumerate(found)} for id, found in ranked.items()}
    qrels = {id: dict.fromkeys(names, 1) for id, names in wanted.items()}
    scores: dict[str, dict[str, float]] = {id: dict.fromkeys(_MEASURES.values(), 0.0) for id in wanted}
    for score in ir_measures.iter_calc(measures, qrels, run):
        scores[score.query_id][_MEASURES[str(score.measure)]] = float(score.value)
    return scores


def interval(values: Sequence[float], resamples: int = RESAMPLES) -> tuple[float, float, float]:
    """The mean, and its 95% interval by the percentile bootstrap (Efron, 1979); the same on every run.

    :return: (mean, low, high).
    """
    array = np.asarray(values, dtype=np.float64)
    means = array[_draws(len(array), resamples)].mean(axis=1)
    low, high = np.percentile(means, (2.5, 97.5))
    return float(array.mean()), float(low), float(high)


def interval_of(
    figure: Callable[[Sequence[float], Sequence[bool]], float], confidence: Sequence[float], right: Sequence[bool]
) -> tuple[float, float, float]:
    """A figure of a whole set of questions, with its 95% interval by the percentile bootstrap.

    :return: (the figure, low, high).
    """
    scores, labels = np.asarray(confidence, dtype=np.float64), np.asarray(right, dtype=bool)
    drawn = [figure(list(scores[rows]), list(labels[rows])) for rows in _draws(len(scores), RESAMPLES // 4)]
    low, high = np.percentile(drawn, (2.5, 97.5))
    return figure(confidence, right), float(low), float(high)


def _draws(size: int, resamples: int) -> NDArray[np.int64]:
    return np.random.default_rng(_SEED).integers(0, size, (resamples, size))


def auroc(confidence: Sequence[float], answerable: Sequence[bool]) -> tuple[float, float, float] | None:
    """The probability that an answerable question gets more confidence than an unanswerable one, a tie counting half.

    The area under the ROC curve (Hanley and McNeil, 1982). For the interval the two kinds are drawn apart.

    :return: (area, low, high); None if one kind is missing.
    """
    scores, labels = np.asarray(confidence, dtype=np.float64), np.asarray(answerable, dtype=bool)
    good, bad = scores[labels], scores[~labels]
    if not len(good) or not len(bad):
        return None
    above = (good[:, None] > bad[None, :]) + 0.5 * (good[:, None] == bad[None, :])
    rows, columns = _counts(len(good)), _counts(len(bad))
    areas = ((rows @ above) * columns).sum(axis=1) / above.size
    low, high = np.percentile(areas, (2.5, 97.5))
    return float(above.mean()), float(low), float(high)


def _counts(size: int) -> NDArray[np.float64]:
    """How often each of `size` things is drawn, one row a resample."""
    return np.stack([np.bincount(row, minlength=size) for row in _draws(size, RESAMPLES)]).astype(np.float64)


def risk_coverage(confidence: Sequence[float], right: Sequence[bool]) -> list[tuple[float, float]]:
    """The risk-coverage curve (El-Yaniv and Wiener, 2010): the share of wrong answers if only the surest are given.

    :return: (coverage, risk) for each confidence that occurs, from the surest on; questions of equal confidence stand
        or fall together.
    """
    scores, wrong = np.asarray(confidence, dtype=np.float64), ~np.asarray(right, dtype=bool)
    order = np.argsort(-scores, kind="stable")
    scores, wrong = scores[order], wrong[order]
    lasts = np.append(np.flatnonzero(np.diff(scores)), len(scores) - 1)
    errors = np.cumsum(wrong)
    return [(float((last + 1) / len(scores)), float(errors[last] / (last + 1))) for last in lasts]


def area_under(curve: Sequence[tuple[float, float]]) -> float:
    """The area under a risk-coverage curve, a step function from the left: lower is better."""
    area = before = 0.0
    for coverage, risk in curve:
        area += (coverage - before) * risk
        before = coverage
    return area


def reliability(confidence: Sequence[float], right: Sequence[bool]) -> list[tuple[float, float, float, float, int]]:
    """The reliability diagram, over ten bins of equal width, empty ones left out.

    :return: (from, to, mean confidence, share right, questions) of each bin.
    """
    scores, labels = np.asarray(confidence, dtype=np.float64), np.asarray(right, dtype=np.float64)
    places = np.minimum((scores * _BINS).astype(int), _BINS - 1)
    rows = []
    for place in range(_BINS):
        inside = places == place
        if inside.any():
            mean, share = float(scores[inside].mean()), float(labels[inside].mean())
            rows.append((place / _BINS, (place + 1) / _BINS, mean, share, int(inside.sum())))
    return rows


def calibration_error(confidence: Sequence[float], right: Sequence[bool]) -> float:
    """The expected calibration error (Naeini et al., 2015) over ten bins of equal width: lower is better."""
    rows = reliability(confidence, right)
    return sum(n * abs(mean - share) for _, _, mean, share, n in rows) / sum(n for *_, n in rows)


def percentiles(values: Sequence[float]) -> tuple[float, float]:
    """The median and the 95th percentile."""
    low, high = np.percentile(np.asarray(values, dtype=np.float64), (50, 95))
    return float(low), float(high)
