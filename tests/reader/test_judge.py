import json
import math

import pytest

from povqa.reader.judge import FEATURES, FIRST_WINDOWS, MAX_WINDOWS, Judge, Ranker, combine, probability
from povqa.reader.select import ANSWER_FEATURES
from povqa.retrieval import retrieve
from povqa.types import Hit, Kind, Query

PLAIN = Ranker(sentence={"reader": 1.0, "bias": 0.0}, answer={"best": 1.0, "bias": 0.0}, thresholds=((0.0, 0.3),))
FEW = 6  # candidates are read, for speed
QUESTION = "目前临沭县还有多少户贫困人口"


@pytest.fixture(scope="module")
def judge(seeds_engine, reader):
    return Judge(seeds_engine.index, reader, PLAIN)


@pytest.fixture(scope="module")
def hits(seeds_engine):
    def find(query: Query) -> list[Hit]:
        return retrieve(seeds_engine.index, seeds_engine.encoder, query)[:FEW]

    return find


def query(text: str, kind: Kind = Kind.OTHER, places: tuple[str, ...] = (), years: tuple[int, ...] = ()) -> Query:
    return Query(text, text, kind, places, years)


def the_one(candidates, beginning: str):
    return next(one for one in candidates if one.text.startswith(beginning))


def test_the_sentence_that_answers_comes_first(judge, hits):
    asked = query(QUESTION, Kind.NUMBER, ("临沭县",))
    best = judge.judge(asked, hits(asked))[0]
    assert best.text.startswith("目前，临沭县还有贫困人口3309户") or best.text.startswith(
        "目前,临沭县还有贫困人口3309户"
    )


def test_each_candidate_is_a_sentence_of_its_article(judge, hits, seeds_engine):
    asked = query("扶贫车间有几个", Kind.NUMBER)
    candidates = judge.judge(asked, hits(asked))
    assert [one.score for one in candidates] == sorted((one.score for one in candidates), reverse=True)
    assert len({one.sentence for one in candidates}) == len(candidates) >= FEW
    for one in candidates:
        sentence = seeds_engine.index.sentence(one.sentence)
        article = seeds_engine.index.article(one.ordinal)
        assert (article.id, sentence.start) == (sentence.article_id, one.start)
        assert one.text == article.text[sentence.start : sentence.end]
        assert one.features.keys() == FEATURES.keys()
        assert one.score == pytest.approx(one.features["reader"]) == pytest.approx(one.reading.logit)
        assert 0 <= one.features["coverage"] <= 1
        assert all(0 <= start < end <= len(one.text) for start, end in one.reading.offsets)


def test_only_what_is_told_is_read(judge, hits, reader):
    asked = query(QUESTION)
    few = judge.judge(asked, hits(asked), read=1)
    first = hits(asked)[0].sentence
    assert first in {one.sentence for one in few}
    assert max(abs(one.sentence - first) for one in few) <= 2, "with its neighbours"
    assert judge.judge(asked, []) == []
    assert Judge(judge.index, None, PLAIN).judge(asked, hits(asked)) == []


def test_no_more_windows_are_read_than_one_answer_is_worth(judge):
    count = judge.index.manifest.sentences
    spread = [Hit(number, float(-number), number, None, 0.0, 0.0) for number in range(0, count, 6)]
    assert len(spread) > MAX_WINDOWS
    candidates = judge.judge(query(QUESTION), spread, read=count)
    read = {hit.sentence for hit in spread} & {one.sentence for one in candidates}
    assert len(read) <= 2 * MAX_WINDOWS
    assert {hit.sentence for hit in spread[:3]} <= read, "the best first"


def test_more_windows_are_read_only_where_the_first_do_not_answer(judge, hits):
    count = judge.index.manifest.sentences
    best = hits(query(QUESTION))[0].sentence
    numbers = [best, *(number for number in range(0, count, 6) if number != best)]
    spread = [Hit(number, float(-place), place, None, 0.0, 0.0) for place, number in enumerate(numbers)]

    def windows_read(text):
        found = {one.sentence for one in judge.judge(query(text), spread, read=count)}
        return len({hit.sentence for hit in spread} & found)

    assert windows_read("今天天气怎么样") > windows_read(QUESTION) + MAX_WINDOWS - FIRST_WINDOWS - 2


def test_a_sentence_with_the_words_of_the_question_covers_it(judge, hits):
    asked = query(QUESTION)
    candidates = judge.judge(asked, hits(asked))
    whole = the_one(candidates, "目前").features["coverage"]
    assert whole > 0.7
    assert whole == max(one.features["coverage"] for one in candidates)
    rare = query("zyxwv临沭县还有贫困人口")
    assert the_one(judge.judge(rare, hits(rare)), "目前").features["coverage"] < 1, "a word that stands nowhere"


