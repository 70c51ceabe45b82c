"""Judging candidates: windows around them, the network's reading, and a small model over a few features.

The small model is a logistic regression fitted on validation articles (training/fit.py); each feature is explained in
`FEATURES`, and training/README.md has the ablation.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from math import exp, log
from pathlib import Path

from povqa.index.store import Index
from povqa.index.tokens import question_tokens, tokens
from povqa.reader.model import WEIGHTS, ReaderModel, Reading
from povqa.reader.question import last_question, unit_of
from povqa.reader.spans import numbers_in
from povqa.reader.windows import Window, header, spans, window
from povqa.text.dates import find_dates
from povqa.text.normalise import normalise
from povqa.text.numerals import find_numbers
from povqa.types import Hit, Kind, Query

READ = 48  # candidates that may be read
FIRST_WINDOWS = 8  # the windows that are read for any question
MAX_WINDOWS = 16  # the most, where nothing among the first answers
_ANSWERS = 0.0  # log odds from which a sentence does
_BARE = 14  # characters

FEATURES = {
    "reader": "log odds of the network that the sentence answers",
    "marked": "how clearly the network marks where a short answer starts and ends in the sentence",
    "coverage": "share of the question's tokens, weighted by rarity, that stand in the sentence or its header",
    "retrieval": "standardised lexical and dense scores, added",
    "kind": "1 if the sentence holds what is asked for (a number, a date, an enumeration), 0 if not or unknown",
    "unit": "1 if a number in the unit that the question asks for stands in the sentence, -1 if none does",
    "place": "share of the question's places that stand in the sentence's window, its header or the article's places",
    "stranger": "1 if a place that the question names stands nowhere in the article",
    "bare": "1 if the sentence is too short to say much: a heading, a byline",
    "year": "1 if a year of the question is the sentence's, 0.5 if the article's, -1 if the sentence has others only",
}


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence that was read, with what the judgement is made of."""

    sentence: int  # number in the index
    ordinal: int  # its article's
    text: str  # as it stands in the article
    start: int  # in the article's text
    reading: Reading
    features: dict[str, float] = field(default_factory=dict)
    score: float = 0.0  # log odds that it answers


@dataclass(frozen=True, slots=True)
class Ranker:
    """The small models: of a sentence, and of the question as a whole.

    :param sentence: weights of `FEATURES` and "bias".
    :param answer: weights of the features of an answer's confidence and "bias".
    :param thresholds: pairs of (share of answerable questions refused, least confidence), rising.
    """

    sentence: Mapping[str, float]
    answer: Mapping[str, float]
    thresholds: tuple[tuple[float, float], ...]

    @classmethod
    def load(cls, path: Path = WEIGHTS / "ranker.json") -> Ranker:
        """Read the fitted weights."""
        data = json.loads(path.read_text(encoding="utf-8"))
        return cls(data["sentence"], data["answer"], tuple((a, b) for a, b in data["thresholds"]))

    def threshold(self, max_refused: float) -> float:
        """The confidence below which nothing is found, for at most `max_refused` of answerable questions refused."""
        return max((least for share, least in self.thresholds if share <= max_refused), default=0.0)


def combine(weights: Mapping[str, float], features: Mapping[str, float]) -> float:
    """Log odds of a logistic regression."""
    return weights["bias"] + sum(weights.get(name, 0.0) * value for name, value in features.items())


def probability(log_odds: float) -> float:
    """Log odds as a probability."""
    return 1 / (1 + exp(-log_odds)) if log_odds > -500 else 0.0


class ArticleView:
    """An article as the reader sees it: its sentences, normalised, and its header."""

    def __init__(self, index: Index, ordinal: int) -> None:
        article = index.article(ordinal)
        self.text = article.text
        folded = normalise(article.text)
        self.numbers = index.sentences_of(ordinal)
        table = index.sentences
        self.offsets = [(int(table.start[n]), int(table.end[n])) for n in self.numbers]
        self.sentences = [folded[a:b] for a, b in self.offsets]
        self.header = normalise(header(article.title, article.place, article.published))
        self.whole = f"{self.header}\n{normalise(''.join(article.place))}\n{folded}"
        self.places = normalise("".join(article.place))
        self.published = article.published


