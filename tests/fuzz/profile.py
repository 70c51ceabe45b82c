"""How often each property is tried, how long a single input may take, and how many inputs there were.

In the normal suite a property sees a few inputs. With POVQA_FUZZ=1 it sees as many thousands as it says, more than
200,000 in all; with POVQA_FUZZ=2 twice as many.
"""

from __future__ import annotations

import gc
import os
import signal
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from types import FrameType
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.strategies import SearchStrategy

TIMES = float(os.environ.get("POVQA_FUZZ") or 0)
FEW = 10  # inputs of a property in the normal suite
SECONDS = 2.0  # of the processor's, for one input

counted: Counter[str] = Counter()


class HangError(AssertionError):
    """An input took longer than any may."""


@contextmanager
def limited(seconds: float = SECONDS) -> Iterator[None]:
    """Break off what takes too long: processor time, so that a busy machine fails no test.

    Regular expressions are broken off too: they look at signals as they go. The garbage of the inputs before is not
    collected meanwhile. Where there is no such timer (Windows), nothing is broken off.
    """

    def stop(number: int, frame: FrameType | None) -> None:
        raise HangError(f"more than {seconds} s")

    if not hasattr(signal, "setitimer"):
        yield
        return
    before = signal.signal(signal.SIGPROF, stop)
    gc.disable()
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        gc.enable()
        signal.signal(signal.SIGPROF, before)


def fuzzed(
    *strategies: SearchStrategy[Any], thousands: float, few: int = FEW, seconds: float = SECONDS
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Try a property on inputs of these strategies.

    :param thousands: of inputs, when it is fuzzed.
    :param few: inputs in the normal suite.
    :param seconds: the most for one input.
    """

    def decorate(test: Callable[..., None]) -> Callable[..., None]:
        name = f"{test.__module__.rpartition('.')[2]}::{test.__name__}"

        @wraps(test)
        def counting(*args: Any, **kwargs: Any) -> None:
            counted[name] += 1
            with limited(seconds):
                test(*args, **kwargs)

        often = settings(
            max_examples=max(few, round(1000 * thousands * TIMES)),
            deadline=None,
            database=None,
            phases=[Phase.explicit, Phase.generate, Phase.shrink],
            suppress_health_check=list(HealthCheck),
        )
        return often(given(*strategies)(counting))

    return decorate
