"""What a question means in one corpus: typos put right, years spelt out, its places, the questions that it leans on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from povqa.index.store import Index
from povqa.index.tokens import question_tokens, tokens
from povqa.reader.question import (
    JOIN,
    content,
    county_stems,
    is_across,
    is_courtesy,
    kind_of,
    last_question,
    spell_years,
    with_history,
    years_in,
)
from povqa.reader.sides import sides
from povqa.text.english import in_chinese
from povqa.text.normalise import normalise
from povqa.types import Query

MAX_QUESTION = 1000  # characters; what is longer is no question
_LOOKED_AT = 20  # sentences, for a name that is no word of the corpus
_REMEMBERED = 2  # questions of the history that can matter


class Understanding:
    """Understands questions to one index, which never changes. Safe to use from several threads."""

    def __init__(self, index: Index) -> None:
        self.index = index

    def query(self, question: str, history: Sequence[str] = ()) -> Query:
        """The question as it is searched and read: typos put right, years spelt out, the history before it."""
        asked = [text for text in history if len(text) <= MAX_QUESTION]  # a longer one was never answered
        folded = [self._folded(text) for text in [*asked[-_REMEMBERED:], question]]
        before = [text for text in folded[:-1] if text]
        named = bool(self.index.vocabulary.places_in(folded[-1]))
        strange = bool(before) and self._is_strange(folded[-1])
        whole = with_history(folded[-1], before, names_place=named, strange=strange)
        own = last_question(whole)
        places = self._places(own)
        if not places and whole != own:
            places = self._places(whole)
        return Query(question, whole, kind_of(whole), places, years_in(own), is_across(whole))

    def behind(self, query: Query, history: Sequence[str]) -> Query | None:
        """The question behind the one before it, where by its words it stands alone: it may lean on it all the same.

        :return: None if it is behind one already, or there is none.
        """
        if JOIN in query.normalised or is_courtesy(query.normalised):
            return None
        if not history or len(history[-1]) > MAX_QUESTION:
            return None
        before = self._folded(history[-1])
        if not before:
            return None
        whole = JOIN.join([before, query.normalised])
        return replace(query, normalised=whole, places=query.places or self._places(whole))

    def sides(self, query: Query) -> list[Query]:
        """A question about several places as one about each; [] where it is about one."""
        found = sides(query.normalised, query.places)
        before = query.normalised.removesuffix(last_question(query.normalised))
        queries = []
        for side in found:
            # 临沭还剩多少户,凌云呢: the second asks what the first does.
            leans = not before and side.endswith("呢") and side != found[0]
            whole = (found[0] + JOIN if leans else before) + side
            one = replace(query, normalised=whole, places=self._places(side), kind=kind_of(whole), across=False)
            queries.append(one)
        return queries

    def _is_strange(self, normalised: str) -> bool:
        """Whether a question speaks of what the corpus never does: none of its pairs of characters stands there."""
        pairs = [token for token in question_tokens(in_chinese(content(normalised))) if len(token) > 1]
        counts = self.index.lexical.document_frequency(pairs)
        return bool(pairs) and not counts.any()

    def _places(self, normalised: str) -> tuple[str, ...]:
        """The places that a question names: those of the corpus, and counties and towns that it has never heard of."""
        known = self.index.vocabulary.places_in(normalised)
        stems = [stem for stem in county_stems(normalised) if not any(stem in name for name in known)]
        counts = self.index.lexical.document_frequency(stems)
        strange = [stem for stem, count in zip(stems, counts, strict=True) if not count]
        return tuple(dict.fromkeys((*known, *strange)))

    def _folded(self, question: str) -> str:
        """A question, normalised, with years in digits and mistyped names put right."""
        # A lone surrogate is no character: half of one that was cut, or a byte that was never text.
        question = question.encode("utf-8", "replace").decode("utf-8")
        folded = spell_years(" ".join(normalise(question).split()).replace(JOIN.strip(), " "))
        folded = self.index.vocabulary.unspelt(folded)
        for typed, meant in self.index.vocabulary.strange_places(folded):
            if not self._stands(typed):
                folded = folded.replace(typed, meant)
        bigrams = [(i, folded[i : i + 2]) for i in range(len(folded) - 1) if tokens(folded[i : i + 2])[1:2]]
        counts = self.index.lexical.document_frequency([bigram for _, bigram in bigrams])
        unseen = [i for (i, _), count in zip(bigrams, counts, strict=True) if not count]
        return self.index.vocabulary.corrected(folded, unseen, self._is_pair)

    def _is_pair(self, bigram: str) -> bool:
        return bool(self.index.lexical.document_frequency([bigram])[0])

    def _stands(self, name: str) -> bool:
        """Whether a name stands in the corpus, as it is."""
        numbers, _ = self.index.search_sentences(tokens(name), _LOOKED_AT)
        return any(name in normalise(self.index.sentence_text(int(number))) for number in numbers)
