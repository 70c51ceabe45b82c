import pytest
from hypothesis import given
from hypothesis import strategies as st

from povqa.reader.question import (
    JOIN,
    content,
    is_across,
    kind_of,
    last_question,
    leans,
    numbers_wanted,
    spell_years,
    unit_of,
    units_of,
    with_history,
    years_in,
)
from povqa.text.normalise import normalise
from povqa.types import Kind

asked = st.text(max_size=200) | st.text(
    st.sampled_from("多少哪几谁什么年村户和、吗呢一七年2017 || ?。the how"), max_size=40
)

KINDS = {
    Kind.NUMBER: [
        *("临沭还剩多少户没脱贫", "全县有几个镇?", "茶叶种了多少亩", "村子离县城多远", "贫困发生率是多少", "人均收入"),
        *("how many households are still poor", "how much money was invested", "population of Linshu county"),
        *("一共开过几届", "包了几栋大棚", "苹果几块一斤", "档案分成几类", "办事分几大步"),
    ],
    Kind.DATE: [
        "什么时候脱贫的",
        "哪一年摘的帽",
        "这篇文章的发布时间",
        "几月几号开的会",
        "哪年修好的路",
        "when was it published",
        "宣讲队哪几天在县里",
        "早上几点开门",
        "都安哪一年摘的帽",
        "啥日子给村里回的信",
    ],
    Kind.PERSON: [
        "谁是第一书记",
        "这篇报道的记者叫什么",
        "村主任姓什么",
        "爱唱歌的茶农叫啥",
        "who runs the tea factory",
    ],
    Kind.PLACE: ["茶厂在哪里", "他是哪个村的", "在什么地方建的车间", "哪个县最先脱贫", "where is the workshop"],
    Kind.ORGANISATION: ["哪家公司投的钱", "是什么单位帮扶的", "which company invested"],
    Kind.LIST: ["有哪些典型示范点", "种了哪几种水果", "八项建设包括什么", "which villages were chosen"],
    Kind.DEFINITION: [
        "什么是四联八建",
        "“两不愁三保障”是什么意思",
        "一对一帮扶指什么",
        'what is "one village one product"',
    ],
    Kind.HOW_WHY: [
        "怎么脱的贫",
        "为什么要建扶贫车间",
        "靠什么增收",
        "前几年的枣为啥卖不动",
        "how did they do it",
        "why tea",
    ],
    Kind.OTHER: ["临沭县脱贫情况", "介绍一下凌云县", ""],
}


@pytest.mark.parametrize(("kind", "question"), [(kind, text) for kind, texts in KINDS.items() for text in texts])
def test_a_question_word_tells_what_is_asked_for(kind, question):
    assert kind_of(normalise(question)) is kind


def test_an_ellipsis_asks_for_what_the_question_before_did():
    assert kind_of(JOIN.join(["临沭还剩多少户", "那凌云呢"])) is Kind.NUMBER
    assert kind_of(JOIN.join(["临沭还剩多少户", "谁负责"])) is Kind.PERSON
    assert kind_of("那凌云呢") is Kind.OTHER


@pytest.mark.parametrize(
    ("question", "unit"),
    [
        *(
            ("还剩多少户没脱贫", "户"),
            ("花了多少钱", "元"),
            ("带动几名贫困户", "人"),
            ("种了几亩茶", "亩"),
            ("有多少人口", "人"),
        ),
        *(
            ("路有多少公里", "公里"),
            ("占多少比例", "%"),
            ("有多少平米", "平方米"),
            ("投资多少万元", "元"),
            ("谁负责", ""),
            ("", ""),
        ),
    ],
)
def test_the_unit_is_the_one_behind_the_question_word(question, unit):
    assert unit_of(question) == unit
    assert unit_of(JOIN.join(["种了多少吨茶", question])) == unit, "the question's own, not its history's"


def test_each_question_word_has_its_unit():
    assert units_of("还有多少户多少人") == ["户", "人"]
    assert units_of(JOIN.join(["种了多少吨茶", "办了几场、几期"])) == ["场", "期"]
    assert units_of("投资了多少万元,修了多少平方公里") == ["元", "平方公里"]
    assert units_of("谁负责") == []


