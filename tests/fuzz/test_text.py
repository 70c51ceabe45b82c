"""Normalising, sentences, chunks, numbers and dates of any text."""

from itertools import pairwise
from math import isnan

from hypothesis import strategies as st

from fuzz.grammar import lines, sentences, texts
from fuzz.profile import fuzzed
from povqa.corpus.duplicates import NEAR, bands, signature, similarity
from povqa.corpus.header import find_date
from povqa.text.chunks import MAX_CHARS, make_chunks
from povqa.text.dates import find_dates
from povqa.text.normalise import normalise
from povqa.text.numerals import find_numbers, parse_number
from povqa.text.sentences import split_sentences
from povqa.text.thesaurus import written_forms
from povqa.types import Article

days = st.none() | st.dates().filter(lambda day: 1800 < day.year < 2100).map(str)


@fuzzed(texts, thousands=12)
def test_normalising_keeps_places_and_once_is_enough(text):
    once = normalise(text)
    assert len(once) == len(text)
    assert normalise(once) == once
    middle = len(text) // 2
    assert normalise(text[:middle]) + normalise(text[middle:]) == once, "a character is folded by itself"


@fuzzed(texts, thousands=15)
def test_sentences_cover_the_text_and_chunks_the_sentences(text):
    found = split_sentences(text)
    assert all(a < b for a, b in found)
    assert all(left[1] <= right[0] for left, right in pairwise(found))
    left_out = [
        text[a:b] for a, b in zip([0, *(b for _, b in found)], [*(a for a, _ in found), len(text)], strict=True)
    ]
    assert not "".join(left_out).strip()
    assert all(text[a:b] == text[a:b].strip() and len(text[a:b].splitlines()) == 1 for a, b in found)
    chunks = make_chunks(Article("a", "", text, "p"), found)
    starts, ends = [a for a, _ in found], [b for _, b in found]
    firsts = [starts.index(chunk.start) for chunk in chunks]
    lasts = [ends.index(chunk.end) for chunk in chunks]
    assert firsts == ([0, *(last + 1 for last in lasts[:-1])] if found else [])
    assert lasts[-1:] == ([len(found) - 1] if found else [])
    assert all(
        first == last or chunk.end - chunk.start <= MAX_CHARS
        for first, last, chunk in zip(firsts, lasts, chunks, strict=True)
    )


@fuzzed(lines | sentences, thousands=12)
def test_numbers_stand_in_the_text_and_have_values(text):
    found = find_numbers(text)
    assert all(left.end <= right.start for left, right in pairwise(found))
    for mention in found:
        assert 0 <= mention.start < mention.end <= len(text)
        assert mention.value >= 0
        assert mention.high is None or not isnan(mention.high)
    value = parse_number(text)
    assert value is None or value >= 0
    assert [(one.start, one.end, one.value) for one in find_numbers(normalise(text))] == [
        (one.start, one.end, one.value) for one in found
    ]


@fuzzed(lines | sentences, days, thousands=12)
def test_dates_stand_in_the_text_and_exist(text, published):
    found = find_dates(text, published)
    assert all(left.end <= right.start for left, right in pairwise(found))
    for mention in found:
        assert 0 <= mention.start < mention.end <= len(text)
        assert mention.year is None or 1797 < mention.year < 2103
        assert mention.month is None or 1 <= mention.month <= 12
        assert mention.day is None or 1 <= mention.day <= 31
    day = find_date(text)
    assert day is None or "1900-01-01" <= day <= "2099-12-31"


@fuzzed(sentences, thousands=2)
def test_the_phrase_table_widens_any_question(text):
    folded = normalise(text)
    assert all(form and form not in folded for form in written_forms(folded))


@fuzzed(texts, texts, thousands=2)
def test_a_text_is_its_own_copy(text, other):
    own = signature(text)
    assert (own == b"") == (bands(own) == ()) == (not any(char.isalnum() for char in normalise(text)))
    assert similarity(own, own) == (1.0 if own else 0.0)
    assert similarity(own, signature(other)) == similarity(signature(other), own)
    assert not own or similarity(own, signature(f"\n{text} 。")) >= NEAR
