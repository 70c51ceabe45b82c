import json
import math
from dataclasses import replace

import pytest

from povqa.reader import judge as judging
from povqa.reader.features import FEATURES, READ_FEATURES, SEARCH_FEATURES
from povqa.reader.further import ALSO_FEATURES, COMPLETING_FEATURES
from povqa.reader.judge import FIRST_WINDOWS, MAX_WINDOWS, Judge, Ranker, combine, probability
from povqa.reader.select import ANSWER_FEATURES
from povqa.retrieval import retrieve
from povqa.types import Hit, Kind, Query

PLAIN = Ranker(
    candidate={"retrieval": 1.0, "bias": 0.0},
    sentence={"reader": 1.0, "bias": 0.0},
    answer={"best": 1.0, "bias": 0.0},
    cited={"score": 1.0, "bias": 0.0},
    completing={"score": 1.0, "bias": -2.0},
    also={"score": 1.0, "bias": 0.0},
    thresholds=((0.0, 0.3),),
)
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


@pytest.fixture
def seen(monkeypatch):
    """The windows that are read."""
    windows = []
    read = judging.ReaderModel.read

    def spy(self, question, ones):
        windows.extend(ones)
        return read(self, question, ones)

    monkeypatch.setattr(judging.ReaderModel, "read", spy)
    return windows


def own_window(judge, one):
    view = judge.view(one.ordinal)
    (own,) = view.windows([one.sentence - view.numbers.start])
    return own


def test_a_sentence_is_judged_by_the_mean_of_the_windows_it_was_read_in(judge, hits, reader, seen):
    asked = query(QUESTION, Kind.NUMBER)
    candidates = judge.judge(asked, hits(asked))
    several = 0
    windows = list(seen)
    for one in candidates[:5]:
        view = judge.view(one.ordinal)
        local = one.sentence - view.numbers.start
        around = [w for w in windows if w.header == view.header and 0 <= local - w.first < len(w.offsets)]
        logits = [reader.read(QUESTION, [w])[0][local - w.first].logit for w in around]
        several += len(logits) > 1
        assert one.reading.logit == pytest.approx(sum(logits) / len(logits), abs=1e-4)
    assert several


def test_the_best_is_read_in_its_own_window_and_none_twice(judge, hits, seen, monkeypatch):
    monkeypatch.setattr(judging, "TWICE", 1)
    for text in ("扶贫车间有几个", "凌云县种了多少亩茶", "谁当第一书记", "天气怎么样"):
        seen.clear()
        best = judge.judge(query(text), hits(query(text)))[0]
        assert own_window(judge, best) in seen
        assert len(seen) == len(set(seen))


def test_those_that_come_close_to_the_best_are_read_in_their_own_windows(judge, hits, seen, monkeypatch):
    asked = [query(text) for text in ("扶贫车间有几个", "凌云县种了多少亩茶", "谁当第一书记")]
    monkeypatch.setattr(judging, "_CLOSE", 0.0)
    once = [judge.judge(one, hits(one)) for one in asked]
    few = len(seen)
    seen.clear()
    monkeypatch.setattr(judging, "_CLOSE", 50.0)
    for one in asked:
        judge.judge(one, hits(one))
    assert len(seen) > few
    missing = [one for found in once for one in found[: judging.TWICE] if own_window(judge, one) not in seen]
    assert len(missing) <= 2, "but where the order has changed since"


def test_the_likeliest_are_read_first(judge, hits, reader):
    asked = query(QUESTION, Kind.NUMBER)
    unlikely = judge.index.manifest.sentences - 1
    found = [*hits(asked), Hit(unlikely, -1.5, None, None, 0.0, 0.0)]
    upside_down = replace(PLAIN, candidate={"retrieval": -1.0, "bias": 0.0})
    read = Judge(judge.index, reader, upside_down).judge(asked, found, read=1)
    assert unlikely in {one.sentence for one in read}
    assert unlikely not in {one.sentence for one in judge.judge(asked, found, read=1)}


def test_the_score_is_the_weighted_sum_of_the_features(judge, hits, reader):
    ranker = replace(PLAIN, sentence={"bias": -1.0, "reader": 0.5, "kind": 2.0, "unknown": 9.0})
    asked = query(QUESTION, Kind.NUMBER)
    best = the_one(Judge(judge.index, reader, ranker).judge(asked, hits(asked)), "目前")
    assert best.score == pytest.approx(-1.0 + 0.5 * best.features["reader"] + 2.0)


def test_log_odds_become_probabilities():
    assert probability(0.0) == 0.5
    assert probability(math.log(3)) == pytest.approx(0.75)
    assert [probability(odds) for odds in (-1e9, -600.0, 600.0, 1e9)] == [0.0, 0.0, 1.0, 1.0]
    assert combine({"bias": 1.0, "a": 2.0, "unused": 5.0}, {"a": 3.0, "b": 7.0}) == 7.0


def test_the_threshold_is_the_strictest_that_refuses_no_more_than_allowed():
    ranker = Ranker({}, {}, {}, {}, {}, {}, ((0.0, 0.05), (0.02, 0.2), (0.05, 0.3), (0.1, 0.6)))
    assert [ranker.threshold(share) for share in (0.0, 0.01, 0.02, 0.05, 0.07, 0.5)] == [0.05, 0.05, 0.2, 0.3, 0.3, 0.6]
    assert Ranker({}, {}, {}, {}, {}, {}, ((0.02, 0.2),)).threshold(0.01) == 0.0


def test_a_ranker_is_read_from_its_file(tmp_path):
    data = {
        "candidate": {"bias": 3},
        "sentence": {"bias": 1},
        "answer": {"bias": 2, "best": 1},
        "cited": {"bias": 1, "score": 0.5},
        "completing": {"bias": -1, "beside": 2},
        "also": {"bias": -2, "same": 3},
        "thresholds": [[0, 0.1], [0.5, 0.4]],
    }
    (tmp_path / "r.json").write_text(json.dumps(data))
    loaded = Ranker.load(tmp_path / "r.json")
    cited, more = {"bias": 1, "score": 0.5}, ({"bias": -1, "beside": 2}, {"bias": -2, "same": 3})
    assert loaded == Ranker({"bias": 3}, {"bias": 1}, {"bias": 2, "best": 1}, cited, *more, ((0, 0.1), (0.5, 0.4)))
    assert loaded.chance(-2.0) == 0.5, "0.5 of the score, and 1"


def test_the_ranker_that_ships_weighs_features_that_there_are():
    ranker = Ranker.load()
    assert ranker.candidate.keys() == {"bias", *FEATURES} - {*READ_FEATURES}
    assert ranker.sentence.keys() == {"bias", *FEATURES} - {*SEARCH_FEATURES}
    assert ranker.answer.keys() == {"bias", *ANSWER_FEATURES}
    assert ranker.completing.keys() == {"bias", *COMPLETING_FEATURES}
    assert ranker.also.keys() == {"bias", *ALSO_FEATURES}
    assert ranker.sentence["reader"] > 0
    shares, least = zip(*ranker.thresholds, strict=True)
    assert list(shares) == sorted(set(shares))
    assert list(least) == sorted(least)
    assert all(0 <= value <= 1 for value in (*shares, *least))
