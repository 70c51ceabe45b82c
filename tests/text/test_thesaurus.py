from importlib.resources import files

from hypothesis import given
from hypothesis import strategies as st

from povqa.text.normalise import normalise
from povqa.text.thesaurus import written_forms

LINES = [
    line.split("\t")
    for line in files("povqa.text").joinpath("thesaurus.txt").read_text("utf-8").splitlines()
    if line and not line.startswith("#")
]


def test_what_people_say_becomes_what_articles_write():
    assert "贫困户" in written_forms("还有几家穷户")
    assert {"脱贫", "退出"} <= set(written_forms("哪年摘帽"))


def test_the_longest_phrase_wins():
    assert written_forms("登记的穷户") == ["建档立卡贫困户"]
    assert written_forms("穷县") == ["贫困县"]


def test_what_the_question_says_itself_is_left_out():
    assert written_forms("摘帽就是退出") == ["脱贫"]
    assert written_forms("贫困村有多少个") == []
    assert written_forms("") == []


def test_english_widens_a_search_too():
    assert {"贫困户", "种植"} <= set(written_forms("poor households that planted tea"))


def test_every_entry_can_be_reached():
    for asked, written in LINES:
        assert asked == normalise(asked), asked
        assert [form for form in written.split() if form not in asked and form not in written_forms(asked)] == [], asked


def test_no_line_stands_twice_and_none_is_empty():
    assert len({(asked, written) for asked, written in LINES}) == len(LINES) > 100
    assert all(asked.strip() == asked and written.split() for asked, written in LINES)


def test_an_entry_with_two_senses_gives_the_forms_of_both():
    assert {"措施", "招聘"} <= set(written_forms("有什么招"))


@given(st.lists(st.sampled_from([asked for asked, _ in LINES]) | st.text(max_size=5), max_size=8))
def test_forms_are_distinct_and_new(pieces):
    question = " ".join(pieces)
    found = written_forms(question)
    assert len(set(found)) == len(found)
    assert not [form for form in found if form in question]
