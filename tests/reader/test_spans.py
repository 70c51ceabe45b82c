import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from povqa.reader.model import Reading
from povqa.reader.spans import best_numbers, best_span, merge, tidy
from povqa.types import Kind

SENTENCE = "2017年,临沭县还有贫困人口3309户、6139人,重点贫困村20个。"
texts = st.text(st.sampled_from('临沭县3 9户人年月、,，。;和与等“”《》()（）「」" a🙂'), min_size=1, max_size=60)


def read(sentence: str, *marked: str, width: int = 1) -> Reading:
    """A reading of tokens of `width` characters that marks these pieces of the sentence."""
    offsets = tuple((at, min(at + width, len(sentence))) for at in range(0, len(sentence), width))
    start, end, inside, first, last = (np.full(len(offsets), -4.0, np.float32) for _ in range(5))
    for piece in marked:
        at = sentence.index(piece)
        own = [i for i, (a, b) in enumerate(offsets) if a < at + len(piece) and b > at]
        start[own[0]] = end[own[-1]] = first[own[0]] = last[own[-1]] = inside[own] = 4.0
    return Reading(1.0, offsets, start, end, inside, first, last)


def texts_of(sentence: str, spans) -> list[str]:
    return [sentence[start:end] for start, end in spans]


@pytest.mark.parametrize(
    ("kind", "marked", "found"),
    [
        (Kind.NUMBER, "3309", "3309户"),
        (Kind.NUMBER, "6139人,重", "6139人"),
        (Kind.DATE, "2017", "2017年"),
        (Kind.PLACE, "临沭县", "临沭县"),
        (Kind.OTHER, "重点贫困村20个。", "重点贫困村20个"),
        (Kind.PERSON, ",临沭县", "临沭县"),
    ],
)
def test_the_best_span_is_what_is_marked_fitted_to_the_kind(kind, marked, found):
    start, end = best_span(read(SENTENCE, marked), SENTENCE, kind)
    assert SENTENCE[start:end] == found


def test_a_number_in_the_unit_asked_for_comes_first():
    reading = read(SENTENCE)
    reading.start[SENTENCE.index("3309")] = 0.0
    for unit, found in (("人", "6139人"), ("个", "20个"), ("户", "3309户"), ("亩", "3309户"), ("", "3309户")):
        start, end = best_span(reading, SENTENCE, Kind.NUMBER, unit)
        assert SENTENCE[start:end] == found, unit
    start, end = best_span(read(SENTENCE, "3309户"), SENTENCE, Kind.NUMBER, "人")
    assert SENTENCE[start:end] == "3309户", "the network is surer than the unit"


def test_a_number_beside_what_is_asked_for_is_likelier():
    sentence = "全县共有48个行政村,其中贫困村9个。"
    reading = read(sentence, "9个")
    reading.start[:] = reading.end[:] = reading.inside[:] = 0.0
    reading.start[sentence.index("9个")] = 0.5
    for asked, found in (("行政村", "48个"), ("贫困村", "9个"), ("", "9个")):
        start, end = best_span(reading, sentence, Kind.NUMBER, "", asked)
        assert sentence[start:end] == found, asked


def test_a_number_is_given_as_exactly_as_the_text_has_it():
    sentence = "征集作品近3500个,贫困县竟达105个之多。"
    for marked, found in (("近3500个", "近3500个"), ("3500个", "3500个"), ("105个", "105个")):
        start, end = best_span(read(sentence, marked), sentence, Kind.NUMBER)
        assert sentence[start:end] == found


def test_a_date_is_given_as_exactly_as_the_text_has_it():
    sentence = "首期工程明年上半年前完工,2012年起征收,优惠自2023年1月1日至2027年12月31日执行。"
    for marked, found in (
        ("明年上半年", "明年上半年"),
        ("明年上半年前", "明年上半年前"),
        ("2012年起", "2012年起"),
        ("2012年", "2012年"),
        ("2023年1月1日", "2023年1月1日"),
        ("2023年1月1日至2027年12月31日", "2023年1月1日至2027年12月31日"),
    ):
        start, end = best_span(read(sentence, marked), sentence, Kind.DATE)
        assert sentence[start:end] == found


def test_an_answer_is_not_cut_to_the_piece_that_is_marked_most():
    sentence = "村信息员有文化、懂信息、能服务,由村里选派。"
    reading = read(sentence, "有文化、懂信息、能服务")
    reading.start[sentence.index("能服务")] = 4.5
    start, end = best_span(reading, sentence, Kind.DEFINITION)
    assert sentence[start:end] == "有文化、懂信息、能服务"


