"""What is read from the command line and from a batch before anything is asked."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from povqa.cli.ask import make_filters
from povqa.cli.batch import BatchQuestion, read_line
from povqa.errors import ConfigError, QuestionError


@pytest.mark.parametrize(
    ("since", "until", "first", "last"),
    [
        ("2017", "2017", "2017-01-01", "2017-12-31"),
        ("2016-02", "2016-02", "2016-02-01", "2016-02-29"),
        ("2017-5-4", "2017-05-04", "2017-05-04", "2017-05-04"),
        (None, "2017-06", None, "2017-06-30"),
        (None, None, None, None),
    ],
)
def test_a_month_or_a_year_stands_for_its_days(since, until, first, last):
    filters = make_filters((), (), since, until)
    assert (filters.since, filters.until) == (first, last)


@pytest.mark.parametrize("value", ["2017-13", "2017-02-29", "17", "去年", "2017-00-01x", "0000", "", "２０１７"])
def test_what_is_no_date_is_told_so(value):
    with pytest.raises(ConfigError, match="is no date"):
        make_filters((), (), value, None)


def test_days_in_the_wrong_order_are_told_so():
    with pytest.raises(ConfigError, match="--since 2018 is after --until 2017"):
        make_filters((), (), "2018", "2017")


@pytest.mark.parametrize(
    ("line", "question", "history"),
    [
        ("还剩多少户\n", "还剩多少户", ()),
        ("\ufeff还剩多少户\r\n", "还剩多少户", ()),
        ("\n", "", ()),
        ('{"question": "那2017年呢"}', "那2017年呢", ()),
        (
            '  {"question": "那2017年呢", "history": ["2014年有多少贫困人口"]}\n',
            "那2017年呢",
            ("2014年有多少贫困人口",),
        ),
        ('"还剩多少户"', '"还剩多少户"', ()),
    ],
)
def test_a_line_is_a_question_or_json(line, question, history):
    assert read_line(line.encode()) == BatchQuestion(question=question, history=history)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (b"{oops", "Invalid JSON"),
        (b"{}", "question: Field required"),
        (b'{"question": 3}', "question: Input should be a valid string"),
        (b'{"question": "x", "history": "y"}', "history: "),
        (b'{"question": "x", "history": [1]}', "history.0: "),
        (b'{"question": "x", "place": "y"}', "place: Extra inputs are not permitted"),
        (b'{"question": ' + b"[" * 100_000, "Invalid JSON"),
        ("还剩多少户".encode("gb18030"), "not UTF-8"),
    ],
)
def test_a_line_that_is_no_question_is_told_why(line, said):
    with pytest.raises(QuestionError, match=said.replace("(", "\\(")):
        read_line(line)


@given(st.binary())
def test_any_line_is_a_question_or_an_error_for_the_user(line):
    with contextlib.suppress(QuestionError):
        assert isinstance(read_line(line).question, str)
