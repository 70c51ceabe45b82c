"""Conditions hold for the build that they were written by, and fail for a broken one."""

import tomllib

import pytest

from povqa.errors import QuestionError
from povqa.evaluation.check import Expected, check, filled, find_score, read_conditions
from povqa.evaluation.tables import check_line

CONDITIONS = """
[[condition]]
name = "the seeds"
command = "povqa eval --split dev"

[condition.scores]
questions = { value = 0, tolerance = 0 }
right = { value = 0 }
"hit@1" = { value = 0, tolerance = 0.02 }
"near_miss/right" = { value = 0 }
"recall@20" = { least = 0.8 }
citations_whole = { value = 1, tolerance = 0 }
"""


@pytest.fixture
def conditions(tmp_path, report):
    """The conditions, filled in from the report of the whole engine."""
    path = tmp_path / "expected.toml"
    path.write_text(CONDITIONS, encoding="utf-8")
    path.write_text(filled(read_conditions(path), lambda command: report), encoding="utf-8")
    return read_conditions(path)


def verdicts(conditions, report):
    commands = []

    def measure(command):
        commands.append(command)
        return report

    found = {checked.score: checked.ok for checked in check(conditions, measure)}
    assert commands == ["povqa eval --split dev"]
    return found


def test_the_build_that_wrote_the_conditions_fulfils_them(conditions, report):
    assert set(verdicts(conditions, report).values()) == {True}
    assert conditions[0].scores["questions"].value == len(report.outcomes)


def test_citations_shifted_by_one_are_caught(conditions, rerun):
    assert not verdicts(conditions, rerun(shift=1))["citations_whole"]


def test_a_reader_that_is_off_is_caught(conditions, rerun):
    found = verdicts(conditions, rerun(reader=False))
    assert not found["hit@1"]
    assert not found["near_miss/right"]
    assert found["citations_whole"]


def test_filling_in_keeps_bounds_and_tolerances(conditions, report):
    scores = conditions[0].scores
    assert scores["recall@20"] == Expected(least=0.8)
    assert scores["hit@1"] == Expected(value=report.overall["hit@1"].value, tolerance=0.02)
    assert tomllib.loads(filled(conditions, lambda command: report))["condition"][0]["name"] == "the seeds"


def test_bounds():
    assert Expected(value=0.8, tolerance=0.01).holds(0.81)
    assert not Expected(value=0.8, tolerance=0.01).holds(0.8101)
    assert not Expected(value=0.8).holds(0.9)  # better is not the same: the conditions are out of date
    assert Expected(least=0.5, most=0.6).holds(0.6)
    assert not Expected(most=0.6).holds(0.61)
    assert not Expected(least=0.5).holds(0.49)


def test_a_score_that_is_missing_fails(conditions, report):
    assert find_score(report, "no such score") is None
    assert find_score(report, "no such type/right") is None
    bare = report.model_copy(update={"overall": {}})
    assert verdicts(conditions, bare) == {
        **dict.fromkeys(conditions[0].scores, False),
        "questions": True,
        "near_miss/right": True,
    }


def test_lines_for_people(conditions, report):
    lines = [check_line(checked) for checked in check(conditions, lambda command: report)]
    assert lines[0] == "OK    the seeds: questions 60.0000 (expected 60 ± 0)"
    broken = report.model_copy(update={"outcomes": report.outcomes[1:]})
    assert check_line(next(check(conditions, lambda command: broken))).startswith("FAIL  the seeds: questions 59")


@pytest.mark.parametrize(
    "text", ["[[condition]", "[[condition]]\nname = 'x'", CONDITIONS.replace("{ least = 0.8 }", "{ tolerance = 1 }")]
)
def test_a_broken_file_is_said_to_be_so(tmp_path, text):
    path = tmp_path / "expected.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(QuestionError, match="not in the format"):
        read_conditions(path)


def test_a_missing_file(tmp_path):
    with pytest.raises(QuestionError, match="cannot be read"):
        read_conditions(tmp_path / "none.toml")