def test_a_question_for_several_numbers_gets_as_many():
    reading = read(SENTENCE, "20个", "3309户")
    assert texts_of(SENTENCE, best_numbers(reading, SENTENCE, 2)) == ["3309户", "20个"]
    assert best_numbers(read("没有"), "没有", 2) == []
    doubtful = read(SENTENCE, "3309户")
    doubtful.inside[SENTENCE.index("6139") :] = -3.0
    doubtful.inside[SENTENCE.index("20个") :] = -9.0
    assert texts_of(SENTENCE, best_numbers(doubtful, SENTENCE, 3)) == ["3309户", "6139人"], "20个 is none for sure"


def test_where_units_are_asked_for_their_numbers_come_first():
    reading = read(SENTENCE, "3309户", "6139人")
    reading.inside[SENTENCE.index("20个") :] = -3.0
    for units, found in ((["户", "个"], ["3309户", "20个"]), (["户", "亩"], ["3309户", "6139人"])):
        assert texts_of(SENTENCE, best_numbers(reading, SENTENCE, 2, units)) == found
    assert texts_of(SENTENCE, best_numbers(reading, SENTENCE, 2, ["个"])) == ["3309户", "6139人"], (
        "one unit, two numbers"
    )


def test_a_sentence_without_what_the_kind_asks_for_gives_what_is_marked():
    sentence = "具体数字没有公布。"
    assert best_span(read(sentence, "没有公布"), sentence, Kind.NUMBER) == (4, 8)
    assert best_span(read("", width=1), "", Kind.NUMBER) is None


def test_a_span_is_no_longer_than_its_kind_allows():
    sentence = "负责人是王" + "芳" * 200
    reading = read(sentence, sentence)
    for kind, most in ((Kind.PERSON, 14), (Kind.PLACE, 24), (Kind.OTHER, 64)):
        start, end = best_span(reading, sentence, kind)
        assert 0 < end - start <= most


@pytest.mark.parametrize(
    ("sentence", "span", "found"),
    [
        ("共,3309户。", (1, 8), "3309户"),
        ("读《村规民约》吧", (2, 6), "村规民约"),
        ("读《村规民约》吧", (1, 6), "《村规民约》"),
        ("读《村规民约》吧", (2, 7), "《村规民约》"),
        ("读《村规民约》吧", (0, 3), "读《村"),
        ('说"好"了', (1, 3), '"好"'),
        ('说"好"了', (2, 4), '"好"'),
        ("(注)甲", (1, 3), "(注)"),
        ("甲）乙", (0, 2), "甲"),
        ("。。", (0, 2), ""),
        ("好的政治性", (1, 5), "政治性"),
        ("的", (0, 1), "的"),
        ("坐的士", (1, 3), "的士"),
    ],
)
def test_tidying_trims_and_closes(sentence, span, found):
    start, end = tidy(sentence, span)
    assert sentence[start:end] == found


@given(texts, st.data())
def test_tidying_stays_within_the_sentence(sentence, data):
    start = data.draw(st.integers(0, len(sentence)))
    end = data.draw(st.integers(start, len(sentence)))
    first, last = tidy(sentence, (start, end))
    assert 0 <= first <= last <= len(sentence)
    assert first >= start - len('《“(（「"')
    assert last <= end + len('》”)）」"')


@given(texts, st.sampled_from(Kind), st.sampled_from(["", "户", "人"]), st.integers(1, 3), st.data())
def test_spans_of_any_reading_stand_in_the_sentence(sentence, kind, unit, width, data):
    plain = read(sentence, width=width)
    scores = st.lists(st.floats(-12, 12, width=32), min_size=len(plain.offsets), max_size=len(plain.offsets)).map(
        lambda values: np.array(values, np.float32)
    )
    reading = Reading(0.0, plain.offsets, *(data.draw(scores) for _ in range(5)))
    span = best_span(reading, sentence, kind, unit)
    assert span is not None
    assert 0 <= span[0] <= span[1] <= len(sentence)
    for start, end in best_numbers(reading, sentence, 2):
        assert 0 <= start < end <= len(sentence)


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(1, 10)).map(lambda pair: (pair[0], sum(pair)))))
def test_merged_spans_are_in_order_and_none_is_inside_another(spans):
    merged = merge(spans)
    assert set(merged) <= set(spans)
    assert all(a[0] < b[0] and a[1] < b[1] for a, b in zip(merged, merged[1:], strict=False))
    assert all(any(a <= start and end <= b for a, b in merged) for start, end in spans)
