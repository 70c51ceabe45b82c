"""Questions made from sentences of the corpus: the figure in a sentence becomes 多少."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from povqa import Article, Povqa

_UNITS = "平方米|平方公里|公里|公顷|万元|亿元|元|亩|户|人|名|个|家|座|条|头|只|吨|项|处|次|所"
_FIGURE = re.compile(rf"(?<![\d.第前])\d[\d.,]*\d?(?P<large>[万亿])?(?P<some>[多余])?(?P<unit>{_UNITS})(?!月|百分)")
_BREAK = re.compile(r"[^\w·“”]+")
_HAN = re.compile(r"[\u4e00-\u9fff]")
_LEAD = re.compile(r"^(?:目前|其中|现在|如今|今年以来|同时|此外|另外|截至目前|据了解|据统计|共|也|还|并|已)+")
# What is counted, where it stands before the next break.
_NOUN = re.compile(r"(?!\w*的)[\u4e00-\u9fff]{1,8}(?<![与和及等])(?=[^\w]|\d|[与和及等]|$)")
_ENDS_CLAUSE = {"户", "人", "亩", "公里", "公顷", "平方米", "平方公里", "吨", "次"}  # units that need no noun
_TAIL = re.compile(r"(?:共计|总计|合计|约|近|超过?|达到?了?|为|至|到|了)+$")
_NOT_ASKED = re.compile(r"\d|[“”]|[和与及或的]$")


def question_of(sentence: str, place: Sequence[str] = ()) -> str | None:
    """A question that the sentence answers, or None where it does not lend itself to one.

    :param place: of the article, from the largest to the smallest; named where the sentence names none of it.
    """
    for figure in _FIGURE.finditer(sentence):
        clause = _BREAK.split(sentence[: figure.start()])[-1]
        clause = _TAIL.sub("", _LEAD.sub("", clause))
        if not 4 <= len(clause) <= 16 or _NOT_ASKED.search(clause) or not _HAN.search(clause):
            continue
        unit = figure["unit"]
        noun = _NOUN.match(sentence, figure.end())
        if not unit.endswith("元") and noun is None and unit not in _ENDS_CLAUSE:
            continue
        asked = "多少钱" if unit.endswith("元") else f"多少{unit}{noun[0] if noun else ''}"
        named = any(part[:2] in clause for part in place)
        return f"{'' if named or not place else place[-1]}{clause}{asked}?"
    return None


def candidates(articles: Iterable[Article], each: int = 3) -> Iterator[tuple[str, str]]:
    """Pairs of an article's id and a question, one article after the other, `each` rounds."""
    queues = [(article.id, _questions(article)) for article in articles]
    for _ in range(each):
        for article_id, questions in queues:
            question = next(questions, None)
            if question is not None:
                yield article_id, question


def _questions(article: Article) -> Iterator[str]:
    seen = set()
    for sentence in re.split(r"(?<=[。!?！？;；\n])", article.text):
        question = question_of(sentence, article.place)
        if question is not None and question not in seen:
            seen.add(question)
            yield question


def answers(engine: Povqa, question: str, article_id: str) -> bool:
    """Whether the engine answers the question from that article."""
    citations = engine.ask(question).citations
    return bool(citations) and citations[0].article_id == article_id
