import pytest

from povqa.reader.further import (
    ALSO_FEATURES,
    COMPLETING_FEATURES,
    answering_too,
    completing,
    may_answer_too,
    may_complete,
)
from povqa.reader.judge import Candidate
from povqa.types import Kind, Query
from reader.test_spans import read

FIRST = "一是建扶贫车间、修路。"
ASKED = "做了哪些事"


def candidate(sentence: int, text: str, *items: str, score: float = 1.0, ordinal: int = 0) -> Candidate:
    return Candidate(sentence, ordinal, text, 0, read(text, *items), {}, score)


def query(text: str = ASKED) -> Query:
    return Query(text, text, Kind.LIST)


def features(best: Candidate, one: Candidate) -> dict[str, float]:
    ((found, own),) = may_complete(query(), [best, one])
    assert found is one
    return dict(own)


def test_only_sentences_of_the_same_article_that_hold_items_may_complete_a_list():
    best = candidate(4, FIRST, "修路", score=3.0)
    near = candidate(5, "二是养牛。", "养牛", score=-2.0)
    others = [
        candidate(9, "种茶。", "种茶", ordinal=1),
        near,
        candidate(6, "天气很好。", "天气", score=-5.0),
        candidate(7, "会议在县里开。"),
    ]
    assert [one for one, _ in may_complete(query(), [best, *others])] == [near]
    assert may_complete(query(), [best]) == []


def test_a_list_that_has_as_many_items_as_asked_for_is_complete():
    best, more = candidate(4, FIRST, "建扶贫车间", "修路"), candidate(5, "二是养牛。", "养牛")
    assert may_complete(query("做了哪两件事"), [best, more]) == []
    assert may_complete(query("做了哪三件事"), [best, more])


def test_a_sentence_is_seen_beside_the_best():
    best = candidate(4, FIRST, "建扶贫车间", "修路", score=3.0)
    after = features(best, candidate(5, "二是养牛。", "养牛"))
    assert after.keys() == COMPLETING_FEATURES.keys()
    assert after == {
        **{"score": 1.0, "behind": 2.0, "beside": 1.0, "near": 1.0},
        **{"goes_on": 1.0, "several": 0.0, "complete": 1.0},
    }
    before = features(candidate(4, FIRST, "修路", score=3.0), candidate(1, "养牛、种茶。", "养牛", "种茶"))
    assert before == {
        **{"score": 1.0, "behind": 2.0, "beside": 0.0, "near": 1.0},
        **{"goes_on": 0.0, "several": 1.0, "complete": 0.0},
    }
    assert features(best, candidate(8, "养牛。", "养牛"))["near"] == 0.0


def test_what_completes_is_what_the_weights_say():
    best = candidate(4, FIRST, "修路", score=3.0)
    beside, strong = candidate(5, "二是养牛。", "养牛", score=-1.0), candidate(20, "种茶。", "种茶", score=2.9)
    assert completing(query(), [best, strong, beside], {"beside": 2.0, "bias": -1.0}) == [beside]
    assert completing(query(), [best, strong, beside], {"score": 1.0, "bias": -1.0}) == [strong]


def test_a_sentence_that_answers_too_is_seen_with_what_is_asked():
    best, other = candidate(4, FIRST, score=3.0), candidate(5, "同时养牛。", ordinal=1)
    asked = Query("q", "种茶和养牛各多少,谁管", Kind.NUMBER)
    ((one, found),) = may_answer_too(asked, [best, other])
    assert one is other
    assert found.keys() == ALSO_FEATURES.keys()
    set_ = {"goes_on", "each", "parts", "number"}
    assert {name for name, value in found.items() if value == 1.0} - {"score"} == set_
    assert found["behind"] == 2.0
    ((_, alone),) = may_answer_too(Query("q", "种茶多少亩", Kind.OTHER), [best, candidate(5, "养牛。")])
    assert {name for name, value in alone.items() if value == 1.0} - {"score"} == {"same", "beside", "near", "other"}
    assert may_answer_too(asked, [best, candidate(5, "养牛。", score=-4.0)]) == []


def test_what_answers_too_is_what_the_weights_say():
    best, weak, other = (
        candidate(1, FIRST, score=3.0),
        candidate(2, "养牛。", score=-1.0),
        candidate(9, "修路。", ordinal=1),
    )
    asked = Query("q", "种茶多少亩", Kind.NUMBER)
    assert answering_too(asked, [best, other, weak], {"same": 2.0, "bias": -1.0}) == [weak]
    assert answering_too(asked, [best, other, weak], {"score": 1.0, "bias": -1.0}) == [other]
    assert answering_too(asked, [best], {"bias": 5.0}) == []


def goes_on(text: str) -> float:
    return features(candidate(0, FIRST, "修路"), candidate(1, text, text.rstrip("。")[-2:]))["goes_on"]


@pytest.mark.parametrize(
    "text",
    [
        *(
            "二是养牛。",
            "“三是种茶”。",
            "其次，修路。",
            "同时，修路。",
            "（三）修路。",
            "2、修路。",
            "除了养牛，还种茶。",
        ),
        *("二要抓产业。", "其三，修路。", "十是养牛。", "10、养牛。", "１．养牛。", "第二，种茶。", "还办了工厂。"),
    ],
)
def test_what_goes_on_with_a_list_is_told_by_how_it_opens(text):
    assert goes_on(text) == 1.0


@pytest.mark.parametrize(
    "text",
    [
        *(
            "牛是二叔的。",
            "2000头牛。",
            "全村同时修路。",
            "第一书记王芳修路。",
            "第三产业增加值多。",
            "2.5亿元投入到位。",
        ),
        *("3.2万人脱贫。", "第二天去了县里。", "还款期限为三年。", "最后一公里打通了。", "三人脱贫。"),
    ],
)
def test_other_sentences_do_not_go_on(text):
    assert goes_on(text) == 0.0
