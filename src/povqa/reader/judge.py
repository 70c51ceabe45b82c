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
from povqa.reader.model import WEIGHTS, ReaderModel, Reading
from povqa.reader.windows import Window, spans, window
from povqa.types import Hit, Query

CONSIDERED = 120  # hits that are compared with the question
READ = 48  # of these, how many may be read
FIRST_WINDOWS = 6  # the windows that are read for any question
MAX_WINDOWS = 16  # the most, where nothing among the first answers
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
    :param sentence: weights of `FEATURES` and "bias".
    :param answer: weights of the features of an answer's confidence and "bias".
    :param cited: weight of "score", the log odds by `sentence`, and "bias": what they come to for a sentence that
        was picked as the best, where those of `sentence` are for any.
    :param thresholds: pairs of (share of answerable questions refused, least confidence), rising.
    """

    candidate: Mapping[str, float]
    sentence: Mapping[str, float]
    answer: Mapping[str, float]
    cited: Mapping[str, float]
    thresholds: tuple[tuple[float, float], ...]

    @classmethod
    def load(cls, path: Path = WEIGHTS / "ranker.json") -> Ranker:
        """Read the fitted weights."""
        data = json.loads(path.read_text(encoding="utf-8"))
        thresholds = tuple((a, b) for a, b in data["thresholds"])
        return cls(data["candidate"], data["sentence"], data["answer"], data["cited"], thresholds)

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
        readings = _read(self.model, query.normalised, [one for _, one in windows])
        candidates: dict[int, Candidate] = {}
        for (ordinal, one), found in zip(windows, readings, strict=False):
            view = self.view(ordinal)
            for place, reading in enumerate(found):
                if not reading.offsets:
                    continue
                local = one.first + place
                number = view.numbers.start + local
                features = known.get(number) or agreement.features(view, local, None)
                features = {**_read_features(reading), **features}
                start, end = view.offsets[local]
                score = combine(self.ranker.sentence, features)
                candidate = Candidate(number, ordinal, view.text[start:end], start, reading, features, score)
                if number not in candidates or candidates[number].score < candidate.score:
                    candidates[number] = candidate
        return sorted(candidates.values(), key=lambda c: (-c.score, c.sentence))

    def _windows(self, chosen: Sequence[int]) -> list[tuple[int, Window]]:
        """The windows around sentences, each with its article's ordinal, in the order of their first sentence."""
        by_article: dict[int, list[int]] = {}
        for number in chosen:
            by_article.setdefault(int(self.index.sentences.article[number]), []).append(number)
        rank = {number: place for place, number in enumerate(chosen)}
        found: list[tuple[int, int, Window]] = []
        for ordinal, numbers in by_article.items():
            view = self.view(ordinal)
            first = view.numbers.start
            lengths = [len(sentence) for sentence in view.sentences]
            for a, b in spans(lengths, [number - first for number in numbers]):
                best = min(rank.get(first + n, len(rank)) for n in range(a, b))
                found.append((best, ordinal, window(view.header, view.sentences, a, b)))
        found.sort(key=lambda item: item[0])
        return [(ordinal, one) for _, ordinal, one in found[:MAX_WINDOWS]]


def _read_features(reading: Reading) -> dict[str, float]:
    marked = float(reading.start.max() + reading.end.max()) / 2
    return {"reader": reading.logit, "marked": max(-10.0, min(15.0, marked))}


def _read(model: ReaderModel, question: str, windows: Sequence[Window]) -> list[list[Reading]]:
    """A reading of each window, or of the first few only, where one of them answers."""
    readings = model.read(question, windows[:FIRST_WINDOWS])
    if not any(reading.logit > _ANSWERS for found in readings for reading in found):
        readings += model.read(question, windows[FIRST_WINDOWS:])
    return readings
