"""What an owner sees of a document before it is added: what cleaning kept of it, and what it left out."""

from __future__ import annotations

from collections.abc import Sequence

from povqa import Action, Preview
from povqa_bot import texts
from povqa_bot.answerer import Entry
from povqa_bot.format import clean, origin, plain, quotation

_LINES, _SHOWN = 12, 700  # of the article's beginning: lines, and characters
_PIECES, _PIECE = 8, 60  # of what was left out: pieces, and characters of each


def preview_text(seen: Preview, entries: Sequence[Entry], lang: str) -> str:
    """A message that tells what would become of a document."""
    article, parts = seen.article, [f"<b>{clean(plain(seen.article.title, 200))}</b>"]
    facts = [fact for fact in (article.source, article.author, article.published, " ".join(article.place)) if fact]
    if facts:
        parts.append(clean(plain(" · ".join(facts), 200)))
    parts.append(texts.ADD_FACTS.text(lang, sentences=seen.sentences, characters=len(article.text)))
    line = {
        Action.CHANGED: texts.ADD_REPLACES, Action.DUPLICATE: texts.ADD_COPY, Action.UNCHANGED: texts.ADD_KNOWN,
    }.get(seen.action, texts.ADD_NEW)  # fmt: skip
    parts.append(line.text(lang, old=_old(seen, entries)))
    if seen.action is Action.UNCHANGED:
        return "\n".join(parts)
    parts.append(quotation(clean(_beginning(article.text))))
    parts.append(_dropped(seen, lang))
    parts.append(texts.ADD_ASK.text(lang))
    return "\n".join(parts)


def whole_text(seen: Preview, lang: str) -> str:
    """All that was kept, and all that was left out with the rule that did it, as plain text."""
    kept = [texts.ADD_KEPT_HEADING.text(lang), seen.article.title, "", seen.article.text]
    dropped = [f"{piece.rule}: {piece.text}" for piece in seen.dropped]
    return "\n".join([*kept, "", texts.ADD_DROPPED_HEADING.text(lang), *dropped, ""])


def _old(seen: Preview, entries: Sequence[Entry]) -> str:
    """The article that a document replaces, or is a copy of."""
    path = seen.copies[0] if seen.copies else seen.article.path
    for entry in entries:
        if entry.path == path:
            return origin(entry.title, entry.source, entry.published)
    return f"<i>{clean(plain(path, 200))}</i>"  # not in the index yet


def _beginning(text: str) -> str:
    shown = "\n".join(text.split("\n")[:_LINES])[:_SHOWN]
    return shown if len(shown) == len(text) else f"{shown}…"


def _dropped(seen: Preview, lang: str) -> str:
    if not seen.dropped:
        return texts.ADD_NOTHING_DROPPED.text(lang)
    count = sum(len(piece.text) for piece in seen.dropped)
    lines = [f"{clean(piece.rule)}: {clean(plain(piece.text, _PIECE))}" for piece in seen.dropped[:_PIECES]]
    if len(seen.dropped) > _PIECES:
        lines.append("…")
    head = texts.ADD_DROPPED.text(lang, count=len(seen.dropped), characters=count)
    return f"{head}\n<blockquote expandable>{chr(10).join(lines)}</blockquote>"
