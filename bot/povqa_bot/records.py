"""What the bot keeps of an answer, so that its buttons work after a restart."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from povqa import Answer, Citation


class Layout(StrEnum):
    """How an answer is shown."""

    ONE = "one"  # one sentence, the next best behind a button
    LIST = "list"
    ACROSS = "across"  # grouped by article
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Related:
    """What may help where nothing was found: a question to ask, or an article to read."""

    text: str  # the question, or the article's title
    article_id: str | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """An answer as the bot shows and keeps it."""

    layout: Layout
    kind: str  # what the question asks for, in povqa's words: "number", "list", ...
    reason: str | None
    answers: tuple[str, ...]
    citations: tuple[Citation, ...]
    related: tuple[Related, ...]
    index: str  # the generation of the index that answered

    @classmethod
    def of(cls, answer: Answer, *, kind: str, across: bool, index: str, related: tuple[Related, ...] = ()) -> Found:
        """What the engine answered."""
        articles = {citation.article_id for citation in answer.citations}
        if not answer.citations:
            layout = Layout.NOTHING
        elif across and len(articles) > 1:
            layout = Layout.ACROSS
        elif kind == "list":
            layout = Layout.LIST
        else:
            layout = Layout.ONE
        reason = None if answer.reason is None else answer.reason.value
        return cls(layout, kind, reason, answer.answers, answer.citations, related, index)

    def dump(self) -> str:
        """As JSON."""
        return json.dumps(asdict(self), ensure_ascii=False)

    @classmethod
    def load(cls, text: str) -> Found:
        """From JSON."""
        kept: dict[str, Any] = json.loads(text)
        return cls(
            Layout(kept["layout"]), kept["kind"], kept["reason"], tuple(kept["answers"]),
            tuple(_citation(one) for one in kept["citations"]),
            tuple(Related(**one) for one in kept["related"]), kept["index"],
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Asked:
    """A question that was put in a chat, and its answer.

    :param id: None: not kept yet.
    :param question_message_id: None: it came from a button.
    :param message_id: the message that holds the answer; None: not sent yet.
    """

    chat_id: int
    user_id: int
    question_message_id: int | None
    question: str
    history: tuple[str, ...]
    lang: str
    found: Found
    asked: float
    id: int | None = None
    message_id: int | None = None


def _citation(kept: dict[str, Any]) -> Citation:
    highlights = tuple((start, end) for start, end in kept["highlights"])
    return Citation(**{**kept, "highlights": highlights, "copies": tuple(kept.get("copies", ()))})
