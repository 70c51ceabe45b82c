from pathlib import Path

import pytest

from povqa.reader.features import (
    _MEASURES,
    FEATURES,
    READ_FEATURES,
    Agreement,
    ArticleView,
    _measure_agreement,
    _unit_agreement,
)
from povqa.retrieval import retrieve
from povqa.text.numerals import find_numbers
from povqa.types import Hit, Kind, Query

QUESTION = "目前临沭县还有多少户贫困人口"


def query(text: str, kind: Kind = Kind.OTHER, places: tuple[str, ...] = (), years: tuple[int, ...] = ()) -> Query:
    return Query(text, text, kind, places, years)


@pytest.fixture(scope="module")
def features(seeds_engine):
    """The features of the first sentence of the corpus that begins so, as retrieval finds it or as it does not."""
    index = seeds_engine.index

    def of(asked: Query, beginning: str) -> dict[str, float]:
        found = retrieve(index, seeds_engine.encoder, asked)
        number = next(n for n in range(index.manifest.sentences) if index.sentence_text(n).startswith(beginning))
        view = ArticleView(index, int(index.sentences.article[number]))
        hit = next((hit for hit in found if hit.sentence == number), None)
        return Agreement(index, asked, found).features(view, number - view.numbers.start, hit)

    return of


def test_every_feature_is_there_but_what_only_reading_gives(features):
    assert features(query(QUESTION), "目前").keys() == FEATURES.keys() - {*READ_FEATURES}


def test_a_sentence_with_the_words_of_the_question_covers_it(features):
    whole = features(query(QUESTION), "目前")
    assert whole["coverage"] > 0.7
    assert whole["coverage"] > features(query(QUESTION), "全县下辖")["coverage"] >= 0
    rare = features(query("zyxwv临沭县还有贫困人口"), "目前")
    assert rare["coverage"] < 1, "a word that stands nowhere"
    english = features(query("how many zyxwv poor households"), "目前")["coverage"]
    assert english == features(query("how many poor households"), "目前")["coverage"] > 0
    assert features(query("的"), "目前")["coverage"] == 0.0, "nothing to cover"


def test_what_the_header_says_is_covered_but_not_by_the_sentence(features):
    county = features(query("临沭县提升工程"), "全县下辖")
    assert county["words"] < county["coverage"] <= 1.0


def test_a_sentence_holds_what_the_kind_asks_for(features):
    for kind, expected in ((Kind.NUMBER, 1.0), (Kind.LIST, 1.0), (Kind.OTHER, 0.0), (Kind.PERSON, 0.0)):
        assert features(query(QUESTION, kind), "目前")["kind"] == expected, kind
    dated = query("2014年临沭县精准识别多少人", Kind.DATE)
    assert features(dated, "2014年")["kind"] == 1.0
    assert features(dated, "全县下辖")["kind"] == 0.0


def test_a_place_that_the_article_does_not_know_is_a_stranger(features):
    for places, here, stranger in (
        (("临沭县",), 1.0, 0.0),
        (("临沭县", "凌云县"), 0.5, 1.0),
        (("凌云县",), 0.0, 1.0),
        ((), 0.0, 0.0),
    ):
        found = features(query(QUESTION, Kind.NUMBER, places), "目前")
        assert (found["place"], found["stranger"]) == (here, stranger), places


def test_a_year_agrees_or_does_not(features):
    for years, beginning, expected in (
        ((2014,), "2014年", 1.0),
        ((2016,), "2014年", -1.0),
        ((2017,), "全县下辖", 0.5),
        ((2014,), "全县下辖", 0.0),
        ((), "2014年", 0.0),
    ):
        asked = query("2014年临沭县精准识别多少贫困人口", Kind.NUMBER, years=years)
        assert features(asked, beginning)["year"] == expected, (years, beginning)


def test_a_month_agrees_or_does_not(features):
    for asked, beginning, expected in (
        ("3月16日凌云有什么消息", "凌云3月16日讯", 1.0),
        ("三月份凌云有什么消息", "凌云3月16日讯", 1.0),
        ("9月凌云有什么消息", "凌云3月16日讯", -1.0),
        ("9月凌云有什么消息", "全县下辖", 0.0),
        ("凌云有什么消息", "凌云3月16日讯", 0.0),
    ):
        assert features(query(asked), beginning)["month"] == expected, (asked, beginning)


