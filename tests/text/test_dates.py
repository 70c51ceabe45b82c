"""Dates as the news writes them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from povqa.text.dates import find_dates


@pytest.mark.parametrize(
    ("text", "span", "parts"),
    [
        ("于2017年3月22日印发", "2017年3月22日", (2017, 3, 22)),
        ("凌云3月16日讯", "3月16日", (None, 3, 16)),
        ("力争到2017年底", "2017年底", (2017, None, None)),
        ("截至2019年9月底", "2019年9月底", (2019, 9, None)),
        ("从一七年起", "一七年", (2017, None, None)),
        ("二〇二〇年十二月三日", "二〇二〇年十二月三日", (2020, 12, 3)),
        ("2016-04-14 18:56", "2016-04-14", (2016, 4, 14)),
        ("17年3月", "17年3月", (2017, 3, None)),
        ("计划10月摘帽", "10月", (None, 10, None)),
        ("2015年下半年", "2015年下半年", (2015, None, None)),
    ],
)
def test_one_date(text, span, parts):
    (mention,) = find_dates(text)
    assert text[mention.start : mention.end] == span
    assert (mention.year, mention.month, mention.day) == parts


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("去年7月", (2016, 7, None)),
        ("今年以来", (2017, None, None)),
        ("前年", (2015, None, None)),
        ("昨日", (2017, 2, 28)),
    ],
)
def test_relative_dates_need_the_day_of_the_article(text, parts):
    (dated,) = find_dates(text, "2017-03-01")
    assert (dated.year, dated.month, dated.day) == parts
    (undated,) = find_dates(text)
    assert undated.year is None


def test_both_years_of_a_range():
    assert [mention.year for mention in find_dates("2013-2020年和2011年至2015年")] == [2013, 2020, 2011, 2015]


def test_digits_of_other_scripts_are_digits():
    (mention,) = find_dates("20١٧年3月")
    assert (mention.year, mention.month) == (2017, 3)


@pytest.mark.parametrize("text", ["5个月", "一二年", "13月", "3309户", "管理5年", "1.2"])
def test_no_date(text):
    assert find_dates(text) == []


@given(st.text(alphabet="0123456789一二三十〇年月日底号份-/.去今前 ", max_size=30))
def test_spans_and_parts_are_sound(text):
    last = 0
    for mention in find_dates(text, "2020-02-29"):
        assert last <= mention.start < mention.end <= len(text)
        assert mention.month is None or 1 <= mention.month <= 12
        last = mention.end
