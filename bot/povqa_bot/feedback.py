"""Rated answers as candidates for an evaluation set, in the format of eval/README.md."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from povqa_bot.errors import BotError
from povqa_bot.records import Asked, Layout
from povqa_bot.store import connect, rated

_TYPES = {"number", "date", "person", "place", "organisation", "list", "definition", "how_why"}


def export(path: Path, only: str | None = None) -> Iterator[str]:
    """One line of JSON for each question that was rated, oldest first; without who asked or rated.

    :param only: "good" or "bad": what most found so; None: all.
    :raises BotError: there are no data.
    """
    if not path.exists():
        raise BotError(
            f"There are no data of a bot in {path}: name the file with --data or POVQA_BOT_DATA.",
            f"{path} 中没有机器人的数据:请用 --data 或 POVQA_BOT_DATA 指定文件。",
        )
    together: dict[tuple[object, ...], tuple[Asked, int, int]] = {}
    with closing(connect(path)) as db:
        for asked, good, bad in rated(db):
            key = (asked.question, asked.history, asked.found.answers, asked.found.citations)
            first, already_good, already_bad = together.get(key, (asked, 0, 0))
            together[key] = (first, already_good + good, already_bad + bad)
    for asked, good, bad in together.values():
        if only is None or (only == "good") == (good > bad):
            yield json.dumps(candidate(asked, good, bad), ensure_ascii=False)


def candidate(asked: Asked, good: int, bad: int) -> dict[str, Any]:
    """A line for the evaluation set.

    What people found right is taken for right. Where they found it wrong, what is right is not known: the line
    says "nothing answers" until a person has looked, and the note tells what was answered.
    """
    found = asked.found
    right = good > bad and found.layout is not Layout.NOTHING
    short = [_bare(answer) for answer in found.answers]
    several = found.layout in (Layout.LIST, Layout.ACROSS)
    shown = found.citations if several else found.citations[:1]
    if not several:
        short = [_bare(c.text[a:b]) for c in shown for a, b in c.highlights]
    said = "nothing found" if found.layout is Layout.NOTHING else f"answered {'、'.join(short) or shown[0].text}"
    note = f"rated by users: {good} good, {bad} bad; {said}"
    if not right and bad >= good:
        note += "; check by hand whether and where the articles answer"
    return {
        "id": f"feedback-{asked.id:06}",
        "question": asked.question,
        "history": list(asked.history),
        "type": _type(asked, right),
        "articles": list(dict.fromkeys(c.article_id for c in shown)) if right else [],
        "answers": _answers(short, several) if right else {},
        "evidence": [_bare(c.text) for c in shown] if right else [],
        **({"evidence_mode": "all" if several else "any"} if right and len(shown) > 1 else {}),
        "answerable": right,
        "split": "dev",
        "note": note,
    }


def _answers(short: list[str], several: bool) -> dict[str, Any]:
    if not short:
        return {}
    return {"all": [[item] for item in dict.fromkeys(short)]} if several else {"any": list(dict.fromkeys(short))}


def _type(asked: Asked, right: bool) -> str:
    if not right:
        return "near_miss"
    if asked.history:
        return "follow_up"
    if asked.found.layout is Layout.ACROSS:
        return "across"
    return asked.found.kind if asked.found.kind in _TYPES else "question"


def _bare(text: str) -> str:
    """Without white space, as evidence and answers are written."""
    return "".join(text.split())
