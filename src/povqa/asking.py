"""One question put to one index: understood, retrieved, read, decided, cited."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import TypeVar

from povqa.encoder.runtime import OnnxEncoder
from povqa.errors import QuestionError
from povqa.index.searching import Allowed
from povqa.index.store import Index
from povqa.reader.judge import Candidate, Judge, Ranker
from povqa.reader.model import ReaderModel
from povqa.reader.select import Chosen, Selection, join, select, short_answers
from povqa.reader.sides import askings
from povqa.reader.understanding import MAX_QUESTION, Understanding
from povqa.retrieval import Stages, retrieve
from povqa.types import Answer, Citation, Filters, Hit, Judgement, Kind, Query, Reason, Status, Trace

_Ranked = TypeVar("_Ranked", Hit, Judgement)


def _in_turn(ranked: Sequence[Sequence[_Ranked]]) -> tuple[_Ranked, ...]:
    """The rankings of a question's sides as one: the best of each, then the second of each; a sentence once."""
    merged: dict[int, _Ranked] = {}
    for row in zip_longest(*ranked):
        for one in row:
            if one is not None:
                merged.setdefault(one.sentence, one)
    return tuple(merged.values())


@dataclass(frozen=True, slots=True)
class _Run:
    """One question about one thing, from its retrieval to what was decided."""

    query: Query
    hits: Sequence[Hit]
    candidates: Sequence[Candidate]
    selection: Selection


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
        self._understanding = Understanding(index)

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
        whole = self._read(query, history, filters, top)
        parts = self._parts(whole, history, filters)
        enough = 2 if whole.selection.chosen else 1  # one part of an answer is no more than the whole has
        if sum(bool(part.selection.chosen) for part in parts) < enough:
            parts = []
        asked = [part.query.normalised for part in parts]
        selection = join([part.selection for part in parts], asked) if parts else whole.selection
        runs = parts or [whole]

        def trace() -> Trace:
            judged = [
                [
                    Judgement(c.sentence, self._ranker.chance(c.score), short_answers(run.query, c), c.features)
                    for c in run.candidates
                ]
                for run in runs
            ]
            hits = _in_turn([run.hits for run in runs])
            return Trace(whole.query, hits, _in_turn(judged), selection.threshold, selection.decision)

        return self._answer(question, selection, begun), trace

    def _parts(self, whole: _Run, history: Sequence[str], filters: Filters | None) -> list[_Run]:
        """A question about several places, or for several facts, read as one about each.

        :param whole: what the question as it stands has found.
        :return: [] where it is one question, or one sentence speaks of all places or gives all numbers.
        """
        query, best = whole.query, next(iter(whole.selection.chosen), None)
        if each := self._understanding.sides(query):
            together = best and all(place in best.candidate.text for place in query.places)
            return [] if together else [self._run(side, filters, 1) for side in each]
        facts = askings(query.normalised)
        if query.kind is Kind.NUMBER and best and len(best.spans) >= len(facts):
            return []
        parts = []
        for i, fact in enumerate(facts):
            before = [*history, *facts[:i]]
            parts.append(self._read(self.understand(fact, before), before, filters, 1))
        return parts

    def _read(self, query: Query, history: Sequence[str], filters: Filters | None, top: int) -> _Run:
        """A question by itself or behind the one before it, if that is surer and the chat stays with its article."""
        alone = self._run(query, filters, top)
        if behind := self._understanding.behind(query, history):
            other = self._run(behind, filters, top)
            if other.selection.chosen and other.selection.confidence > alone.selection.confidence:
                before = self._run(self.understand(history[-1], history[:-1]), filters, 1)
                if before.candidates and before.candidates[0].ordinal == other.candidates[0].ordinal:
                    return other
        return alone

    def _run(self, query: Query, filters: Filters | None, top: int) -> _Run:
        """Retrieve, read and decide for one question about one thing."""
        hits = self.retrieve(query, filters)
        candidates = self.judge.judge(query, hits)
        selection = select(query, candidates, self._ranker, max_refused=self._max_refused, top=top)
        return _Run(query, hits, candidates, selection)

    def understand(self, question: str, history: Sequence[str] = ()) -> Query:
        """The question as it is searched and read: see `Understanding.query`."""
        return self._understanding.query(question, history)

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
