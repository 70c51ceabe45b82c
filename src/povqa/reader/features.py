"""How a candidate sentence agrees with a question, the network's reading aside."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import cache
from math import log

from povqa.encoder.adapter import file_of
from povqa.index.store import Index
from povqa.index.tokens import is_run, question_tokens, tokens
from povqa.reader.question import last_question, unit_of
from povqa.reader.spans import counted_in
from povqa.reader.windows import Window, header, spans, window
from povqa.text.dates import DateMention, find_dates
from povqa.text.english import in_chinese, is_english
from povqa.text.normalise import normalise
from povqa.text.numerals import NumberMention, find_numbers
from povqa.types import Hit, Kind, Query

_BARE = 14  # characters
_HUNDRED = 100  # characters
_MEAN, _SPREAD = 0.717, 0.015  # of the cosines that the weights were fitted on: among all, within a question
_CLOSING = "\"')]”’」』 "
# What stands in a text for one of these is another of the same row, and nothing else.
_MEASURES = (("元",), ("亩", "公顷", "平方米", "平方公里"), ("公里", "里", "米", "千米"), ("吨", "斤", "公斤", "千克"))
_STOPS = tuple("。!?;…")

FEATURES = {
    "reader": "log odds of the network that the sentence answers",
    "marked": "how clearly the network marks where a short answer starts and ends in the sentence",
    "coverage": "share of the question's tokens, weighted by rarity, that stand in the sentence or its header",
    "words": "the same share for the sentence alone",
    "retrieval": "standardised lexical and dense scores, added",
    "lexical": "the standardised lexical score alone",
    "cosine": "of the question and the sentence's chunk, on the scale of the encoder that the weights were fitted on",
    "kind": "1 if the sentence holds what is asked for (a number, a date, an enumeration), 0 if not or unknown",
    "unit": "1 if a number in the unit that the question asks for stands in the sentence, -1 if none does",
    "measure": "-1 if it asks for money, area, length or weight, and the sentence has no number in any unit of it",
    "place": "share of the question's places that stand beside the sentence, its header or the article's places",
    "stranger": "1 if a place that the question names stands nowhere in the article",
    "bare": "1 if the sentence is too short to say much: a heading, a byline",
    "heading": "1 if the sentence has no full stop or the like: a headline, a caption",
    "length": "of the sentence, in hundreds of characters",
    "year": "1 if a year of the question is the sentence's, 0.5 if the article's, -1 if the sentence has others only",
    "month": "1 if a month of the question is the sentence's, -1 if the sentence has others only",
}
READ_FEATURES = ("reader", "marked")  # which only a sentence that was read has
# Which say what to read, but not what answers: they change with what else the corpus holds.
SEARCH_FEATURES = ("words", "retrieval", "lexical")


class ArticleView:
    """An article as the reader sees it: its sentences, normalised, and its header.

    What is found in a sentence is kept, for the next question.
    """

    def __init__(self, index: Index, ordinal: int) -> None:
        article = index.article(ordinal)
        self.ordinal = ordinal
        self.text = article.text
        folded = normalise(article.text)
        self.numbers = index.sentences_of(ordinal)
        table = index.sentences
        self.offsets = [(int(table.start[n]), int(table.end[n])) for n in self.numbers]
        self.sentences = [folded[a:b] for a, b in self.offsets]
        self.header = normalise(header(article.title, article.place, article.published))
        self.places = normalise("".join(article.place))
        self.whole = f"{self.header}\n{self.places}\n{folded}"
        self.published = article.published
        self.words: Callable[[str], frozenset[str]] = cache(lambda text: frozenset(tokens(text)))
        self.numbers_in: Callable[[str], tuple[NumberMention, ...]] = cache(lambda text: tuple(find_numbers(text)))
        self.dates_in: Callable[[str], tuple[DateMention, ...]] = cache(
            lambda text: tuple(find_dates(text, article.published))
        )

    def windows(self, wanted: Iterable[int]) -> list[Window]:
        """The windows around sentences, by their numbers in the article."""
        cuts = spans([len(sentence) for sentence in self.sentences], wanted)
        return [window(self.header, self.sentences, first, last) for first, last in cuts]


class Agreement:
    """The features of sentences for one question.

    :param hits: all that retrieval found: scores are standardised among them.
    """

    def __init__(self, index: Index, query: Query, hits: Sequence[Hit]) -> None:
        self._query = query
        self._unit = unit_of(query.normalised) if query.kind in (Kind.NUMBER, Kind.LIST) else ""
        self._measure = next((row for row in _MEASURES if self._unit in row), ())
        self._months = {m.month for m in find_dates(last_question(query.normalised)) if m.month is not None}
        self._rarity = _rarity(index, query)
        self._mass = sum(self._rarity.values())
        self._runs = [token for token in self._rarity if is_run(token)]
        self._others = self._rarity.keys() - {*self._runs}
        self._in_header: dict[ArticleView, set[str]] = {}
        self._lexical = _Standard([hit.lexical_score for hit in hits])
        # Encoders' cosines differ by far more than the weights could bear.
        self._known = file_of(index.manifest.encoder).is_file()
        self._dense = _Standard([hit.dense_score for hit in hits])
        self._least = min((hit.dense_score for hit in hits), default=0.0)

    def features(self, view: ArticleView, local: int, hit: Hit | None) -> dict[str, float]:
        """All but those of `READ_FEATURES`.

        :param local: the sentence's number in its article.
        :param hit: what retrieval said of it, if anything.
        """
        query, sentence = self._query, view.sentences[local]
        own = self._there(view, sentence)
        if view not in self._in_header:
            self._in_header[view] = self._there(view, view.header)
        features = {
            "coverage": self._share(own | self._in_header[view]),
            "words": self._share(own),
            "retrieval": max(-2.0, min(6.0, hit.score)) if hit else -1.0,
            "lexical": self._lexical(hit.lexical_score) if hit else -1.0,
            "cosine": self._cosine(hit.dense_score if hit else self._least),
            "kind": float(_holds(query.kind, view, sentence)),
            "unit": _unit_agreement(self._unit, sentence, view.numbers_in),
            "measure": _measure_agreement(self._measure, sentence, view.numbers_in),
            "place": 0.0,
            "stranger": 0.0,
            "bare": float(len(sentence) <= _BARE),
            "heading": float(sentence.rstrip(_CLOSING)[-1:] not in _STOPS),
            "length": len(sentence) / _HUNDRED,
            "year": _year_agreement(query.years, view, sentence),
            "month": _month_agreement(self._months, view, sentence),
        }
        if query.places:
            near = "".join((view.header, view.places, *view.sentences[max(0, local - 1) : local + 2]))
            features["place"] = sum(place in near for place in query.places) / len(query.places)
            features["stranger"] = float(any(place not in view.whole for place in query.places))
        return features

    def _there(self, view: ArticleView, text: str) -> set[str]:
        """The tokens of the question that stand in a text of the article."""
        there = {token for token in self._runs if token in text}
        return there | (self._others & view.words(text)) if self._others else there

    def _share(self, there: set[str]) -> float:
        return (
            sum(weight for token, weight in self._rarity.items() if token in there) / self._mass if self._mass else 0.0
        )

    def _cosine(self, score: float) -> float:
        return score if self._known else _MEAN + _SPREAD * self._dense(score)


class _Standard:
    """Standardises scores among those of a question."""

    def __init__(self, scores: Sequence[float]) -> None:
        self._mean = sum(scores) / max(1, len(scores))
        self._spread = (sum((score - self._mean) ** 2 for score in scores) / max(1, len(scores))) ** 0.5

    def __call__(self, score: float) -> float:
        return (score - self._mean) / self._spread if self._spread > 1e-9 else 0.0


def _rarity(index: Index, query: Query) -> Mapping[str, float]:
    """The inverse document frequency of each token of the question, those of common words left out.

    In an English question a word that stands nowhere says nothing of what the corpus speaks of.
    """
    own = last_question(query.normalised)
    english = is_english(own)
    asked = list(dict.fromkeys(question_tokens(in_chinese(own))))
    counts = index.lexical.document_frequency(asked)
    total = max(1, index.lexical.count)
    return {
        token: log(1 + total / (1 + int(count)))
        for token, count in zip(asked, counts, strict=True)
        if count or not (english and token.isascii() and token.isalpha())
    }


def _holds(kind: Kind, view: ArticleView, sentence: str) -> bool:
    if kind is Kind.NUMBER:
        return bool(view.numbers_in(sentence))
    if kind is Kind.DATE:
        return bool(view.dates_in(sentence))
    if kind is Kind.LIST:
        return "、" in sentence or sentence.count(",") > 2
    return False


def _unit_agreement(unit: str, sentence: str, numbers_in: Callable[[str], Iterable[NumberMention]]) -> float:
    if not unit:
        return 0.0
    return 1.0 if counted_in(unit, sentence, numbers_in(sentence)) else -1.0


def _measure_agreement(
    units: Sequence[str], sentence: str, numbers_in: Callable[[str], Iterable[NumberMention]]
) -> float:
    return -1.0 if units and not any(counted_in(unit, sentence, numbers_in(sentence)) for unit in units) else 0.0


def _year_agreement(years: Sequence[int], view: ArticleView, sentence: str) -> float:
    if not years:
        return 0.0
    told = _agreement(years, {m.year for m in view.dates_in(sentence)})
    return told or (0.5 if view.published and int(view.published[:4]) in years else 0.0)


def _month_agreement(months: Collection[int], view: ArticleView, sentence: str) -> float:
    return _agreement(months, {m.month for m in view.dates_in(sentence)}) if months else 0.0


def _agreement(asked: Collection[int], told: set[int | None]) -> float:
    """Whether one of the years or months asked for is told, or others only; None is a date without."""
    there = told - {None}
    return 0.0 if not there else -1.0 if there.isdisjoint(asked) else 1.0
