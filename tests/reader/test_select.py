from dataclasses import replace

import numpy as np
import pytest

from povqa.reader.judge import Candidate, Ranker, probability
from povqa.reader.model import Reading
from povqa.reader.select import (
    ANSWER_FEATURES,
    NEAREST,
    answer_features,
    distinct,
    join,
    select,
    short_answers,
)
from povqa.types import Kind, Query, Reason
from reader.test_spans import read

RANKER = Ranker(
    candidate={},
    sentence={"bias": 0.0},
    answer={"best": 1.0, "bias": 0.0},
    cited={"score": 1.0, "bias": 0.0},
    completing={"score": 1.0, "bias": -2.0},
    also={"score": 1.0, "bias": 0.0},
    thresholds=((0.0, 0.1), (0.05, 0.5)),
)
SIDES = ["临沭县还有多少户", "凌云县还有多少户"]
TEXTS = [
    *("临沭县还有3309户。", "凌云县种茶11万亩。", "朱村养牛、种茶和织布。", "扶贫车间建了16个。", "王芳是第一书记。"),
    *("茶农增收2400元。", "修路25公里。", "搬迁了三个屯。"),
]


def candidate(sentence: int, score: float, *, text: str = "", ordinal: int = 0, **features: float) -> Candidate:
    text = text or TEXTS[sentence]
    offsets = tuple((at, at + 1) for at in range(len(text)))
    marked = np.array([3.0 if char.isdigit() else -3.0 for char in text], np.float32)
    reading = Reading(score, offsets, marked, marked, marked, marked, marked)
    known = {**dict.fromkeys(ANSWER_FEATURES, 0.0), "reader": score, "coverage": 0.5, "cosine": 0.8}
    return Candidate(sentence, ordinal, text, 0, reading, {**known, **features}, score)


def query(text: str = "多少", kind: Kind = Kind.OTHER, **more) -> Query:
    return Query(text, text, kind, **more)


def choose(asked: Query, *candidates: Candidate, max_refused: float = 0.05, top: int = 3):
    return select(asked, candidates, RANKER, max_refused=max_refused, top=top)


def numbers(chosen) -> list[int]:
    return [one.candidate.sentence for one in chosen]


def test_nothing_to_choose_from_is_off_topic():
    found = choose(query())
    assert (found.chosen, found.nearest, found.reason, found.confidence) == ((), (), Reason.OFF_TOPIC, 0.0)


def test_below_the_threshold_nothing_is_found_and_the_nearest_is_shown():
    found = choose(query(), *[candidate(i, -1.0 - i) for i in range(6)])
    assert (found.chosen, found.reason, found.threshold) == ((), Reason.NO_EVIDENCE, 0.5)
    assert numbers(found.nearest) == list(range(NEAREST))
    assert found.confidence == pytest.approx(probability(-1.0))
    assert "below the threshold 0.500" in found.decision


def test_the_threshold_is_that_of_the_share_that_may_be_refused():
    weak = candidate(0, -1.0)
    assert choose(query(), weak, max_refused=0.01).chosen
    assert not choose(query(), weak, max_refused=0.05).chosen


def test_a_question_that_is_far_from_every_sentence_is_off_topic():
    assert choose(query(), candidate(0, -9.0, coverage=0.0, cosine=0.6)).reason is Reason.OFF_TOPIC
    assert choose(query(), candidate(0, -9.0, coverage=0.9, cosine=0.6)).reason is Reason.NO_EVIDENCE
    assert choose(query(), candidate(0, -9.0, coverage=0.0, cosine=0.8)).reason is Reason.NO_EVIDENCE


def test_a_question_that_is_far_from_every_sentence_needs_a_certain_answer():
    asked, far = query("咖啡有几种"), {"coverage": 0.1, "cosine": 0.6}
    refused = choose(asked, candidate(0, 1.0, **far))
    assert (refused.reason, refused.threshold) == (Reason.OFF_TOPIC, 0.9)
    assert choose(asked, candidate(0, 9.0, **far)).chosen
    assert choose(asked, candidate(0, 1.0, **far), candidate(1, 0.5, coverage=0.1)).chosen, "another is near"
    assert choose(replace(asked, places=("临沭",)), candidate(0, 1.0, **far)).chosen
    assert choose(replace(asked, normalised="临沭还剩多少户 || 咖啡有几种"), candidate(0, 1.0, **far)).chosen


def test_a_single_fact_gets_the_sentences_that_answer_and_no_more_than_asked_for():
    candidates = [candidate(0, 3.0), candidate(1, 1.0), candidate(2, 0.5), candidate(3, 0.1), candidate(4, -0.1)]
    assert numbers(choose(query(), *candidates).chosen) == [0, 1, 2]
    assert numbers(choose(query(), *candidates, top=9).chosen) == [0, 1, 2, 3], "not one that rather does not"
    assert numbers(choose(query(), *candidates, top=1).chosen) == [0]
    assert numbers(choose(query(), candidate(0, 0.1), candidate(1, -2.0)).chosen) == [0]
    found = choose(query(), *candidates)
    assert [one.probability for one in found.chosen] == [probability(c.score) for c in candidates[:3]]
    assert (found.reason, found.nearest) == (None, ())


