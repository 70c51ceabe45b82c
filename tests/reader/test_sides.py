import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from povqa.reader.sides import MAX_SIDES, askings, sides
from povqa.text.normalise import normalise

parts = [
    *"多少哪几谁更高比临沭凌云年村户和、吗呢的?。,",
    "2017年",
    " || ",
    "分别",
    "各",
    "各自",
    "以及",
    "还有",
    "有什么",
    "the ",
]
asked = st.text(max_size=200) | st.lists(st.sampled_from(parts), max_size=40).map("".join)


def test_a_question_about_two_places_becomes_one_about_each():
    assert sides("临沭和凌云各有多少贫困村", ("临沭", "凌云")) == ["临沭有多少贫困村", "凌云有多少贫困村"]
    assert sides("临沭还剩多少户,凌云种了多少茶", ("临沭", "凌云")) == ["临沭还剩多少户", "凌云种了多少茶"]
    assert sides("临沭县还剩多少户", ("临沭",)) == []
    assert sides("临沭的经验对凌云有什么用", ("临沭", "凌云")) == []


@pytest.mark.parametrize(
    ("question", "side"),
    [
        ("临沭县与凌云县哪个的贫困村多?", "凌云县的贫困村有多少"),
        ("临沭和凌云谁的贫困户更少一些", "凌云的贫困户有多少"),
        ("临沭比凌云的第一书记多吗", "凌云的第一书记有多少"),
        ("比起临沭,凌云的路是不是更多", "凌云的路有多少"),
        ("临沭和凌云比,哪个的贫困发生率高", "凌云的贫困发生率是多少"),
        ("临沭和凌云谁的脱贫比例高", "凌云的脱贫比例是多少"),
        ("临沭和凌云哪个脱贫早", "凌云脱贫是什么时候"),
        ("临沭和凌云的贫困户各有多少", "凌云的贫困户有多少"),
        ("临沭和凌云谁是县长", "凌云谁是县长"),
        ("临沭和凌云怎么扩大", "凌云怎么扩大"),
    ],
)
def test_a_comparison_asks_each_place_for_what_is_compared(question, side):
    assert sides(normalise(question), ("临沭", "凌云"))[1] == side


@pytest.mark.parametrize(
    ("question", "found"),
    [
        ("李家村种了多少亩茶,一亩能挣多少", ["李家村种了多少亩茶", "一亩能挣多少"]),
        ("驻村的有几家单位，工作队又有多少个？", ["驻村的有几家单位", "工作队又有多少个"]),
        ("那个移民村叫什么，是谁建的", ["那个移民村叫什么", "是谁建的"]),
        ("李家村的茶和王家村的果各种了多少亩，哪个多", ["李家村的茶种了多少亩", "王家村的果种了多少亩"]),
        ("李家村跟王家村分别是哪一年脱贫的", ["李家村是哪一年脱贫的", "王家村是哪一年脱贫的"]),
        ("人均收入2012、2015、2020年分别是多少?", ["人均收入2012是多少", "2015是多少", "2020年是多少"]),
        ("男生和女生的人数分别是多少", ["男生的人数是多少", "女生的人数是多少"]),
        ("甲县跟乙县两个县人口各是多少", ["甲县人口是多少", "乙县人口是多少"]),
        ("贫困户参与养殖和种植的各有多少户", ["贫困户参与养殖有多少户", "种植有多少户"]),
        ("签了合同的和没签合同的农户各有几户?我想知道", ["签了合同的有几户", "没签合同的农户有几户"]),
        ("书记和队长分别叫什么,派了多少人", ["书记和队长分别叫什么", "派了多少人"]),
        ("县里和乡里各负其责的机制是什么", []),
        ("甲村的做法和乙村的做法有什么分别?", []),
        ("几十户人搬了家,搬到了哪里", []),
        ("无论哪个村,每户补助多少钱", []),
        ("论面积,哪个村最大", []),
        ("还剩多少户没脱贫", []),
        ("那个方案投了多少钱?我听说几千亿", []),
        ("种果树亏了多少钱,原因出在哪", []),
        ("去年下了大雨,塌了几间房", []),
        ("收茶的和卖茶的各县有多少", []),
        ("who said 32,000 people a day must be helped", []),
    ],
)
def test_a_question_for_several_facts_becomes_one_for_each(question, found):
    assert askings(normalise(question)) == found


def test_a_clause_that_asks_nothing_is_no_side():
    assert sides("临沭发了大水,凌云送去了什么", ("临沭", "凌云")) == []
    assert sides("when was the festival in 临沭, 凌云", ("临沭", "凌云")) == []


def test_places_with_something_of_theirs_are_sides():
    found = sides("临沭的茶和凌云的果各种了多少亩,哪个多", ("临沭", "凌云"))
    assert found == ["临沭的茶种了多少亩", "凌云的果种了多少亩"]
    assert sides("临沭和凌云两个县贫困人口各是多少", ("临沭", "凌云"))[1] == "凌云贫困人口是多少"
    assert sides("临沭的做法和凌云的做法有什么分别?", ("临沭", "凌云")) == []
    assert sides("临沭和凌云的十四个村叫什么", ("临沭", "凌云"))[1] == "凌云的十四个村叫什么"
    assert sides("临沭和凌云各村有多少人", ("临沭", "凌云"))[1] == "凌云各村有多少人"


@given(asked)
def test_no_question_becomes_more_than_can_be_read(question):
    found = askings(normalise(question))
    assert len(found) in {0, *range(2, MAX_SIDES + 1)}
    assert all(found)


@given(asked, st.lists(st.sampled_from(["临沭", "凌云", "a.b", "(", "河南"]), max_size=3))
def test_each_side_names_a_place(question, places):
    normalised = normalise(question)
    for side in sides(normalised, places):
        assert any(place in side for place in places)


def test_a_question_of_the_greatest_length_is_taken_apart_at_once():
    begun = time.process_time()
    for part in ("多", "和a", "多少", "甲村以及", "还有", "甲村茶以及乙村果以及", "甲村、", "各甲和", "分别"):
        for text in ((part * 1000)[:1000], (part * 1000)[:800] + "更" * 200, (part * 1000)[:990] + "各多少"):
            sides(text, ("和a", "多少", "甲村", "乙村"))
            askings(text)
    assert time.process_time() - begun < 5, "no text is tried in ever more ways"