def test_a_line_without_a_full_stop_is_a_heading(features):
    assert features(query(QUESTION), "许营镇扶贫理事会发挥")["heading"] == 1.0
    assert features(query(QUESTION), "目前")["heading"] == 0.0


def test_the_lexical_score_is_standardised_among_the_hits(seeds_engine):
    index = seeds_engine.index
    view = ArticleView(index, 0)
    hits = [Hit(number, 0.0, None, None, score, 0.5) for number, score in enumerate((1.0, 3.0))]
    agreement = Agreement(index, query(QUESTION), hits)
    assert [agreement.features(view, n, hits[n])["lexical"] for n in (0, 1)] == [-1.0, 1.0]
    assert agreement.features(view, 2, None)["lexical"] == -1.0, "not found at all"
    alike = Agreement(index, query(QUESTION), hits[:1])
    assert alike.features(view, 0, hits[0])["lexical"] == 0.0


def test_the_cosines_of_another_encoder_are_put_on_the_scale_of_the_known_one(seeds_engine, monkeypatch):
    index = seeds_engine.index
    view = ArticleView(index, 0)
    hits = [Hit(number, 0.0, None, None, 1.0, score) for number, score in enumerate((0.1, 0.9))]

    def cosines():
        agreement = Agreement(index, query(QUESTION), hits)
        return [agreement.features(view, n, hits[n])["cosine"] for n in (0, 1)]

    monkeypatch.setattr("povqa.reader.features.file_of", lambda name: Path(__file__))
    assert cosines() == [0.1, 0.9]
    monkeypatch.setattr("povqa.reader.features.file_of", lambda name: Path("/nowhere"))
    low, high = cosines()
    assert 0.6 < low < high < 0.8


def test_the_unit_that_is_asked_for_counts():
    assert _unit_agreement("户", "目前还有贫困人口120户、301人。", find_numbers) == 1.0
    assert _unit_agreement("所", "开办少数民族班,覆盖学生796人。", find_numbers) == -1.0
    assert _unit_agreement("", "目前还有贫困人口120户。", find_numbers) == 0.0
    for paid in ("旅游纯收入近百万。", "一年只有五百多块钱。", "凑足了2.5亿的资金。"):
        assert _unit_agreement("元", paid, find_numbers) == 1.0, paid
    for counted in ("存栏黑毛驴8000余头。", "全县还有5.7万贫困人口。", "联系电话13905391234。"):
        assert _unit_agreement("元", counted, find_numbers) == -1.0, counted


def test_one_unit_of_area_or_weight_stands_for_another():
    rows = {unit: row for row in _MEASURES for unit in row}
    for unit, sentence, agreement in (
        ("亩", "种茶200公顷。", 0.0),
        ("斤", "产茶20吨。", 0.0),
        ("公里", "修路3千米。", 0.0),
        ("亩", "修路25公里,投资3万元。", -1.0),
    ):
        assert _measure_agreement(rows[unit], sentence, find_numbers) == agreement, sentence
    assert _measure_agreement((), "种茶200公顷。", find_numbers) == 0.0


@pytest.mark.parametrize(
    ("question", "kind", "unit", "measure"),
    [
        ("一头驴能卖多少钱", Kind.NUMBER, -1.0, -1.0),
        ("有几支工作队", Kind.NUMBER, -1.0, 0.0),
        ("有多少人", Kind.NUMBER, 1.0, 0.0),
        ("茶种了多少亩", Kind.NUMBER, -1.0, -1.0),
        ("卖不了多少钱咋办", Kind.HOW_WHY, 0.0, 0.0),
    ],
)
def test_a_measure_that_is_asked_for_and_not_there_counts_for_itself(features, question, kind, unit, measure):
    found = features(query(question, kind), "目前")
    assert (found["unit"], found["measure"]) == (unit, measure)
