"""From judged candidates to an answer: how many sentences, which characters of them, or that nothing was found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from povqa.index.tokens import tokens
from povqa.reader.further import answering_too, completing
from povqa.reader.items import is_list, items, names_apart
from povqa.reader.judge import Candidate, Ranker, combine, probability
from povqa.reader.question import content, count_of, last_question, numbers_wanted, unit_of, units_of
from povqa.reader.spans import Span, best_numbers, best_span, merge, tidy
from povqa.types import Kind, Query, Reason

NEAREST = 3
_EACH = -0.85  # log odds from which the best sentence of a further article is cited
_ALIKE = 0.8  # share of bigrams from which two sentences say the same
_MAYBE_LISTS = (Kind.OTHER, Kind.PERSON, Kind.PLACE, Kind.ORGANISATION)  # 夜校教点啥 may ask for one or for several
_MOST = 20  # citations of a list
# Coverage and cosine of which no sentence reaches either: the question has little to do with the corpus.
_UNRELATED, _FAR = 0.3, 0.715
_CERTAIN = 0.9  # confidence that such a question needs, unless it leans on one before it

# None of other sentences: how many look right, and how close they come, says nothing of the best.
ANSWER_FEATURES = {
    "best": "log odds of the best sentence",
    "reader": "the network's log odds of the best sentence",
    **dict.fromkeys(("unit", "measure", "stranger", "year", "month"), "of the best sentence, as among `FEATURES`"),
}


@dataclass(frozen=True, slots=True)
class Chosen:
    """A sentence to be cited and the short answers in it."""

    candidate: Candidate
    probability: float
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Selection:
    """What is answered: `chosen` is empty where nothing was found, and `reason` says why."""

    chosen: tuple[Chosen, ...]
    nearest: tuple[Chosen, ...]
    reason: Reason | None
    confidence: float
    threshold: float
    decision: str
    listing: bool = False  # whether the short answers are the items of one list


def answer_features(best: Candidate) -> dict[str, float]:
    """What the confidence of an answer is made of."""
    return {name: best.score if name == "best" else best.features[name] for name in ANSWER_FEATURES}


def select(query: Query, candidates: Sequence[Candidate], ranker: Ranker, *, max_refused: float, top: int) -> Selection:
    """Decide.

    :param candidates: best first.
    :param max_refused: the share of answerable questions that may be refused.
    :param top: the most sentences for a single fact.
    """
    threshold = ranker.threshold(max_refused)
    if not candidates:
        why = "nothing in the corpus shares a word with the question"
        return Selection((), (), Reason.OFF_TOPIC, 0.0, threshold, why)
    confidence = probability(combine(ranker.answer, answer_features(candidates[0])))
    near = any(c.features["coverage"] >= _UNRELATED or c.features["cosine"] >= _FAR for c in candidates)
    unrelated = not (near or query.places)
    if unrelated and last_question(query.normalised) == query.normalised:
        threshold = max(threshold, _CERTAIN)
    if confidence < threshold:
        nearest = tuple(_chosen(query, candidate, ranker) for candidate in distinct(candidates, NEAREST))
        reason = Reason.OFF_TOPIC if unrelated else Reason.NO_EVIDENCE
        why = f"confidence {confidence:.3f} is below the threshold {threshold:.3f}"
        return Selection((), nearest, reason, confidence, threshold, why)
    chosen, how = _pick(query, candidates, ranker, top)
    why = f"confidence {confidence:.3f} reaches the threshold {threshold:.3f}; {how}"
    return Selection(tuple(chosen), (), None, confidence, threshold, why, query.kind is Kind.LIST)


def join(parts: Sequence[Selection], asked: Sequence[str]) -> Selection:
    """The answers to the sides of a question as one: what each found, the sides in their order.

    :param asked: what each side was asked.
    """
    found = [part for part in parts if part.chosen]
    best = max(parts, key=lambda part: part.confidence)
    if not found:
        return best
    chosen: dict[int, Chosen] = {}
    for one in (one for part in found for one in part.chosen):
        before = chosen.setdefault(one.candidate.sentence, one)
        if before is not one:  # one sentence answers two sides
            both = replace(before, probability=max(before.probability, one.probability))
            chosen[one.candidate.sentence] = replace(both, spans=merge([*before.spans, *one.spans]))
    sides = f"a question with {len(parts)} sides ({' / '.join(asked)})"
    why = f"{sides}, of which {len(found)} found an answer; the surest: {best.decision}"
    return Selection(tuple(chosen.values()), (), None, best.confidence, best.threshold, why)


def _pick(query: Query, candidates: Sequence[Candidate], ranker: Ranker, top: int) -> tuple[list[Chosen], str]:
    """The sentences to cite, best first."""
    if query.across:
        per_article: dict[int, Candidate] = {}
        for candidate in candidates:
            per_article.setdefault(candidate.ordinal, candidate)
        each = [c for c in per_article.values() if c is candidates[0] or c.score >= _EACH]
        if len(each) > 1:
            found = [_chosen(query, c, ranker) for c in distinct(each, _MOST)]
            return found, "across articles: the best sentence of each"
    if query.kind is Kind.LIST:
        more = completing(query, candidates, ranker.completing)
        found = [_chosen(query, c, ranker) for c in distinct([candidates[0], *more], _MOST)]
        return found, "a list: the best sentence, and those that complete it"
    more = answering_too(query, candidates, ranker.also)
    found = [_chosen(query, c, ranker) for c in distinct([candidates[0], *more], top)]
    return found, "the best sentence, and others that answer too"


def distinct(candidates: Sequence[Candidate], most: int) -> list[Candidate]:
    """The first `most` that do not say what an earlier one says."""
    kept: list[tuple[Candidate, frozenset[str]]] = []
    for candidate in candidates:
        own = frozenset(tokens(candidate.text))
        if all(len(own & other) < _ALIKE * max(1, len(own | other)) for _, other in kept):
            kept.append((candidate, own))
        if len(kept) >= most:
            break
    return [candidate for candidate, _ in kept]


def _chosen(query: Query, candidate: Candidate, ranker: Ranker) -> Chosen:
    return Chosen(candidate, ranker.chance(candidate.score), short_answers(query, candidate))


def short_answers(query: Query, candidate: Candidate) -> tuple[Span, ...]:
    """The spans of a sentence that answer, in the order of the text."""
    reading, text, kind = candidate.reading, candidate.text, query.kind
    if kind is Kind.LIST or (kind in _MAYBE_LISTS and is_list(reading, text)):
        found = items(reading, text, count_of(query.normalised) if kind is Kind.LIST else 0)
        if found:
            return merge(found)
    if kind is Kind.NUMBER and (count := numbers_wanted(query.normalised)) > 1:
        return merge(best_numbers(reading, text, count, units_of(query.normalised)))
    asked = content(last_question(query.normalised))
    span = best_span(reading, text, kind, unit_of(query.normalised), asked)
    start, end = tidy(text, span) if span else (0, 0)
    if start >= end:
        return ()
    return tuple(names_apart(text, (start, end))) if kind is Kind.PERSON else ((start, end),)
