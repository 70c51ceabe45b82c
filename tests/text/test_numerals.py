"""Numbers as the news writes them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from povqa.text.numerals import find_numbers, parse_number

CHINESE = "零一二三四五六七八九"


def in_characters(number):
    """A number below 10,000 in characters, the long way: 3009 is 三千零九."""
    digits = f"{number:04d}"
    written = "".join(CHINESE[int(d)] + (unit if d != "0" else "") for d, unit in zip(digits, "千百十 ", strict=True))
    return "零".join(part for part in written.replace(" ", "").split("零") if part) or "零"


@given(st.integers(0, 9999))
def test_characters_and_digits_have_one_value(number):
    assert parse_number(in_characters(number)) == number
    assert parse_number(str(number)) == number
    assert parse_number(f"{number:,}") == number


@given(st.integers(1, 9999), st.integers(0, 9))
def test_scales(number, tenth):
    assert parse_number(f"{number}.{tenth}万") == number * 10_000 + tenth * 1000
    assert parse_number(in_characters(number) + "亿") == number * 100_000_000


@pytest.mark.parametrize("text", ["", "万户", "a", "十a", "1.2.3"])
def test_what_is_no_number(text):
    assert parse_number(text) is None


@pytest.mark.parametrize(
    ("text", "span", "value", "unit", "approximate", "high"),
    [
        ("还有贫困人口3309户", "3309户", 3309, "户", False, None),
        ("送电660亿千瓦", "660亿千瓦", 660e8, "千瓦", False, None),
        ("共三千三百零九户", "三千三百零九户", 3309, "户", False, None),
        ("脱贫5.7万贫困人口", "5.7万", 57000, "", False, None),
        ("共５７，０００人", "５７，０００人", 57000, "人", False, None),
        ("下降至3%以下", "3%以下", 3, "%", True, None),
        ("下降了百分之三", "百分之三", 3, "%", False, None),
        ("每户3---5万元贷款", "3---5万元", 30000, "元", False, 50000),
        ("有2400-4000元的分红", "2400-4000元", 2400, "元", False, 4000),
        ("招聘了100余名文员", "100余名", 100, "名", True, None),
        ("提供5万元以内的贷款", "5万元以内", 50000, "元", True, None),
        ("总投资约83982.5万元", "83982.5万元", 839825000, "元", True, None),
        ("存栏六万余头", "六万余头", 60000, "头", True, None),
        ("花了四五万元", "四五万元", 40000, "元", True, 50000),
        ("帮扶数千名群众", "数千名", 1000, "名", True, None),
        ("培训5000 人(次)", "5000 人(次)", 5000, "人次", False, None),
        ("管理5-10年", "5-10年", 5, "年", False, 10),
        ("三万五千人", "三万五千人", 35000, "人", False, None),
        ("还剩5万7千8百人", "5万7千8百人", 57800, "人", False, None),
        ("户均收入近万元", "近万元", 10000, "元", True, None),
        ("旅游纯收入近百万。", "近百万", 1_000_000, "", True, None),
        ("走了一个多小时", "一个多小时", 1, "个多小时", False, None),
        ("只用半个小时", "半个小时", 0.5, "个小时", False, None),
        ("不少于1学年", "1学年", 1, "学年", True, None),
        ("曝光了9起典型案例", "9起", 9, "起", False, None),
        ("1.2万亿元", "1.2万亿元", 1.2e12, "元", False, None),
        ("认领猕猴桃两亩半", "两亩半", 2.5, "亩", False, None),
        ("来了一万亩半数的人", "一万亩", 10000, "亩", False, None),
        ("超过四分之三的村", "四分之三", 0.75, "", True, None),
        ("占近3/4", "3/4", 0.75, "", True, None),
        ("已有53%成功脱困", "53%", 53, "%", False, None),
        ("涨了三成", "三成", 3, "成", False, None),
    ],
)
def test_one_number(text, span, value, unit, approximate, high):
    (mention,) = find_numbers(text)
    assert text[mention.start : mention.end] == span
    assert (mention.value, mention.unit, mention.approximate, mention.high) == (value, unit, approximate, high)


@pytest.mark.parametrize(
    "text",
    ["2017年3月22日", "第8期", "第一书记", "统一安排", "一是党建", "千家万户", "一对一", "两委", "4/3", "三分之五"],
)
def test_no_number(text):
    assert find_numbers(text) == []


def test_several_in_order():
    text = "辐射带动贫困群众1530户4920人,新建157条551.1公里"
    assert [text[m.start : m.end] for m in find_numbers(text)] == ["1530户", "4920人", "157条", "551.1公里"]


@given(st.text(alphabet="一二两十百千万亿点百分之0123456789.,%多余约户人年月第-至 ", max_size=40))
def test_spans_are_in_order_and_inside(text):
    last = 0
    for mention in find_numbers(text):
        assert last <= mention.start < mention.end <= len(text)
        last = mention.end


@pytest.mark.parametrize("text", ["一" * 5000, "9" * 5000, "1" + "亿" * 200_000, "1万" * 5000])
def test_what_no_number_is_as_long_as_is_none(text):
    assert parse_number(text) is None
    assert find_numbers(f"{text}个") == []


def test_a_number_may_be_beyond_all_bounds():
    assert parse_number("9" * 320 + "万1千") == float("inf")