def test_a_sentence_holds_what_the_kind_asks_for(judge, hits):
    for kind, expected in ((Kind.NUMBER, 1.0), (Kind.LIST, 1.0), (Kind.OTHER, 0.0), (Kind.PERSON, 0.0)):
        asked = query(QUESTION, kind)
        assert the_one(judge.judge(asked, hits(asked)), "目前").features["kind"] == expected, kind
    dated = query("2014年临沭县精准识别多少人", Kind.DATE)
    candidates = judge.judge(dated, hits(dated))
    assert the_one(candidates, "2014年").features["kind"] == 1.0
    assert the_one(candidates, "全县下辖").features["kind"] == 0.0


def test_a_place_that_the_article_does_not_know_is_a_stranger(judge, hits):
    for places, here, stranger in (
        (("临沭县",), 1.0, 0.0),
        (("临沭县", "凌云县"), 0.5, 1.0),
        (("凌云县",), 0.0, 1.0),
        ((), 0.0, 0.0),
    ):
        asked = query(QUESTION, Kind.NUMBER, places)
        features = the_one(judge.judge(asked, hits(asked)), "目前").features
        assert (features["place"], features["stranger"]) == (here, stranger), places


def test_a_year_agrees_or_does_not(judge, hits):
    for years, beginning, expected in (
        ((2014,), "2014年", 1.0),
        ((2016,), "2014年", -1.0),
        ((2017,), "全县下辖", 0.5),
        ((2014,), "全县下辖", 0.0),
        ((), "2014年", 0.0),
    ):
        asked = query("2014年临沭县精准识别多少贫困人口", Kind.NUMBER, years=years)
        features = the_one(judge.judge(asked, hits(asked)), beginning).features
        assert features["year"] == expected, (years, beginning)


def test_the_score_is_the_weighted_sum_of_the_features(judge, hits, reader):
    ranker = Ranker({"bias": -1.0, "reader": 0.5, "kind": 2.0, "unknown": 9.0}, PLAIN.answer, PLAIN.thresholds)
    asked = query(QUESTION, Kind.NUMBER)
    best = the_one(Judge(judge.index, reader, ranker).judge(asked, hits(asked)), "目前")
    assert best.score == pytest.approx(-1.0 + 0.5 * best.features["reader"] + 2.0)


def test_log_odds_become_probabilities():
    assert probability(0.0) == 0.5
    assert probability(math.log(3)) == pytest.approx(0.75)
    assert [probability(odds) for odds in (-1e9, -600.0, 600.0, 1e9)] == [0.0, 0.0, 1.0, 1.0]
    assert combine({"bias": 1.0, "a": 2.0, "unused": 5.0}, {"a": 3.0, "b": 7.0}) == 7.0


def test_the_threshold_is_the_strictest_that_refuses_no_more_than_allowed():
    ranker = Ranker({}, {}, ((0.0, 0.05), (0.02, 0.2), (0.05, 0.3), (0.1, 0.6)))
    assert [ranker.threshold(share) for share in (0.0, 0.01, 0.02, 0.05, 0.07, 0.5)] == [0.05, 0.05, 0.2, 0.3, 0.3, 0.6]
    assert Ranker({}, {}, ((0.02, 0.2),)).threshold(0.01) == 0.0


def test_a_ranker_is_read_from_its_file(tmp_path):
    data = {"sentence": {"bias": 1}, "answer": {"bias": 2, "best": 1}, "thresholds": [[0, 0.1], [0.5, 0.4]]}
    (tmp_path / "r.json").write_text(json.dumps(data))
    assert Ranker.load(tmp_path / "r.json") == Ranker({"bias": 1}, {"bias": 2, "best": 1}, ((0, 0.1), (0.5, 0.4)))


def test_the_ranker_that_ships_weighs_features_that_there_are():
    ranker = Ranker.load()
    assert ranker.sentence.keys() <= {"bias", *FEATURES}
    assert ranker.answer.keys() <= {"bias", *ANSWER_FEATURES}
    assert ranker.sentence["reader"] > 0
    shares, least = zip(*ranker.thresholds, strict=True)
    assert list(shares) == sorted(set(shares))
    assert list(least) == sorted(least)
    assert all(0 <= value <= 1 for value in (*shares, *least))


def test_the_unit_that_is_asked_for_counts():
    from povqa.reader.judge import _unit_agreement

    assert _unit_agreement("户", "目前还有贫困人口120户、301人。") == 1.0
    assert _unit_agreement("所", "开办少数民族班,覆盖学生796人。") == -1.0
    assert _unit_agreement("", "目前还有贫困人口120户。") == 0.0
