"""The matching form keeps every offset, whatever it is fed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from povqa.text.normalise import normalise

any_text = st.text(alphabet=st.characters(categories=["L", "M", "N", "P", "S", "Z", "C"]))


@given(any_text)
def test_length_is_kept_and_twice_is_once(text):
    once = normalise(text)
    assert len(once) == len(text)
    assert normalise(once) == once


def test_every_code_point_settles():
    everything = "".join(map(chr, range(0x110000)))
    once = normalise(everything)
    assert len(once) == len(everything)
    assert normalise(once) == once


@pytest.mark.parametrize(
    ("written", "matched"),
    [
        ("臨沭縣推進「四聯八建」", '临沭县推进"四联八建"'),
        ("１０．２％，ＡＰＰ", "10.2%,app"),
        ("3—5万元", "3-5万元"),
        ("第一行\n第二行\t\u3000末", "第一行 第二行  末"),
        ("①2017年", "①2017年"),  # a digit would run into the year
        ("Straße", "straße"),  # ss would be longer
        ("\ud800孤", "\ud800孤"),
    ],
)
def test_folds(written, matched):
    assert normalise(written) == matched


def test_a_traditional_question_matches_a_simplified_sentence():
    assert normalise("貧困發生率") in normalise("全县贫困发生率下降至3%以下")
