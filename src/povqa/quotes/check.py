"""Looks for quotes in the corpus. The lexical index finds the articles to compare them with."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from itertools import chain

import numpy as np

from povqa.index.store import Index
from povqa.index.tokens import tokens
from povqa.quotes.compare import Passage, Quote, Squashed
from povqa.text.normalise import normalise
from povqa.text.sentences import split_sentences
from povqa.types import Article

_RAREST = 24  # tokens to search a sentence of a quote by
_SENTENCES = 8  # of a quote that are searched
_HITS = 300  # sentences fetched for each
_ALIGNED = 24  # articles that a quote is aligned with
_BEHIND = 0.1  # in similarity, of what is shown, behind the best
_SHOWN = 3  # articles shown that nearly have it


class Verdict(StrEnum):
    """How a quote stands in the corpus."""

    VERBATIM = "verbatim"
    NEAR = "near"
    NOT_FOUND = "not_found"


@dataclass(frozen=True, slots=True)
class Match:
    """An article that has a quote, and where; offsets are code points of `article.text` and of the quote."""

    article: Article
    passage: Passage
    as_written: bool  # not even script, width, white space or quotation marks differ


@dataclass(frozen=True, slots=True)
class Checked:
    """A quote and where it stands: the articles that have it word for word, or else those that come nearest."""

    quote: str
    verdict: Verdict
    matches: tuple[Match, ...] = ()


class QuoteChecker:
    """Checks quotes against an opened index."""

    def __init__(self, index: Index) -> None:
        self._index = index

    def check(self, quote: str) -> Checked:
        """Look for a quote; what holds no letter and no digit is not found."""
        prepared = Quote(quote)
        if not prepared.parts:
            return Checked(quote, Verdict.NOT_FOUND)
        terms = self._terms(quote)
        articles = [(article, Squashed(article.text)) for article in self._candidates(terms)]
        found = _verbatim(quote, prepared, articles)
        # Articles that stand aside for a copy of theirs are not in the lexical index.
        if not found or any(self._index.copies(match.article.id) for match in found):
            found += _verbatim(quote, prepared, self._aside)
        if found:
            return Checked(quote, Verdict.VERBATIM, tuple(found))
        near = [
            Match(article, passage, as_written=False)
            for article, text in (*articles[:_ALIGNED], *self._aside_like(list(dict.fromkeys(chain(*terms)))))
            if (passage := prepared.nearly(text)) is not None
        ]
        near.sort(key=lambda match: -match.passage.similarity)
        near = [match for match in near if match.passage.similarity >= near[0].passage.similarity - _BEHIND]
        return Checked(quote, Verdict.NEAR if near else Verdict.NOT_FOUND, tuple(near[:_SHOWN]))

    def _terms(self, quote: str) -> list[list[str]]:
        """The rarest known tokens of each of the quote's sentences, the longest sentences first."""
        sentences = sorted((quote[start:end] for start, end in split_sentences(quote)), key=len, reverse=True)
        found = []
        for sentence in sentences[:_SENTENCES]:
            terms = list(dict.fromkeys(tokens(normalise(sentence))))
            counts = self._index.lexical.document_frequency(terms)
            known = [int(i) for i in np.argsort(counts, kind="stable") if counts[i]]
            if known:
                found.append([terms[i] for i in known[:_RAREST]])
        return found

    def _candidates(self, terms: Iterable[list[str]]) -> list[Article]:
        """The articles whose sentences share most with those of the quote, the likeliest first."""
        scores: Counter[int] = Counter()
        for some in terms:
            best: dict[int, float] = {}
            ids, values = self._index.search_sentences(some, _HITS)
            for ordinal, value in zip(self._index.sentences.article[ids].tolist(), values.tolist(), strict=True):
                best[ordinal] = max(best.get(ordinal, 0.0), value)
            scores.update(best)
        return [self._index.article(ordinal) for ordinal, _ in scores.most_common()]

    @cached_property
    def _aside(self) -> list[tuple[Article, Squashed]]:
        return [(article, Squashed(article.text)) for article in self._standing_aside()]

    def _standing_aside(self) -> Iterator[Article]:
        for ordinal in np.flatnonzero(~self._index.alive).tolist():
            with suppress(IndexError):  # it has left
                yield self._index.article(ordinal)

    def _aside_like(self, terms: Sequence[str]) -> list[tuple[Article, Squashed]]:
        """Those that stand aside and hold at least half of the tokens, the likeliest first."""
        counted = [(_missing(terms, text.text), place) for place, (_, text) in enumerate(self._aside)]
        best = sorted((missing, place) for missing, place in counted if 2 * missing <= len(terms))
        return [self._aside[place] for _, place in best[:_ALIGNED]]


def _missing(terms: Sequence[str], text: str) -> int:
    """How many tokens a text does not hold; once that is more than half of them, no more are looked for."""
    missing = 0
    for term in terms:  # the rarest of a sentence come first, so most texts are done with soon
        if term not in text:
            missing += 1
            if 2 * missing > len(terms):
                break
    return missing


def _verbatim(quote: str, prepared: Quote, articles: Iterable[tuple[Article, Squashed]]) -> list[Match]:
    found = []
    for article, text in articles:
        if (passage := prepared.verbatim(text)) is not None:
            written = len(passage.spans) == 1 and article.text[slice(*passage.spans[0])] == quote.strip()
            found.append(Match(article, passage, written))
    return found
