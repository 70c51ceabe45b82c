"""A quote beside one text."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from povqa.quotes.compare import Quote, Squashed
from povqa.text.normalise import normalise

TEXT = (
    "目前,临沭县还有贫困人口3309户、6139人,重点贫困村20个。\n"
    "县长说:“要用‘绣花’功夫,把扶贫资金用在刀刃上。” 2016年投入1,200.5万元,占10.2%。\n"
    "全县发展 app 销售,群众收入增加了三成。"
)


def verbatim(quote, text=TEXT):
    found = Quote(quote).verbatim(Squashed(text))
    return found and [text[start:end] for start, end in found.spans]


def marked(quote, text=TEXT):
    found = Quote(quote).nearly(Squashed(text))
    return found and [(quote[one.quote_start : one.quote_end], text[one.start : one.end]) for one in found.differences]


def cuts_a_word(at):
    """Whether a number or a Latin word would be cut."""
    around = TEXT[max(0, at - 2) : at + 2]
    return any(char.isascii() and char.isalnum() for char in around) or "," in around or "." in around


CUTS = [at for at in range(len(TEXT) + 1) if not cuts_a_word(at)]
pieces = (
    st.lists(st.sampled_from(CUTS), min_size=2, max_size=2, unique=True).map(sorted).map(lambda ab: TEXT[slice(*ab)])
)


@given(pieces.filter(lambda piece: any(map(str.isalnum, piece))))
def test_any_piece_stands_where_it_was_taken_from(piece):
    found = Quote(piece).verbatim(Squashed(TEXT))
    assert found is not None
    (start, end), *more = found.spans
    assert not more
    assert (normalise(TEXT[start:end]).replace(" ", "")) == normalise(piece).replace(" ", "")


@given(st.integers(0, len(TEXT) - 1), st.sampled_from("龘9乐%x"))
def test_any_changed_character_is_marked(at, char):
    assume(TEXT[at].isalnum() and TEXT[at] != char)
    quote = TEXT[:at] + char + TEXT[at + 1 :]
    assert verbatim(quote) is None
    found = Quote(quote).nearly(Squashed(TEXT))
    assert found is not None
    assert any(one.quote_start <= at < one.quote_end for one in found.differences)
    assert all(quote[one.quote_start : one.quote_end] != TEXT[one.start : one.end] for one in found.differences)


@given(st.integers(0, len(TEXT) - 1))
def test_any_character_left_out_is_marked(at):
    assume(TEXT[at].isalnum() and 0 < at < len(TEXT) - 2)  # without its first or last one it is still a quote
    quote = TEXT[:at] + TEXT[at + 1 :]
    assert verbatim(quote) is None
    found = Quote(quote).nearly(Squashed(TEXT))
    assert found is not None
    assert any(TEXT[at] in TEXT[one.start : one.end] for one in found.differences)


@given(st.text(max_size=60), st.text(max_size=60))
def test_whatever_is_given_offsets_lie_inside(quote, text):
    prepared = Quote(quote)
    for found in (prepared.verbatim(Squashed(text)), prepared.nearly(Squashed(text)) if prepared.parts else None):
        for start, end in found.spans if found else ():
            assert 0 <= start <= end <= len(text)
        for one in found.differences if found else ():
            assert 0 <= one.quote_start <= one.quote_end <= len(quote)
            assert 0 <= one.start <= one.end <= len(text)


@pytest.mark.parametrize(
    "quote",
    [
        "目前，臨沭縣還有貧困人口３３０９戶",  # width, script
        "目前,临沭县 还有\n贫困人口3309户。",  # white space, and a full stop where the source goes on
        "县长说:「要用『绣花』功夫,把扶贫资金用在刀刃上。」",
        "“把扶贫资金用在刀刃上”",
        "群众收入增加了三成",
        "发展APP销售",
    ],
)
def test_what_does_not_matter(quote):
    assert verbatim(quote) is not None


@pytest.mark.parametrize("dots", ["……", "…", "...", "。。。", " …… "])
def test_an_ellipsis_leaves_something_out(dots):
    assert verbatim(f"目前{dots}重点贫困村20个{dots}群众收入增加了三成") == [
        "目前",
        "重点贫困村20个",
        "群众收入增加了三成",
    ]
    assert verbatim(f"重点贫困村20个{dots}目前") is None  # not in this order


@pytest.mark.parametrize("quote", ["309户", "贫困人口330", "200.5万元", "占10", "占10.", "6139人,重点贫困村2"])
def test_half_a_number_is_no_number(quote):
    assert verbatim(quote) is None


@pytest.mark.parametrize(
    ("quote", "differences"),
    [
        ("临沭县还有贫困人口3390户", [("3390", "3309")]),
        ("临沭县还有贫困人口309户", [("309", "3309")]),
        ("目前,临沭县仍有贫困人口3309户", [("仍", "还")]),
        ("临沭县还有贫困人口3309户,重点贫困村21个", [("", "、6139人"), ("21", "20")]),
        ("目前……重点贫困村21个", [("21", "20")]),
        ("投入1,200万元,占10.2%", [("1,200", "1,200.5")]),
        ("与此毫不相干的另一句话", None),
    ],
)
def test_what_differs(quote, differences):
    assert verbatim(quote) is None
    assert marked(quote) == differences


@pytest.mark.parametrize("quote", ["", "  ", "……", "“”", "。"])
def test_nothing_to_look_for(quote):
    assert Quote(quote).parts == []
    assert verbatim(quote) is None