class Judge:
    """Reads candidates of one index. Safe to use from several threads."""

    def __init__(self, index: Index, model: ReaderModel | None, ranker: Ranker) -> None:
        self.index = index
        self.model = model
        self.ranker = ranker
        self.view: Callable[[int], ArticleView] = lru_cache(maxsize=256)(lambda ordinal: ArticleView(index, ordinal))

    def judge(self, query: Query, hits: Sequence[Hit], read: int = READ) -> list[Candidate]:
        """The sentences of the windows around the best hits, best first."""
        chosen = hits[:read]
        if not chosen or self.model is None:
            return []
        by_article: dict[int, list[int]] = {}
        for hit in chosen:
            by_article.setdefault(int(self.index.sentences.article[hit.sentence]), []).append(hit.sentence)
        rank = {hit.sentence: place for place, hit in enumerate(chosen)}
        windows: list[tuple[int, int, Window]] = []
        for ordinal, numbers in by_article.items():
            view = self.view(ordinal)
            first = view.numbers.start
            lengths = [len(sentence) for sentence in view.sentences]
            for a, b in spans(lengths, [number - first for number in numbers]):
                best = min(rank.get(first + n, len(hits)) for n in range(a, b))
                windows.append((best, ordinal, window(view.header, view.sentences, a, b)))
        windows = sorted(windows, key=lambda item: item[0])[:MAX_WINDOWS]
        readings = _read(self.model, query.normalised, [one for _, _, one in windows])
        scores = {hit.sentence: hit.score for hit in hits}
        rarity = self._rarity(query)
        candidates: dict[int, Candidate] = {}
        for (_, ordinal, one), found in zip(windows, readings, strict=False):
            view = self.view(ordinal)
            for place, reading in enumerate(found):
                if not reading.offsets:
                    continue
                local = one.first + place
                number = view.numbers.start + local
                features = self._features(query, view, local, one, reading, scores.get(number), rarity)
                start, end = view.offsets[local]
                score = combine(self.ranker.sentence, features)
                candidate = Candidate(number, ordinal, view.text[start:end], start, reading, features, score)
                if number not in candidates or candidates[number].score < candidate.score:
                    candidates[number] = candidate
        return sorted(candidates.values(), key=lambda c: (-c.score, c.sentence))

    def _rarity(self, query: Query) -> dict[str, float]:
        """The inverse document frequency of each token of the question, those of common words left out."""
        asked = list(dict.fromkeys(question_tokens(last_question(query.normalised))))
        counts = self.index.lexical.document_frequency(asked)
        total = max(1, self.index.lexical.count)
        return {token: log(1 + total / (1 + int(count))) for token, count in zip(asked, counts, strict=True)}

    def _features(
        self, query: Query, view: ArticleView, local: int, one: Window, reading: Reading, retrieved: float | None,
        rarity: Mapping[str, float],
    ) -> dict[str, float]:  # fmt: skip
        sentence = view.sentences[local]
        there = set(tokens(f"{sentence} {view.header}"))
        mass = sum(rarity.values())
        near = f"{view.header}{view.places}{one.text}"
        features = {
            "reader": reading.logit,
            "marked": max(-10.0, min(15.0, float(reading.start.max() + reading.end.max()) / 2)),
            "coverage": sum(weight for token, weight in rarity.items() if token in there) / mass if mass else 0.0,
            "retrieval": max(-2.0, min(6.0, retrieved)) if retrieved is not None else -1.0,
            "kind": float(_holds(query.kind, sentence)),
            "unit": _unit_agreement(unit_of(query.normalised), sentence),
            "place": 0.0,
            "stranger": 0.0,
            "bare": float(len(sentence) <= _BARE),
            "year": _year_agreement(query.years, sentence, view.published),
        }
        if query.places:
            features["place"] = sum(place in near for place in query.places) / len(query.places)
            features["stranger"] = float(any(place not in view.whole for place in query.places))
        return features


def _read(model: ReaderModel, question: str, windows: Sequence[Window]) -> list[list[Reading]]:
    """A reading of each window, or of the first few only, where one of them answers."""
    readings = model.read(question, windows[:FIRST_WINDOWS])
    if not any(reading.logit > _ANSWERS for found in readings for reading in found):
        readings += model.read(question, windows[FIRST_WINDOWS:])
    return readings


def _holds(kind: Kind, sentence: str) -> bool:
    if kind is Kind.NUMBER:
        return bool(find_numbers(sentence))
    if kind is Kind.DATE:
        return bool(find_dates(sentence))
    if kind is Kind.LIST:
        return "、" in sentence or sentence.count(",") > 2
    return False


def _unit_agreement(unit: str, sentence: str) -> float:
    if not unit:
        return 0.0
    return 1.0 if numbers_in(sentence, unit) else -1.0


def _year_agreement(years: Sequence[int], sentence: str, published: str | None) -> float:
    if not years:
        return 0.0
    there = {m.year for m in find_dates(sentence, published) if m.year is not None}
    if there & set(years):
        return 1.0
    if there:
        return -1.0
    return 0.5 if published and int(published[:4]) in years else 0.0
