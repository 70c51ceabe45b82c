"""What goes out to Telegram: not too fast, and again where it failed."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable, Coroutine
from typing import Any

from telegram.error import BadRequest, Forbidden, InvalidToken, NetworkError, RetryAfter, TelegramError
from telegram.ext import AIORateLimiter

from povqa_bot.logs import describe, logger
from povqa_bot.metrics import Metrics

_LONGEST_PAUSE = 20.0
# Seconds; of all others `retry_seconds`.
_BUDGET = {"answerInlineQuery": 6.0, "answerCallbackQuery": 12.0, "getFile": 30.0}
Result = bool | dict[str, Any] | list[dict[str, Any]]


class Outward(AIORateLimiter):
    """PTB's rate limiter, which also tries again what failed on the way or on Telegram's side.

    A message whose confirmation was lost may arrive twice: the Bot API has no way to tell, and losing it is worse.

    :param per_second: messages over all chats.
    :param retry_seconds: how long a call is tried.
    """

    def __init__(self, per_second: float, retry_seconds: float, metrics: Metrics) -> None:
        super().__init__(overall_max_rate=per_second, overall_time_period=1, max_retries=0)
        self._retry_seconds = retry_seconds
        self._metrics = metrics

    async def process_request(
        self,
        callback: Callable[..., Coroutine[Any, Any, Result]],
        args: Any,
        kwargs: dict[str, Any],
        endpoint: str,
        data: dict[str, Any],
        rate_limit_args: int | None,
    ) -> Result:
        """Make a call."""
        if endpoint == "sendChatAction":  # no message, and of no use late
            return await callback(*args, **kwargs)
        give_up = time.monotonic() + _BUDGET.get(endpoint, self._retry_seconds)
        attempt = 0
        while True:
            try:
                return await super().process_request(callback, args, kwargs, endpoint, data, rate_limit_args)
            except TelegramError as error:
                pause = _pause(error, attempt)
                if pause is None or time.monotonic() + pause > give_up:
                    raise
                self._metrics.retries.labels(type(error).__name__).inc()
                logger().warning("telegram_retry", call=endpoint, attempt=attempt, pause=pause, error=describe(error))
                attempt += 1
                await asyncio.sleep(pause)


def _pause(error: TelegramError, attempt: int) -> float | None:
    """Seconds until the next attempt; None: the same would fail again."""
    if isinstance(error, RetryAfter):
        after = error.retry_after
        return float(after if isinstance(after, int) else after.total_seconds()) + 0.1
    # A body that is not JSON comes as the base class itself.
    passing = isinstance(error, NetworkError) or type(error) is TelegramError
    if not passing or isinstance(error, BadRequest | Forbidden | InvalidToken):
        return None
    pause: float = min(_LONGEST_PAUSE, 0.2 * 1.6**attempt) * random.uniform(0.7, 1.3)
    return round(pause, 2)
