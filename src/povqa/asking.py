"""One question put to one index: understood, retrieved, read, decided, cited."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import zip_longest
from typing import TypeVar

from povqa.encoder.runtime import OnnxEncoder
from povqa.errors import QuestionError
from povqa.index.searching import Allowed
from povqa.index.store import Index
from povqa.index.tokens import question_tokens, tokens
from povqa.reader.judge import Candidate, Judge, Ranker
from povqa.reader.model import ReaderModel
from povqa.reader.question import (
    JOIN,
    content,
    county_stems,
    is_across,
    kind_of,
    last_question,
    spell_years,
    with_history,
    years_in,
)
from povqa.reader.select import Chosen, Selection, join, select, short_answers
from povqa.reader.sides import askings, sides
from povqa.retrieval import Stages, retrieve
from povqa.text.english import in_chinese
from povqa.text.normalise import normalise
from povqa.types import Answer, Citation, Filters, Hit, Judgement, Query, Reason, Status, Trace

MAX_QUESTION = 1000  # characters; what is longer is no question
_LOOKED_AT = 20  # sentences, for a name that is no word of the corpus
_REMEMBERED = 2  # questions of the history that can matter


_Ranked = TypeVar("_Ranked", Hit, Judgement)


def _in_turn(ranked: Sequence[Sequence[_Ranked]]) -> tuple[_Ranked, ...]:
    """The rankings of a question's sides as one: the best of each, then the second of each; a sentence once."""
    merged: dict[int, _Ranked] = {}
    for row in zip_longest(*ranked):
        for one in row:
            if one is not None:
                merged.setdefault(one.sentence, one)
    return tuple(merged.values())


