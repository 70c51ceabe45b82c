"""Quotes against the corpus that ships."""

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from povqa.quotes.check import QuoteChecker, Verdict


@pytest.fixture(scope="module")
def checker(seeds_engine):
    return QuoteChecker(seeds_engine.index)


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_any_piece_of_any_article_is_found(seeds_engine, checker, data):
    articles = seeds_engine.articles()
    article = articles[data.draw(st.integers(0, len(articles) - 1))]
    start = data.draw(st.integers(0, len(article.text) - 12))
    end = data.draw(st.integers(start + 12, min(len(article.text), start + 500)))
    around = article.text[max(0, start - 1) : start + 1] + article.text[end - 1 : end + 1]
    assume(not any(char.isascii() and char.isalnum() for char in around))  # no number is cut
    quote = article.text[start:end]
    checked = checker.check(quote)
    assert checked.verdict is Verdict.VERBATIM
    found = [match for match in checked.matches if match.article.id == article.id]
    (span,) = found[0].passage.spans
    assert "".join(article.text[slice(*span)].split()) == "".join(quote.split())


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_any_changed_character_is_told(seeds_engine, checker, data):
    articles = seeds_engine.articles()
    text = articles[data.draw(st.integers(0, len(articles) - 1))].text
    start = data.draw(st.integers(0, len(text) - 40))
    quote = text[start : start + 40]
    at = data.draw(st.integers(0, 39))
    assume(quote[at].isalnum())
    changed = quote[:at] + "龘" + quote[at + 1 :]
    checked = checker.check(changed)
    assert checked.verdict is Verdict.NEAR
    assert any(
        one.quote_start <= at < one.quote_end for match in checked.matches[:1] for one in match.passage.differences
    )


def test_what_stands_nowhere(checker):
    assert checker.check("量子计算机昨夜击败了围棋冠军").verdict is Verdict.NOT_FOUND
    assert checker.check("……").verdict is Verdict.NOT_FOUND


def test_as_written(checker):
    assert checker.check("目前,临沭县还有贫困人口3309户").matches[0].as_written
    assert not checker.check("目前，臨沭縣還有貧困人口3309戶").matches[0].as_written
