"""What moved between two reports."""

import pytest

from povqa.errors import QuestionError
from povqa.evaluation.compare import compare


def test_a_report_compared_with_itself(report):
    found = compare(report, report)
    assert (found.changes, found.flips, found.only_before, found.only_after) == ((), (), (), ())


def test_what_moved_by_type_and_which_questions_flipped(report, changed):
    numbers = [outcome.question.id for outcome in report.outcomes if outcome.question.type == "number"]
    wrong = changed(report, {id: {"hit@1": 0.0, "right": 0.0} for id in numbers})
    right = changed(report, {id: {"hit@1": 1.0, "right": 1.0} for id in numbers})
    found = compare(wrong, right)
    by_type = {(change.type, change.score): change for change in found.changes}
    assert set(by_type) == {("all", "hit@1"), ("all", "right"), ("number", "hit@1"), ("number", "right")}
    change = by_type["number", "hit@1"]
    assert (change.before, change.after, change.low, change.high, change.clear) == (0, 1, 1, 1, True)
    assert change.n == len(numbers)
    assert [flip.after.question.id for flip in found.flips] == numbers
    assert all(flip.mended for flip in found.flips)
    assert not any(flip.mended for flip in compare(right, wrong).flips)


def test_one_question_of_many_is_no_clear_change(report, changed):
    first = next(one for one in report.outcomes if one.scores["right"] == 0 and one.question.answerable)
    found = compare(report, changed(report, {first.question.id: {"right": 1.0}}))
    change = next(change for change in found.changes if change.type == "all")
    assert change.after - change.before == pytest.approx(1 / len(report.outcomes))
    assert not change.clear


def test_questions_of_one_report_only_are_named(report):
    shorter = report.model_copy(update={"outcomes": report.outcomes[1:]})
    assert compare(report, shorter).only_before == (report.outcomes[0].question.id,)
    assert compare(shorter, report).only_after == (report.outcomes[0].question.id,)
    with pytest.raises(QuestionError, match="no question in common"):
        compare(report.model_copy(update={"outcomes": report.outcomes[:1]}), shorter)
