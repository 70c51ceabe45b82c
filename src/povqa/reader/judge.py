"""Judging candidates: which of them are read, the network's reading, and what it and the features say together.

The small models are linear and fitted on validation articles (training/fit.py); each feature is explained in
`FEATURES`, and training/README.md has the ablation.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from math import exp
from pathlib import Path

from povqa.index.store import Index
from povqa.reader.features import Agreement, ArticleView
from povqa.reader.model import WEIGHTS, ReaderModel, Reading, average
from povqa.reader.windows import Window
from povqa.types import Hit, Query

CONSIDERED = 120  # hits that are compared with the question
READ = 48  # of these, how many may be read
FIRST_WINDOWS = 6  # the windows that are read for any question
MAX_WINDOWS = 13  # the most, where nothing among the first answers
TWICE = 4  # sentences, at most, that are read in a second window: the best and those that come close
_CLOSE = 3.0  # log odds behind the best
_ANSWERS = 1.0  # log odds from which a sentence surely does


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
    """The small models: of a sentence before it is read and after, and of the question as a whole.

    :param candidate: weights of `FEATURES` but those of `READ_FEATURES`, and "bias": what is read first.
    :param sentence: weights of `FEATURES` but those of `SEARCH_FEATURES`, and "bias".
    :param answer: weights of the features of an answer's confidence and "bias".
    :param cited: weight of "score", the log odds by `sentence`, and "bias": what they come to for a sentence that
        was picked as the best, where those of `sentence` are for any.
    :param completing: weights of `COMPLETING_FEATURES` and "bias": whether a sentence completes a list.
    :param also: weights of `ALSO_FEATURES` and "bias": whether a sentence answers, too, where no list is asked for.
    :param thresholds: pairs of (share of answerable questions refused, least confidence), rising.
    """

    candidate: Mapping[str, float]
    sentence: Mapping[str, float]
    answer: Mapping[str, float]
    cited: Mapping[str, float]
    completing: Mapping[str, float]
    also: Mapping[str, float]
    thresholds: tuple[tuple[float, float], ...]

    @classmethod
    def load(cls, path: Path = WEIGHTS / "ranker.json") -> Ranker:
        """Read the fitted weights."""
        data = json.loads(path.read_text(encoding="utf-8"))
        thresholds = tuple((a, b) for a, b in data["thresholds"])
        return cls(**{**data, "thresholds": thresholds})

    def chance(self, score: float) -> float:
        """The probability that a sentence of this score answers, given that it is cited."""
        return probability(combine(self.cited, {"score": score}))

    def threshold(self, max_refused: float) -> float:
        """The confidence below which nothing is found, for at most `max_refused` of answerable questions refused."""
        return max((least for share, least in self.thresholds if share <= max_refused), default=0.0)


def combine(weights: Mapping[str, float], features: Mapping[str, float]) -> float:
    """Log odds of a logistic regression."""
    return weights["bias"] + sum(weights.get(name, 0.0) * value for name, value in features.items())


def probability(log_odds: float) -> float:
    """Log odds as a probability."""
    return 1 / (1 + exp(-log_odds)) if log_odds > -500 else 0.0


class Judge:
    """Reads candidates of one index. Safe to use from several threads."""

    def __init__(self, index: Index, model: ReaderModel | None, ranker: Ranker) -> None:
        self.index = index
        self.model = model
        self.ranker = ranker
        self.view: Callable[[int], ArticleView] = lru_cache(maxsize=256)(lambda ordinal: ArticleView(index, ordinal))

    def judge(self, query: Query, hits: Sequence[Hit], read: int = READ) -> list[Candidate]:
        """The sentences of the windows around the likeliest hits, best first.

        :param read: how many hits may be read.
        """
        if not hits or self.model is None:
            return []
        considered = hits[:CONSIDERED]
        agreement = Agreement(self.index, query, considered)
        article = self.index.sentences.article
        known: dict[int, dict[str, float]] = {}
        for hit in considered:
            view = self.view(int(article[hit.sentence]))
            known[hit.sentence] = agreement.features(view, hit.sentence - view.numbers.start, hit)
        likely = {number: combine(self.ranker.candidate, features) for number, features in known.items()}
        chosen = sorted(known, key=lambda number: -likely[number])[:read]
        windows = self._windows(chosen)
        hearing = _Hearing(self, self.model, query.normalised, agreement, known)
        hearing.read(windows[:FIRST_WINDOWS])
        if hearing.answered:
            hearing.read_twice()
        if not hearing.answered:
            hearing.read(windows[FIRST_WINDOWS:])
            hearing.read_twice()
        return hearing.ranked()

    def _windows(self, chosen: Sequence[int]) -> list[tuple[ArticleView, Window]]:
        """The windows around sentences, each with its article, in the order of their likeliest sentence."""
        by_article: dict[int, list[int]] = {}
        for number in chosen:
            by_article.setdefault(int(self.index.sentences.article[number]), []).append(number)
        rank = {number: place for place, number in enumerate(chosen)}
        found: list[tuple[int, ArticleView, Window]] = []
        for ordinal, numbers in by_article.items():
            view = self.view(ordinal)
            first = view.numbers.start
            for one in view.windows(number - first for number in numbers):
                best = min(rank.get(first + n, len(rank)) for n in range(one.first, one.first + len(one.offsets)))
                found.append((best, view, one))
        found.sort(key=lambda item: item[0])
        return [(view, one) for _, view, one in found[:MAX_WINDOWS]]


class _Hearing:
    """What is read for one question.

    :param known: features of the sentences that retrieval found.
    """

    def __init__(
        self,
        judge: Judge,
        model: ReaderModel,
        question: str,
        agreement: Agreement,
        known: Mapping[int, dict[str, float]],
    ) -> None:
        self._view, self._ranker = judge.view, judge.ranker
        self._model = model
        self._question = question
        self._agreement = agreement
        self._features = dict(known)
        self._read: set[tuple[int, int, int]] = set()  # windows: article, first sentence, how many
        self._readings: dict[int, list[Reading]] = {}
        self._candidates: dict[int, Candidate] = {}

    @property
    def answered(self) -> bool:
        """Whether a sentence surely answers."""
        return any(one.reading.logit > _ANSWERS for one in self._candidates.values())

    def ranked(self) -> list[Candidate]:
        """What was read, best first."""
        return sorted(self._candidates.values(), key=lambda one: (-one.score, one.sentence))

    def read(self, windows: Sequence[tuple[ArticleView, Window]]) -> None:
        """Read windows that were not read yet; a sentence that stands in several is judged by the mean."""
        new = {key: item for item in windows if (key := self._key(*item)) not in self._read}
        self._read.update(new)
        found = self._model.read(self._question, [one for _, one in new.values()])
        for (view, one), readings in zip(new.values(), found, strict=True):
            for local, reading in enumerate(readings, one.first):
                if reading.offsets:
                    self._judge(view, local, reading)

    def read_twice(self) -> None:
        """Read the best and those that come close in windows of their own as well, until the best is one of these.

        What stands around a sentence moves its log odds by up to five, and what does depends on what else was to be
        read. Averaging over views of one input is test-time augmentation (Krizhevsky et al., 2012).
        """
        ranked = self.ranked()
        close = [one for one in ranked[:TWICE] if one.score >= ranked[0].score - _CLOSE]
        while new := [item for one in close if self._key(*(item := self._own(one))) not in self._read]:
            self.read(new)
            close = self.ranked()[:1]

    @staticmethod
    def _key(view: ArticleView, one: Window) -> tuple[int, int, int]:
        return view.ordinal, one.first, len(one.offsets)

    def _own(self, one: Candidate) -> tuple[ArticleView, Window]:
        """The window that a sentence would have by itself."""
        view = self._view(one.ordinal)
        (own,) = view.windows([one.sentence - view.numbers.start])
        return view, own

    def _judge(self, view: ArticleView, local: int, reading: Reading) -> None:
        number = view.numbers.start + local
        self._readings.setdefault(number, []).append(reading)
        if number not in self._features:
            self._features[number] = self._agreement.features(view, local, None)
        mean = average(self._readings[number])
        features = self._features[number] | _read_features(mean)
        start, end = view.offsets[local]
        score = combine(self._ranker.sentence, features)
        self._candidates[number] = Candidate(number, view.ordinal, view.text[start:end], start, mean, features, score)


def _read_features(reading: Reading) -> dict[str, float]:
    marked = float(reading.start.max() + reading.end.max()) / 2
    return {"reader": reading.logit, "marked": max(-10.0, min(15.0, marked))}
