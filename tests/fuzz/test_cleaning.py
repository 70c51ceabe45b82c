"""Cleaning loses nothing, invents nothing, and ends."""

import re
from collections import Counter
from datetime import date

from hypothesis import strategies as st

from fuzz.grammar import lines, mutated, pages, sentences
from fuzz.profile import fuzzed
from povqa.corpus.boilerplate import line_rule, tail_rule
from povqa.corpus.cleaning import clean
from povqa.corpus.lines import BLANKS
from povqa.corpus.locating import locate
from povqa.text.normalise import normalise
from povqa.types import RawDocument

_HALVES = re.compile("[\ud800-\udfff\x00]")  # no reader lets these through


def read(strategy):
    return strategy.map(lambda text: _HALVES.sub("", text))


def visible(text):
    return Counter(char for char in text if not char.isspace() and char not in BLANKS)


@fuzzed(read(pages | mutated), st.none() | read(sentences), thousands=16)
def test_every_character_is_kept_or_accounted_for(text, title):
    cleaned = clean(RawDocument("a", "corpus/a.txt", text, title=title))
    article = cleaned.article
    assert visible(article.text) + visible("".join(piece.text for piece in cleaned.dropped)) == visible(text)
    assert all(line == line.strip() and line for line in article.text.split("\n")) or not article.text
    assert article.title
    assert article.published is None or date.fromisoformat(article.published)
    assert all(part and not part.isspace() for part in article.place)
    assert all(part is None or part.strip() for part in (article.source, article.author, article.url))
    assert all(piece.rule and piece.text for piece in cleaned.dropped)


@fuzzed(read(lines), thousands=5, seconds=0.5)
def test_a_line_is_judged_at_once(line):
    folded = normalise(line)
    rule, tail = line_rule(folded), tail_rule(folded)
    assert rule is None or rule
    assert tail is None or (0 <= tail[0] < len(folded) and tail[1])


@fuzzed(read(sentences), st.lists(read(lines), max_size=4), read(lines), thousands=3)
def test_a_place_is_one_that_the_article_or_the_gazetteer_names(title, paragraphs, hints):
    place = locate(title, paragraphs, hints)
    assert len(place) <= 5
    assert len(set(place)) == len(place)
