"""How much one person or one chat may ask."""

from __future__ import annotations

import time
from collections import OrderedDict
from dataclasses import dataclass

_MOST_KEPT = 10_000
_TELL_EVERY = 30.0  # seconds; who writes on meanwhile is not answered, or the bot would flood the chat itself


@dataclass(slots=True)
class _Bucket:
    level: float
    at: float
    told: float = float("-inf")


@dataclass(frozen=True, slots=True)
class Refusal:
    """Too much was asked.

    :param seconds: until one more question is taken.
    :param tell: whether to say so; it was not said just now.
    """

    seconds: int
    tell: bool


class Limits:
    """Leaky buckets that never make anyone wait: they say yes, or for how long no.

    :param user_per_minute: questions of one person.
    :param chat_per_minute: questions in one chat.
    """

    def __init__(self, user_per_minute: int, chat_per_minute: int) -> None:
        self._most = {"user": user_per_minute, "chat": chat_per_minute}
        self._buckets: OrderedDict[tuple[str, int], _Bucket] = OrderedDict()

    def take(self, user_id: int, chat_id: int, now: float | None = None) -> Refusal | None:
        """Count a question of a person in a chat; None: it may be answered."""
        now = time.monotonic() if now is None else now
        kinds = {"user": user_id} if user_id == chat_id else {"user": user_id, "chat": chat_id}
        buckets = {kind: self._bucket(kind, key, now) for kind, key in kinds.items()}
        wait = 0.0
        full = []
        for kind, bucket in buckets.items():
            excess = bucket.level + 1 - self._most[kind]
            if excess > 0:
                wait = max(wait, excess * 60 / self._most[kind])
                full.append(bucket)
        if not full:
            for bucket in buckets.values():
                bucket.level += 1
            return None
        tell = all(now - bucket.told >= _TELL_EVERY for bucket in full)
        if tell:
            for bucket in full:
                bucket.told = now
        return Refusal(max(1, round(wait + 0.5)), tell)

    def _bucket(self, kind: str, key: int, now: float) -> _Bucket:
        bucket = self._buckets.setdefault((kind, key), _Bucket(0.0, now))
        self._buckets.move_to_end((kind, key))
        while len(self._buckets) > _MOST_KEPT:
            self._buckets.popitem(last=False)
        bucket.level = max(0.0, bucket.level - (now - bucket.at) * self._most[kind] / 60)
        bucket.at = now
        return bucket
