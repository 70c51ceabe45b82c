"""Putting the questions, and scoring what comes back, question by question."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from povqa.evaluation.evidence import Corpus, known_article
from povqa.evaluation.matching import agrees, char_f1, fold, matched_items, right_short
from povqa.evaluation.metrics import retrieval_scores
from povqa.evaluation.questions import Question
from povqa.evaluation.results import Candidate, Outcome
from povqa.types import Answer, Status, Trace

Progress = Callable[[int, int], None]  # questions done, questions in all
_CANDIDATES = 5  # kept in the report; what the scores look at goes further
_FIRST = 3


class Engine(Protocol):
    """What is evaluated: `povqa.engine.Povqa`, or anything that answers alike."""

    def explain(self, question: str, history: Sequence[str] = ()) -> tuple[Answer, Trace]:
        """Answer, with how the answer came about."""
        ...


@dataclass(frozen=True, slots=True)
class Run:
    """The outcomes in the order of the questions, and how long each question took."""

    outcomes: tuple[Outcome, ...]
    elapsed_ms: tuple[float, ...]


def run_questions(
    engine: Engine,
    corpus: Corpus,
    questions: Sequence[Question],
    *,
    ranked_by_reader: bool = False,
    progress: Progress | None = None,
) -> Run:
    """Put each question and score its answer.

    :param ranked_by_reader: let the retrieval scores judge the reader's ranking, not retrieval's.
    :raises PovqaError: a question's article is not in the corpus.
    """
    for question in questions:
        known_article(corpus, question)
    engine.explain(questions[0].question, questions[0].history)  # the first one pays for what is loaded late
    answered: list[tuple[Answer, Trace]] = []
    elapsed: list[float] = []
    for done, question in enumerate(questions, start=1):
        began = time.perf_counter()
        answered.append(engine.explain(question.question, question.history))
        elapsed.append(1000 * (time.perf_counter() - began))
        if progress:
            progress(done, len(questions))
    gold = [corpus.gold(question) for question in questions]
    retrieval = _retrieval(questions, [trace for _, trace in answered], gold, ranked_by_reader)
    outcomes = tuple(
        _outcome(corpus, question, answer, trace, wanted, retrieval.get(question.id, {}))
        for question, (answer, trace), wanted in zip(questions, answered, gold, strict=True)
    )
    return Run(outcomes, tuple(elapsed))


def _retrieval(
    questions: Sequence[Question], traces: Sequence[Trace], gold: Sequence[list[frozenset[int]]], by_reader: bool
) -> dict[str, dict[str, float]]:
    """The retrieval scores of the answerable questions.

    What is looked for is evidence, not sentences: the first sentence that holds a piece of it counts for the piece.
    """
    ranked: dict[str, list[str]] = {}
    wanted: dict[str, list[str]] = {}
    for question, trace, groups in zip(questions, traces, gold, strict=True):
        if not question.answerable:
            continue
        wanted[question.id] = [f"gold {place}" for place in range(len(groups))]
        found = [item.sentence for item in (trace.judgements if by_reader else trace.hits)]
        names = (
            name
            for number in found
            for name in ([f"gold {place}" for place, group in enumerate(groups) if number in group] or [f"s{number}"])
        )
        ranked[question.id] = list(dict.fromkeys(names))
    return retrieval_scores(ranked, wanted) if wanted else {}


def _outcome(
    corpus: Corpus,
    question: Question,
    answer: Answer,
    trace: Trace,
    gold: list[frozenset[int]],
    retrieval: dict[str, float],
) -> Outcome:
    ranked = [(corpus.sentences[judged.sentence], judged) for judged in trace.judgements]
    all_gold = frozenset().union(*gold)
    citations = tuple(
        Candidate(
            text=citation.text,
            article=citation.article_id,
            start=citation.start,
            end=citation.end,
            score=citation.score,
            right=is_right(question, citation.article_id, citation.text),
        )
        for citation in answer.citations
    )
    candidates = tuple(
        Candidate(
            text=corpus.text(sentence),
            article=sentence.article_id,
            start=sentence.start,
            end=sentence.end,
            score=judged.score,
            right=judged.sentence in all_gold,
        )
        for sentence, judged in ranked[:_CANDIDATES]
    )
    faults = corpus.faults(answer)
    scores = dict(retrieval)
    if question.answerable:
        scores |= _sentence_scores(question, answer, [judged.sentence for _, judged in ranked], gold)
        scores |= _short_scores(question, answer)
    refused = answer.status is Status.NOT_FOUND
    scores["refused_answerable" if question.answerable else "refused_unanswerable"] = float(refused)
    scores["right"] = scores["hit@1"] if question.answerable else float(refused)
    if answer.citations or faults:
        scores["citations_whole"] = float(not faults)
    return Outcome(
        question=question,
        kind=str(trace.query.kind),
        status=answer.status.value,
        reason=answer.reason.value if answer.reason else None,
        answers=answer.answers,
        confidence=answer.confidence,
        citations=citations,
        candidates=candidates,
        decision=trace.decision,
        faults=tuple(faults),
        scores=scores,
    )


def is_right(question: Question, article_id: str, text: str) -> bool:
    """Whether a citation is evidence; without gold evidence, whether a right short answer stands in it."""
    if not question.answerable or (question.articles and article_id not in question.articles):
        return False
    if question.evidence:
        return any(agrees(text, piece) for piece in question.evidence)
    return any(fold(variant) in fold(text) for variant in question.answers.variants)


def _sentence_scores(
    question: Question, answer: Answer, judged: Sequence[int], gold: Sequence[frozenset[int]]
) -> dict[str, float]:
    """hit@1 and hit@3 of what was cited, rank@1 and rank@3 of what the reader put first, whatever was decided.

    Where all the evidence is needed, hit@3 and rank@3 want every piece of it, among as many sentences as there are
    pieces if those are more than three.
    """
    rights = [is_right(question, citation.article_id, citation.text) for citation in answer.citations]
    if question.all_needed:
        among = max(_FIRST, len(question.evidence))
        cited = answer.citations[:among]
        hit = all(
            any(agrees(citation.text, piece) and citation.article_id in question.articles for citation in cited)
            for piece in question.evidence
        )
        rank = all(not group.isdisjoint(judged[: max(_FIRST, len(gold))]) for group in gold)
    else:
        hit = any(rights[:_FIRST])
        rank = _touches(judged[:_FIRST], gold)
    return {
        "hit@1": float(any(rights[:1])),
        "hit@3": float(hit),
        "rank@1": float(_touches(judged[:1], gold)),
        "rank@3": float(rank),
    }


def _touches(judged: Iterable[int], gold: Sequence[frozenset[int]]) -> bool:
    return any(number in group for number in judged for group in gold)


def _short_scores(question: Question, answer: Answer) -> dict[str, float]:
    """Of the short answers: exact match and F1 of the first for a single fact; precision and recall for a list."""
    given, items = answer.answers, question.answers.all
    if items:
        matched = matched_items(given, items)
        whole = float(matched == len(items) == len(given))
        scores = {"list_recall": matched / len(items), "list_exact": whole}
        return scores | ({"list_precision": matched / len(given)} if given else {})
    variants = question.answers.any
    if not variants:
        return {}
    f1 = max(char_f1(given[0], variant) for variant in variants) if given else 0.0
    return {"exact_match": float(right_short(given, variants)), "char_f1": f1}
