import pytest

from povqa.reader.understanding import MAX_QUESTION, Understanding
from povqa.types import Kind


@pytest.fixture(scope="module")
def understanding(seeds_engine):
    return Understanding(seeds_engine.index)


def test_a_question_is_understood_with_what_the_corpus_knows(understanding):
    query = understanding.query("臨沭縣一七年還剩多少户？")
    assert (query.normalised, query.kind, query.years) == ("临沭县2017年还剩多少户?", Kind.NUMBER, (2017,))
    assert "临沭县" in query.places
    assert understanding.query("顾管屯镇在哪里").normalised == "顾官屯镇在哪里"


def test_a_question_that_stands_alone_can_be_read_behind_another(understanding):
    before = "临沭还剩多少户"
    alone = understanding.query("女的占几成", [before])
    behind = understanding.behind(alone, [before])
    assert alone.normalised == "女的占几成"
    assert (behind.normalised, behind.places) == ("临沭还剩多少户 || 女的占几成", ("临沭",))
    assert behind.text == "女的占几成"


def test_what_is_behind_a_question_already_or_has_none_before_it_is_read_once(understanding):
    followed = understanding.query("那凌云呢", ["临沭还剩多少户"])
    assert understanding.behind(followed, ["临沭还剩多少户"]) is None
    alone = understanding.query("女的占几成")
    for history in ([], [""], ["问" * (MAX_QUESTION + 1)]):
        assert understanding.behind(alone, history) is None


@pytest.mark.parametrize("said", ["谢谢", "谢谢你!", "thanks", "辛苦了"])
def test_thanks_lean_on_nothing(understanding, said):
    query = understanding.query(said, ["临沭还剩多少户"])
    assert "||" not in query.normalised
    assert understanding.behind(query, ["临沭还剩多少户"]) is None


def test_places_are_asked_for_one_by_one(understanding):
    each = understanding.sides(understanding.query("临沭县和凌云县各有多少人脱贫"))
    assert [(one.normalised, one.places) for one in each] == [
        ("临沭县有多少人脱贫", ("临沭县",)),
        ("凌云县有多少人脱贫", ("凌云县",)),
    ]
    left, asked = understanding.sides(understanding.query("临沭还剩多少户没脱贫,凌云呢"))
    assert (left.normalised, left.places) == ("临沭还剩多少户没脱贫", ("临沭",))
    assert (asked.normalised, asked.places) == ("临沭还剩多少户没脱贫 || 凌云呢", ("凌云",))
    assert asked.kind is Kind.NUMBER
    chat = understanding.query("那临沭和凌云呢", ["聊城还剩多少户没脱贫"])
    assert [one.normalised for one in understanding.sides(chat)] == [
        "聊城还剩多少户没脱贫 || 那临沭呢",
        "聊城还剩多少户没脱贫 || 那凌云呢",
    ]
    assert understanding.sides(understanding.query("临沭还剩多少户")) == []
