"""The figures, on cases that can be worked out by hand or by another library."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import mannwhitneyu

from povqa.evaluation import metrics

sure = st.floats(0, 1, width=16)
judged = st.lists(st.tuples(sure, st.booleans()), min_size=1, max_size=40)


def test_retrieval_scores():
    scores = metrics.retrieval_scores(
        {"one": ["x", "gold", "y"], "both": ["b", "x", "a"], "none": ["x"], "empty": []},
        {"one": ["gold"], "both": ["a", "b"], "none": ["gold"], "empty": ["gold"]},
    )
    log3 = np.log2(3)
    assert scores["one"] == pytest.approx(
        {"recall@1": 0, "recall@5": 1, "recall@20": 1, "recall@50": 1, "mrr": 0.5, "ndcg@10": 1 / log3}
    )
    assert scores["both"] == pytest.approx(
        {"recall@1": 0.5, "recall@5": 1, "recall@20": 1, "recall@50": 1, "mrr": 1, "ndcg@10": 1.5 / (1 + 1 / log3)}
    )
    assert set(scores["none"].values()) == set(scores["empty"].values()) == {0.0}


def test_recall_looks_as_far_as_its_name_says():
    ranked = [f"x{place}" for place in range(60)]
    for place, expected in ((4, "recall@5"), (5, "recall@20"), (19, "recall@20"), (20, "recall@50")):
        found = metrics.retrieval_scores({"q": ranked}, {"q": [f"x{place}"]})["q"]
        names = ["recall@1", "recall@5", "recall@20", "recall@50"]
        at = names.index(expected)
        assert [found[name] for name in names] == [0.0] * at + [1.0] * (4 - at)


def test_interval_of_equal_values_has_no_width():
    assert metrics.interval([1.0, 1.0, 1.0]) == (1, 1, 1)


def test_interval_is_that_of_the_normal_approximation_and_the_same_every_time():
    values = [1.0] * 300 + [0.0] * 100
    mean, low, high = metrics.interval(values)
    half = 1.96 * np.sqrt(0.75 * 0.25 / 400)
    assert mean == 0.75
    assert low == pytest.approx(0.75 - half, abs=0.006)
    assert high == pytest.approx(0.75 + half, abs=0.006)
    assert metrics.interval(values) == (mean, low, high)


def test_auroc_by_hand():
    area, low, high = metrics.auroc([0.9, 0.8, 0.3, 0.3], [True, False, True, False])
    assert area == (1 + 1 + 0 + 0.5) / 4
    assert low <= area <= high
    assert metrics.auroc([0.1, 0.2], [True, True]) is None


@given(st.lists(sure, min_size=1, max_size=20), st.lists(sure, min_size=1, max_size=20))
def test_auroc_is_the_statistic_of_mann_and_whitney(good, bad):
    area, _, _ = metrics.auroc(good + bad, [True] * len(good) + [False] * len(bad))
    assert area == pytest.approx(mannwhitneyu(good, bad).statistic / (len(good) * len(bad)))


def test_risk_coverage_by_hand():
    curve = metrics.risk_coverage([0.9, 0.5, 0.5, 0.1], [True, True, False, False])
    assert curve == [(0.25, 0.0), (0.75, 1 / 3), (1.0, 0.5)]
    assert metrics.area_under(curve) == pytest.approx(0.5 / 3 + 0.25 * 0.5)


@given(judged)
def test_risk_coverage_ends_at_all_questions_and_does_not_depend_on_their_order(pairs):
    curve = metrics.risk_coverage(*zip(*pairs, strict=True))
    assert curve[-1] == pytest.approx((1.0, sum(not right for _, right in pairs) / len(pairs)))
    assert metrics.risk_coverage(*zip(*reversed(pairs), strict=True)) == curve


def test_calibration_error_by_hand():
    confidence, right = [0.95, 0.95, 0.15, 1.0], [True, False, False, True]
    rows = metrics.reliability(confidence, right)
    assert rows == [
        (0.1, 0.2, pytest.approx(0.15), 0.0, 1),
        (0.9, 1.0, pytest.approx(2.9 / 3), pytest.approx(2 / 3), 3),
    ]
    assert metrics.calibration_error(confidence, right) == pytest.approx(0.25 * 0.15 + 0.75 * 0.3)


@given(judged)
def test_no_confidence_is_left_out_of_the_reliability_diagram(pairs):
    confidence, right = zip(*pairs, strict=True)
    rows = metrics.reliability(confidence, right)
    assert sum(n for *_, n in rows) == len(pairs)
    assert 0 <= metrics.calibration_error(confidence, right) <= 1


def test_an_interval_of_a_whole_figure_holds_it():
    confidence, right = [0.9, 0.8, 0.6, 0.2] * 20, [True, True, False, False] * 20
    value, low, high = metrics.interval_of(metrics.calibration_error, confidence, right)
    assert value == metrics.calibration_error(confidence, right)
    assert 0 < low <= high < 1


def test_percentiles():
    assert metrics.percentiles(range(101)) == (50, 95)
