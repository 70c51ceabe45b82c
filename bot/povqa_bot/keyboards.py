"""Buttons, and the data behind them: at most 64 bytes, all the state stands in the store."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Sequence
from typing import NamedTuple

from telegram import InlineKeyboardButton as Button
from telegram import InlineKeyboardMarkup

from povqa_bot import texts
from povqa_bot.answerer import Entry
from povqa_bot.format import Page, plain
from povqa_bot.records import Found

_NUMBER = re.compile(r"[0-9]{1,18}")  # what SQLite can hold
DECISION = "c:"  # how the data of a button begins that decides on a proposal
PER_LIST = 8  # articles on a page of the list


class Press(NamedTuple):
    """What a button says when it is pressed."""

    action: str
    values: tuple[str, ...]

    def number(self, place: int) -> int:
        """Value number `place`, as a number.

        :raises ValueError: it is none: not one of our buttons.
        """
        if place >= len(self.values) or not _NUMBER.fullmatch(self.values[place]):
            raise ValueError("foreign button")
        return int(self.values[place])


def parse(data: str) -> Press:
    """The data of a button."""
    action, *values = data.split(":")
    return Press(action, tuple(values))


def _data(action: str, *values: object) -> str:
    return ":".join([action, *map(str, values)])


def short(text: str) -> str:
    """A name for a text that fits into a button's data."""
    return hashlib.blake2s(text.encode("utf-8", "surrogatepass"), digest_size=9).hexdigest()


def answer_buttons(
    answer_id: int, found: Found, pages: Sequence[Page], page: int, lang: str, rating: bool | None = None
) -> InlineKeyboardMarkup:
    """Under a page of an answer.

    :param rating: what the person who asked thinks of it, where it is shown.
    """
    rows: list[list[Button]] = []
    numbers = pages[page].citations
    label = texts.PARAGRAPH.text(lang)
    texts_of = [
        Button(label if len(numbers) == 1 else f"📄 {number + 1}", callback_data=_data("t", answer_id, number, page))
        for number in numbers[:20]
    ]
    rows += [texts_of[at : at + 5] for at in range(0, len(texts_of), 5)]
    if page == 0 and len(pages) > 1:
        rows.append([Button(texts.NEXT_BEST.text(lang), callback_data=_data("v", answer_id, 1))])
    elif page:
        rows += _pages(page, len(pages), lambda to: _data("v", answer_id, to))
    for number, related in enumerate(found.related):
        sign = "❓" if related.article_id is None else "📄"
        rows.append([Button(f"{sign} {plain(related.text, 60)}", callback_data=_data("r", answer_id, number))])
    good, bad = ("👍 ✓" if rating is True else "👍"), ("👎 ✓" if rating is False else "👎")
    row = [Button(text, callback_data=_data("u", answer_id, sign)) for text, sign in ((good, 1), (bad, 0))]
    return InlineKeyboardMarkup([*rows, row])


def _pages(page: int, pages: int, to: Callable[[int], str]) -> list[list[Button]]:
    """◀ 2/3 ▶, or nothing where there is one page."""
    if pages < 2:
        return []
    row = [Button(f"{page + 1}/{pages}", callback_data="n")]
    if page > 0:
        row.insert(0, Button("◀", callback_data=to(page - 1)))
    if page + 1 < pages:
        row.append(Button("▶", callback_data=to(page + 1)))
    return [row]


def paragraph_buttons(
    answer_id: int, page: int, article_id: str, address: str | None, lang: str
) -> InlineKeyboardMarkup:
    """Under a citation in its paragraph."""
    read = [Button(texts.READ_ON.text(lang), callback_data=_data("A", short(article_id)))]
    if address is not None:
        read.append(Button(texts.ORIGINAL.text(lang), url=address))
    return InlineKeyboardMarkup([[Button(texts.BACK.text(lang), callback_data=_data("v", answer_id, page))], read])


def again_button(answer_id: int, lang: str) -> InlineKeyboardMarkup:
    """Under an answer whose articles have changed."""
    return InlineKeyboardMarkup([[Button(texts.AGAIN.text(lang), callback_data=_data("x", answer_id))]])


def example_buttons(examples: Sequence[str]) -> InlineKeyboardMarkup | None:
    """Questions to tap."""
    rows = [[Button(plain(example, 60), callback_data=_data("e", short(example)))] for example in examples]
    return InlineKeyboardMarkup(rows) if rows else None


def list_buttons(entries: Sequence[Entry], page: int) -> InlineKeyboardMarkup:
    """Under a page of the list of articles: each of them, and the pages before and after."""
    first = page * PER_LIST
    shown = list(enumerate(entries[first : first + PER_LIST], start=first + 1))
    rows = [
        [Button(str(number), callback_data=_data("A", short(entry.id))) for number, entry in shown[at : at + 4]]
        for at in range(0, len(shown), 4)
    ]
    return InlineKeyboardMarkup([*rows, *_pages(page, -(-len(entries) // PER_LIST), lambda to: _data("L", to))])


def article_buttons(
    article_id: str, page: int, pages: int, address: str | None, lang: str, *, removable: bool = False
) -> InlineKeyboardMarkup | None:
    """Under a page of an article.

    :param removable: whether the person who looks at it may remove it.
    """
    rows = _pages(page, pages, lambda to: _data("P", short(article_id), to))
    if address is not None:
        rows.append([Button(texts.ORIGINAL.text(lang), url=address)])
    if removable:
        rows.append([Button(texts.REMOVE_IT.text(lang), callback_data=_data("m", short(article_id)))])
    return InlineKeyboardMarkup(rows) if rows else None


def lang_buttons(lang: str) -> InlineKeyboardMarkup:
    """The languages."""
    row = [Button("中文", callback_data="l:zh"), Button("English", callback_data="l:en")]
    return InlineKeyboardMarkup([row, [Button(texts.LANG_AUTO.text(lang), callback_data="l:auto")]])


def delete_buttons(user_id: int, lang: str) -> InlineKeyboardMarkup:
    """Whether to delete; only who asked may say so."""
    yes = Button(texts.DELETE_YES.text(lang), callback_data=_data("d", user_id, 1))
    return InlineKeyboardMarkup([[yes, Button(texts.DELETE_NO.text(lang), callback_data=_data("d", user_id, 0))]])


def add_buttons(proposal: int, lang: str, *, again: bool = False) -> InlineKeyboardMarkup:
    """Under a document that may be added.

    :param again: the articles have it already.
    """
    yes = (texts.ADD_AGAIN if again else texts.ADD_YES).text(lang)
    whole = Button(texts.ADD_WHOLE.text(lang), callback_data=_data("w", proposal))
    return InlineKeyboardMarkup([_decision(proposal, yes, texts.ADD_NO.text(lang)), [whole]])


def remove_buttons(proposal: int, lang: str) -> InlineKeyboardMarkup:
    """Under an article that may be removed."""
    return InlineKeyboardMarkup([_decision(proposal, texts.REMOVE_YES.text(lang), texts.REMOVE_NO.text(lang))])


def _decision(proposal: int, yes: str, no: str) -> list[Button]:
    return [Button(text, callback_data=f"{DECISION}{proposal}:{value}") for text, value in ((yes, 1), (no, 0))]