def test_a_list_gets_the_sentences_that_complete_it_and_no_others():
    # By these weights, those from two log odds on: "1。" holds what is marked as an item.
    candidates = [candidate(i, 3.0 - i / 4, text=f"{i}。", ordinal=i % 2) for i in range(8)]
    assert numbers(choose(query(kind=Kind.LIST), *candidates, top=1).chosen) == [0, 2, 4]


def test_a_question_across_articles_gets_the_best_of_each():
    candidates = [candidate(i, 3.0 - i, ordinal=i // 2) for i in range(6)]
    found = choose(query(across=True), *candidates, top=1).chosen
    assert numbers(found) == [0, 2], "the third article's best rather does not answer"
    assert numbers(choose(query(across=True), *candidates[:2]).chosen)[:1] == [0]


def test_a_sentence_that_says_the_same_is_cited_once():
    same = [candidate(i, 3.0 - i / 10, text=f"临沭县还有贫困人口3309户、6139人{'。' * i}", ordinal=i) for i in range(3)]
    other = candidate(1, 1.0)
    assert numbers(choose(query(), *same, other).chosen) == [0, 1]
    assert distinct([*same, other], 9) == [same[0], other]
    assert distinct([same[0], other], 1) == [same[0]]
    assert distinct([same[0], other], 0) == [same[0]], "one at the least"


def test_the_confidence_is_made_of_the_features_of_the_best():
    best = candidate(0, 2.0, reader=3.0, measure=-1.0, year=1.0, coverage=0.8)
    own = {"best": 2.0, "reader": 3.0, "measure": -1.0, "year": 1.0}
    assert answer_features(best) == dict.fromkeys(ANSWER_FEATURES, 0.0) | own
    alone, among = choose(query(), best), choose(query(), best, candidate(1, 1.9), candidate(2, 1.8))
    assert alone.confidence == among.confidence, "however much else the corpus holds"


def test_short_answers_are_what_is_marked():
    number = candidate(0, 1.0)
    assert short_answers(query("还有多少户", Kind.NUMBER), number) == ((5, 10),)
    assert number.text[5:10] == "3309户"
    assert short_answers(query("", Kind.OTHER), candidate(0, 1.0, text="。（，")) == ()
    listed = candidate(0, 1.0, text="朱村、李村和王村。")
    reading = read(listed.text, "朱村", "李村", "王村")
    listed = replace(listed, reading=reading)
    assert short_answers(query("有哪些村", Kind.LIST), listed) == ((0, 2), (3, 5), (6, 8))
    assert short_answers(query("哪里", Kind.PLACE), listed) == ((0, 2), (3, 5), (6, 8))
    one = replace(listed, reading=read(listed.text, "李村"))
    assert short_answers(query("哪里", Kind.PLACE), one) == ((3, 5),)
    both = replace(number, text="还有3309户、6139人。", reading=read("还有3309户、6139人。", "3309户", "6139人"))
    assert short_answers(query("还有多少户多少人", Kind.NUMBER), both) == ((2, 7), (8, 13))
    names = replace(number, text="记者 周威 刘明", reading=read("记者 周威 刘明", "周威 刘明"))
    assert short_answers(query("谁写的", Kind.PERSON), names) == ((3, 5), (6, 8))


def test_the_sides_of_a_question_are_answered_together():
    first = choose(query("还有多少户", Kind.NUMBER), candidate(0, 2.0), top=1)
    second = choose(query("种茶多少亩", Kind.NUMBER), candidate(1, 3.0), top=1)
    nothing = choose(query("多少", Kind.NUMBER), candidate(2, -3.0))
    both = join([first, second], SIDES)
    assert numbers(both.chosen) == [0, 1]
    assert both.confidence == second.confidence
    assert "临沭县还有多少户 / 凌云县还有多少户" in both.decision
    assert (both.reason, both.nearest) == (None, ())
    assert numbers(join([nothing, second], SIDES).chosen) == [1]
    assert join([nothing, nothing], SIDES) == nothing


def test_a_sentence_that_answers_two_sides_is_cited_once_with_both_answers():
    text = "临沭县3309户,凌云县2400户。"
    one, other = candidate(0, 2.0, text=text), candidate(0, 1.0, text=text)
    one.reading.inside[:8] = one.reading.start[:8] = one.reading.end[:8] = 9.0
    other.reading.inside[-7:] = other.reading.start[-7:] = other.reading.end[-7:] = 9.0
    asked = query("多少户", Kind.NUMBER)
    (chosen,) = join([choose(asked, one, top=1), choose(asked, other, top=1)], SIDES).chosen
    assert [text[start:end] for start, end in chosen.spans] == ["3309户", "2400户"]
    assert chosen.probability == probability(2.0)
