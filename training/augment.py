"""Variations of training questions, drawn anew at every pass: typos, missing marks, headlines between the sentences, a
change of topic in a chat, and swaps that leave no answer.

A question about another place or year than the text's must be refused, however many words it shares with it (entity
swaps; compare Asai and Choi 2021 on unanswerable questions, and Longpre et al. 2021 on substitution).
"""

from __future__ import annotations

import random
import re
from collections import defaultdict
from dataclasses import replace
from functools import cache
from pathlib import Path

from examples import Example, Text

Stage = list[tuple[Example, list[tuple[Example, int]]]]

SWAP_PLACE = 0.16
SWAP_YEAR = 0.35
DATED = 0.07  # a question that names no year or month is given the sentence's, or one of which the text does not speak
SWAP_MONTH = 0.5  # of those where the sentence names one month
BEHIND = 0.2  # a question behind one about another article, as in a chat that changes its topic
STRANGER = 0.05  # a question put to another article
CHAT = 0.05  # a question that is no business of the corpus
TYPO = 0.07
NO_MARK = 0.3
NO_HEADER = 0.05
HEADLINE = 0.12  # the article's headline among its sentences, as pages have it: it names the topic and answers nothing
_SHORTEST = 6  # characters of such a headline
_NO_HEADLINE = re.compile(r"\[[^\]]*\]|【[^】]*】|\s*\d{4}-\d\d-\d\d$|\s\S+[省市县区州旗镇乡村](?=\s|$)")
_YEAR = re.compile(r"20[012]\d(?=年)")
_MONTH = re.compile(r"(?<![\d.])(1[0-2]|[1-9])(?=月(?![球光亮]))")
_PUBLISHED = re.compile(r"(20[012]\d)-\d\d-\d\d$")
_HAN = re.compile("[一-鿿]{2}")
_TIMELY = ("number", "list", "other")  # kinds whose answers the year of the article holds for
_CHAT = Path(__file__).with_name("off_topic.txt")


