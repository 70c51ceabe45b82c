"""What is deleted from the bot's store, and when: a person's rows at their word, everybody's after a time."""

from __future__ import annotations

import json
import sqlite3
import time
from typing import Any

# Telegram repeats an update for a day, and may begin to number at random after a quiet week.
_REPEATED = 2 * 86400.0  # seconds
_SENDERS = ("message", "edited_message", "callback_query")


def forget_person(db: sqlite3.Connection, user_id: int) -> int:
    """Delete everything about a person, and say how many answers that were."""
    _forget_quoted(db, user_id)
    _forget_pending(db, user_id)
    for table in ("users", "ratings", "proposals"):
        db.execute(f"DELETE FROM {table} WHERE user_id = ?", (user_id,))
    return db.execute("DELETE FROM answers WHERE user_id = ?", (user_id,)).rowcount


def forget_old(db: sqlite3.Connection, before: float) -> int:
    """Delete older answers that nobody rated, and numbers of updates that cannot recur; say how many answers.

    Rated ones stay, as candidates for an evaluation set; who asked and who rated, and where, goes.
    """
    db.execute("DELETE FROM updates WHERE payload IS NULL AND received < ?", (time.time() - _REPEATED,))
    unrated = "DELETE FROM answers WHERE asked < ? AND id NOT IN (SELECT answer_id FROM ratings)"
    count = db.execute(unrated, (before,)).rowcount
    # Each rating needs a number of its own: of an answer, one person has one.
    old = "answer_id IN (SELECT id FROM answers WHERE asked < ?)"
    db.execute(f"UPDATE ratings SET user_id = -rowid WHERE user_id > 0 AND {old}", (before,))
    askers = (
        "UPDATE answers SET chat_id = 0, user_id = 0, question_message_id = NULL, message_id = NULL "
        "WHERE asked < ? AND user_id != 0"
    )
    db.execute(askers, (before,))
    return count


def _forget_quoted(db: sqlite3.Connection, user_id: int) -> None:
    """Who replies to an answer of somebody else's follows up on their question, which stands in the history."""
    own: dict[int, set[str]] = {}
    for chat_id, question in db.execute("SELECT chat_id, question FROM answers WHERE user_id = ?", (user_id,)):
        own.setdefault(chat_id, set()).add(question)
    for chat_id, questions in own.items():
        query = "SELECT id, history FROM answers WHERE chat_id = ? AND user_id != ? AND history != '[]'"
        for number, history in db.execute(query, (chat_id, user_id)).fetchall():
            before = json.loads(history)
            kept = [question for question in before if question not in questions]
            if kept != before:
                values = (json.dumps(kept, ensure_ascii=False), number)
                db.execute("UPDATE answers SET history = ? WHERE id = ?", values)


def _forget_pending(db: sqlite3.Connection, user_id: int) -> None:
    """An update that could not be answered waits for the next start, with all its text."""
    for number, payload in db.execute("SELECT update_id, payload FROM updates WHERE payload IS NOT NULL").fetchall():
        if user_id in _people_of(json.loads(payload)):
            db.execute("UPDATE updates SET payload = NULL WHERE update_id = ?", (number,))


def _people_of(update: dict[str, Any]) -> set[object]:
    """Who sent an update, and whom it replies to."""
    people = set()
    for kind in _SENDERS:
        part = update.get(kind) or {}
        people |= {(one.get("from") or {}).get("id") for one in (part, part.get("reply_to_message") or {})}
    return people