def test_a_question_across_articles_is_told_from_one_about_a_place():
    for question in ("哪些县已经脱贫", "各地怎么做的", "临沭和凌云哪个贫困户多", "临沭和凌云分别有多少贫困村"):
        assert is_across(question), question
    for question in ("临沭县有多少贫困村", "哪些村民参加了", "茶厂在哪里", "和贫困户签了什么协议"):
        assert not is_across(question), question


@pytest.mark.parametrize(
    ("question", "spelt"),
    [
        *(("一七年底还剩多少", "2017年底还剩多少"), ("二〇一九年脱贫", "2019年脱贫"), ("17年的收入", "2017年的收入")),
        *(("二零二〇年", "2020年"), ("1949年", "1949年"), ("一九四九年", "一九四九年"), ("2017年", "2017年")),
        *(
            ("20年前", "20年前"),
            ("十一年", "十一年"),
            ("117年", "117年"),
            ("干了15年村支书", "干了15年村支书"),
            ("", ""),
        ),
    ],
)
def test_spoken_years_are_written_in_digits(question, spelt):
    assert spell_years(question) == spelt


def test_the_years_are_those_of_the_question_itself():
    assert years_in("2016年和2017年各脱贫多少") == (2016, 2017)
    assert years_in(JOIN.join(["2016年呢", "2017年脱贫多少"])) == (2017,)
    assert years_in("去年脱贫多少") == ()


def test_a_question_asks_for_one_number_or_several():
    for question, count in (
        ("how many households and villages are left", 2),
        ("how many teams were sent and how much did it cost", 2),
        ("how many poor people, counties and villages are left", 3),
        ("how many people are left", 1),
        ("how many black and white cows are left", 1),
        ("各级财政一共投了多少钱", 1),
    ):
        assert numbers_wanted(question) == count, question
    for question, count in (("还有多少户多少人", 2), ("两个村各有多少户", 2), ("各县的脱贫人数", 1), ("还有多少户", 1)):
        assert numbers_wanted(question) == count, question


def test_a_follow_up_is_joined_to_what_it_leans_on():
    before = "临沭县有多少个行政村"
    assert with_history("那凌云呢", [before], names_place=True) == f"{before} || 那凌云呢"
    assert with_history("它在哪个省", [before], names_place=False) == f"{before} || 它在哪个省"
    assert with_history("凌云县种了多少亩茶叶", [before], names_place=True) == "凌云县种了多少亩茶叶"
    assert with_history("那凌云呢", [], names_place=True) == "那凌云呢"
    three = [before, "其中贫困村有几个", "什么时候脱贫的"]
    assert with_history("那是谁负责的", three, names_place=False) == JOIN.join([*three[1:], "那是谁负责的"])
    assert not leans("介绍一下扶贫车间吸纳贫困户就业的情况", names_place=False)


def test_the_content_of_a_question_is_what_it_is_about():
    assert content("请问临沭县到底还有多少贫困户呢?").split() == ["临沭县", "还有", "贫困户"]
    assert content("为什么呢") == ""


@given(asked, st.lists(asked, max_size=3), st.booleans())
def test_any_text_is_taken(question, history, names_place):
    folded = spell_years(" ".join(normalise(question).split()).replace("||", " "))
    whole = with_history(folded, [text for text in map(normalise, history) if text], names_place=names_place)
    assert last_question(whole) == folded
    assert kind_of(whole) in Kind
    assert len(content(whole)) <= len(whole)
    assert spell_years(folded) == folded, "once is enough"
    assert all(1800 <= year < 2100 for year in years_in(whole))
    assert isinstance(is_across(whole), bool)
    assert unit_of(whole) == unit_of(folded)


def test_a_question_of_the_greatest_length_is_taken_apart_at_once():
    for text in ("多" * 1000, "what does " * 100, "和a" * 500, "多少" * 500, "一" * 999 + "年"):
        assert kind_of(text) in Kind
        assert with_history(text, [text, text], names_place=False).endswith(text)