@cache
def _chat() -> tuple[str, ...]:
    return tuple(line for line in _CHAT.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#"))


@cache
def _homophones() -> dict[str, list[str]]:
    """Common characters that sound alike, tones aside."""
    from pypinyin import lazy_pinyin

    by_sound: dict[str, list[str]] = defaultdict(list)
    # The first level of GB 2312: 3,755 common characters.
    for high in range(0xB0, 0xD8):
        for low in range(0xA1, 0xFF):
            try:
                char = bytes((high, low)).decode("gb2312")
            except UnicodeDecodeError:
                continue
            by_sound[lazy_pinyin(char)[0]].append(char)
    return {char: [other for other in group if other != char] for group in by_sound.values() for char in group}


def _typo(question: str, rng: random.Random) -> str:
    places = [i for i, char in enumerate(question) if _homophones().get(char)]
    if not places:
        return question
    at = rng.choice(places)
    return question[:at] + rng.choice(_homophones()[question[at]]) + question[at + 1 :]


def _as_typed(question: str, rng: random.Random) -> str:
    if rng.random() < TYPO:
        question = _typo(question, rng)
    return question.rstrip("?") if rng.random() < NO_MARK else question


def other_place(name: str, text: Text, stage: Stage, rng: random.Random) -> str | None:
    suffix = name[-1] if name[-1] in "省市县区州盟旗镇乡村" else ""
    for _ in range(20):
        places = rng.choice(stage)[0].text.places
        fit = [
            p
            for p in places
            if p not in text.places and (p[-1] == suffix if suffix else p[-1] not in "省市县区州盟旗镇乡村")
        ]
        if fit:
            return rng.choice(fit)
    return None


def other_year(example: Example, rng: random.Random) -> Example | None:
    """The question about another year, of which the text does not speak; None if it names none."""
    years = _YEAR.findall(example.question.rpartition("||")[2])
    there = "".join(example.text.sentences)
    free = [year for year in map(str, range(2010, 2024)) if year not in there]
    if not years or not free:
        return None
    asked = example.question.replace(years[0], rng.choice(free))
    return replace(example, question=asked, answers={}, tempting=next(iter(example.answers)))


def _swap(example: Example, stage: Stage, rng: random.Random) -> Example | None:
    """The question about another place or year, which the text does not answer."""
    if rng.random() < SWAP_YEAR and (other := other_year(example, rng)):
        return other
    tempting = next(iter(example.answers))
    if rng.random() < SWAP_PLACE:
        name = next((p for p in example.text.places if p in example.question), None)
        other = other_place(name, example.text, stage, rng) if name else None
        if name and other:
            return replace(example, question=example.question.replace(name, other), answers={}, tempting=tempting)
    return None


def _with_headline(
    example: Example, negatives: list[tuple[Example, int]], rng: random.Random
) -> tuple[Example, list[tuple[Example, int]]]:
    """The article with its headline before or behind a sentence that answers, or tempts."""
    text = example.text
    headline = _NO_HEADLINE.sub("", text.header).strip()
    short = {text.sentences[n][a:b] for n, spans in example.answers.items() for a, b in spans}
    if len(headline) < _SHORTEST or headline in text.sentences or any(answer in headline for answer in short):
        return example, negatives
    near = list(example.answers) or [example.tempting or 0]
    at = rng.choice(near) + rng.choice((0, 0, 1))
    text = replace(text, sentences=(*text.sentences[:at], headline, *text.sentences[at:]))

    def moved(number: int) -> int:
        return number + (number >= at)

    answers = {moved(n): spans for n, spans in example.answers.items()}
    tempting = None if example.tempting is None else moved(example.tempting)
    shifted = [(replace(e, text=text), moved(n)) if e.text is example.text else (e, n) for e, n in negatives]
    return replace(example, text=text, answers=answers, tempting=tempting), shifted


def dated(example: Example, rng: random.Random) -> Example | None:
    """The question about a year or month: that of the sentence that answers, or of the article; or another, in vain."""
    before, join, own = example.question.rpartition(" || ")
    if example.kind == "date" or not _HAN.search(own) or "年" in own or _MONTH.search(own):
        return None
    number = rng.choice(list(example.answers))
    sentence, there = example.text.sentences[number], "".join((example.text.header, *example.text.sentences))
    years, months = set(_YEAR.findall(sentence)), set(_MONTH.findall(sentence))
    if len(months) == 1 and len(years) < 2 and rng.random() < SWAP_MONTH:
        right, taken = months.pop(), set(_MONTH.findall(there))
        free, unit = [str(m) for m in range(1, 13) if str(m) not in taken], rng.choice(("月", "月份"))
    else:
        published = set(_PUBLISHED.findall(example.text.header))
        if not years and example.kind in _TIMELY:
            years = published
        if len(years) != 1:
            return None
        right, unit = years.pop(), "年"
        # 去年 and 后年 may be meant two years off.
        told = {int(year) for year in {right, *published}}
        free = [str(y) for y in range(2010, 2024) if str(y) not in there and all(abs(y - one) > 2 for one in told)]
    wrong = rng.random() < 0.5
    if wrong and not free:
        return None
    asked = f"{before}{join}{rng.choice(free) if wrong else right}{unit}{own}"
    if not wrong:
        return replace(example, question=asked)
    return replace(example, question=asked, answers={}, tempting=number)


def _chatted(example: Example, rng: random.Random) -> Example:
    """A question that is no business of the corpus, as often as not behind one that the text answers."""
    asked = rng.choice(_chat())
    if example.answers and rng.random() < 0.5:
        tempting = next(iter(example.answers))
        return replace(example, question=f"{example.question} || {asked}", answers={}, tempting=tempting)
    return replace(example, question=asked, answers={}, tempting=None)


def _behind_another(
    example: Example, negatives: list[tuple[Example, int]], stage: Stage, rng: random.Random
) -> tuple[Example, list[tuple[Example, int]]]:
    """The question behind one about another article, whose answer is none to it."""
    other = rng.choice(stage)[0]
    if other.text.id == example.text.id or not other.answers or " || " in example.question + other.question:
        return example, negatives
    asked = f"{other.question} || {example.question}"
    return replace(example, question=asked), [(other, next(iter(other.answers)))]


def vary(
    example: Example, negatives: list[tuple[Example, int]], stage: Stage, rng: random.Random
) -> tuple[Example, list[tuple[Example, int]]]:
    """A variation of one question and its negatives; most often little is changed."""
    if rng.random() < STRANGER:
        other = rng.choice(stage)[0].text
        if other is not example.text:
            return replace(example, text=other, answers={}, tempting=None), negatives[:1]
    if rng.random() < CHAT:
        return _chatted(example, rng), negatives[:1]
    if example.answers and example.text.places and (swapped := _swap(example, stage, rng)):
        example = swapped
    elif example.answers and rng.random() < DATED and (told := dated(example, rng)):
        example = told
    if rng.random() < HEADLINE:
        example, negatives = _with_headline(example, negatives, rng)
    if rng.random() < BEHIND:
        example, negatives = _behind_another(example, negatives, stage, rng)
    question, text = _as_typed(example.question, rng), example.text
    if rng.random() < NO_HEADER:
        text = replace(text, header="")
        negatives = [(replace(e, text=text) if e.text is example.text else e, n) for e, n in negatives]
    return replace(example, question=question, text=text), negatives