class Asker:
    """Answers from one index, which never changes. Safe to use from several threads.

    :param max_refused: the share of answerable questions that may be refused.
    """

    def __init__(
        self, index: Index, encoder: OnnxEncoder, model: ReaderModel, ranker: Ranker, max_refused: float, stages: Stages
    ) -> None:
        self.index = index
        self.encoder = encoder
        self.stages = stages
        self._ranker = ranker
        self._max_refused = max_refused
        self.judge = Judge(index, model, ranker)

    def ask(
        self, question: str, history: Sequence[str] = (), *, filters: Filters | None = None, top: int = 3
    ) -> Answer:
        """An answer, or that the corpus holds none: see `Povqa.ask`."""
        return self._put(question, history, filters, top)[0]

    def explain(
        self, question: str, history: Sequence[str] = (), *, filters: Filters | None = None, top: int = 3
    ) -> tuple[Answer, Trace]:
        """As `ask`, with how the answer came about."""
        answer, trace = self._put(question, history, filters, top)
        return answer, trace()

    def _put(
        self, question: str, history: Sequence[str], filters: Filters | None, top: int
    ) -> tuple[Answer, Callable[[], Trace]]:
        """The answer, and what makes its trace: the short answers of every candidate are more than most want."""
        begun = time.perf_counter()
        if len(question) > MAX_QUESTION:
            raise QuestionError(
                f"a question may have {MAX_QUESTION} characters, this has {len(question)}: ask in fewer words",
                f"问题最多 {MAX_QUESTION} 个字符，这个有 {len(question)} 个：请缩短后再问",
            )
        query = self.understand(question, history)
        if not any(char.isalnum() for char in query.normalised):
            empty = Selection((), (), Reason.EMPTY_QUESTION, 0.0, 0.0, "the question is empty")
            return self._answer(question, empty, begun), lambda: Trace(query, (), (), 0.0, empty.decision)
        if self.stages is not Stages.FULL:
            return self._unread(question, query, self.retrieve(query, filters), top, begun)
        runs = [self._run(query, filters, top)]
        parts = self._parts(query, history, runs[0][2])
        if parts:
            runs = [self._run(part, filters, 1) for part in parts]
        selection = join([run[2] for run in runs], [part.normalised for part in parts]) if parts else runs[0][2]

        def trace() -> Trace:
            judged = [
                [Judgement(c.sentence, self._ranker.chance(c.score), short_answers(part, c), c.features) for c in found]
                for part, (_, found, _) in zip(parts or [query], runs, strict=True)
            ]
            hits = _in_turn([run[0] for run in runs])
            return Trace(query, hits, _in_turn(judged), selection.threshold, selection.decision)

        return self._answer(question, selection, begun), trace

    def _parts(self, query: Query, history: Sequence[str], whole: Selection) -> list[Query]:
        """A question about several places, or for several facts, as one about each.

        :param whole: what the question as it stands has found.
        :return: [] where it is one question, or one sentence speaks of all places or gives all facts.
        """
        best = whole.chosen[0] if whole.chosen else None
        found = sides(query.normalised, query.places)
        if found and not (best and all(place in best.candidate.text for place in query.places)):
            return [
                replace(query, normalised=side, places=self._places(side), kind=kind_of(side), across=False)
                for side in found
            ]
        facts = [] if found else askings(query.normalised)
        if best and len(best.spans) >= len(facts):
            return []
        return [self.understand(fact, [*history, *facts[:i]]) for i, fact in enumerate(facts)]

    def _run(
        self, query: Query, filters: Filters | None, top: int
    ) -> tuple[Sequence[Hit], Sequence[Candidate], Selection]:
        """Retrieve, read and decide for one question about one thing."""
        hits = self.retrieve(query, filters)
        candidates = self.judge.judge(query, hits)
        return hits, candidates, select(query, candidates, self._ranker, max_refused=self._max_refused, top=top)

    def understand(self, question: str, history: Sequence[str] = ()) -> Query:
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

    def _allowed(self, filters: Filters | None) -> Allowed | None:
        if filters is None:
            return None
        return self.index.allowed(
            articles=filters.articles or None, places=filters.places or None, since=filters.since, until=filters.until,
            sources=filters.sources or None, authors=filters.authors or None,
        )  # fmt: skip

    def retrieve(self, query: Query, filters: Filters | None = None) -> list[Hit]:
        """The candidate sentences for a question, best first."""
        return retrieve(self.index, self.encoder, query, self._allowed(filters), self.stages)

    def _unread(
        self, question: str, query: Query, hits: Sequence[Hit], top: int, begun: float
    ) -> tuple[Answer, Callable[[], Trace]]:
        """What retrieval alone would answer: its first sentences, whatever they are."""
        citations = tuple(self._cite(hit.sentence, (), 0.5) for hit in hits[:top])
        status = Status.ANSWERED if citations else Status.NOT_FOUND
        reason = None if citations else Reason.OFF_TOPIC
        elapsed = (time.perf_counter() - begun) * 1000
        answer = Answer(question, status, reason, (), 0.5, citations, (), elapsed)
        judgements = tuple(Judgement(hit.sentence, 0.5, (), {"retrieval": hit.score}) for hit in hits)
        return answer, lambda: Trace(query, tuple(hits), judgements, 0.0, f"the {self.stages} stage alone")

    def _cite(self, sentence: int, spans: Sequence[tuple[int, int]], score: float) -> Citation:
        table = self.index.sentences
        article = self.index.article(int(table.article[sentence]))
        start, end = int(table.start[sentence]), int(table.end[sentence])
        return Citation(
            article.text[start:end], article.id, article.title, article.source, article.published, article.path,
            start, end, tuple(spans), round(score, 4), article.url, self.index.copies(article.id),
        )  # fmt: skip

    def _answer(self, question: str, selection: Selection, begun: float) -> Answer:
        def cited(chosen: Sequence[Chosen]) -> tuple[Citation, ...]:
            return tuple(self._cite(one.candidate.sentence, one.spans, one.probability) for one in chosen)

        citations = cited(selection.chosen)
        # A list's items stand in the order of the text, whichever sentence is cited first.
        ordered = sorted(citations, key=lambda c: (c.article_id, c.start)) if selection.listing else citations
        short = [c.text[a:b] for c in ordered for a, b in c.highlights]
        elapsed = (time.perf_counter() - begun) * 1000
        return Answer(
            question, Status.ANSWERED if citations else Status.NOT_FOUND, selection.reason, tuple(dict.fromkeys(short)),
            round(selection.confidence, 4), citations, cited(selection.nearest), elapsed,
        )  # fmt: skip
