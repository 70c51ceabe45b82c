"""What came of a soak: figures, what grew, and what is wrong."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from soak_watch import Sample, Trend, trend

MOST_GROWTH = 0.03  # of memory, an hour: less cannot be told from the index's own ups and downs
WARM = 0.15  # of the time, and
WARM_ANSWERS = 500  # answers: caches fill, and ONNX Runtime's arenas find the size that the longest windows need
SPARE = {
    "handles": 12,
    "threads": 4,
    "temporary": 2,
    "generations": 2,
}  # a new index is opened before the old is let go
MOST_DELETED = 40  # files of an index that is let go of after the last question under way
Rows = Sequence[dict[str, Any]]


def _answered(answers: Rows, since: float) -> list[float]:
    return [a["ms"] for a in answers if a["ms"] is not None and a["at"] >= since]


def lately(answers: Rows) -> dict[str, int]:
    """Answers of the last minute, with their latency."""
    found = _answered(answers, time.time() - 60)
    p50, p95 = np.percentile(found or [0.0], (50, 95))
    return {"answers": len(found), "p50": round(float(p50)), "p95": round(float(p95))}


def summary(minutes: float, begun: float, samples: Sequence[Sample], answers: Rows, failed: Rows) -> dict[str, Any]:
    """The figures of a run; those of its warm-up do not count.

    :param begun: when it began, as `time.time` has it.
    """
    warm = max(WARM * minutes * 60, 30.0)
    times = sorted(a["at"] - begun for a in answers if a["ms"] is not None)
    settled = len(times) > WARM_ANSWERS and times[WARM_ANSWERS] < minutes * 30
    if settled:
        warm = max(warm, times[WARM_ANSWERS])
    late = [sample for sample in samples if sample.second >= warm]
    block = 60.0 if minutes >= 10 else 10.0

    def grown(figure: Callable[[Sample], float]) -> dict[str, Any] | None:
        return _shown(trend([sample.second for sample in late], [figure(sample) for sample in late], block))

    p50, p95 = np.percentile(_answered(answers, begun + warm) or [0.0], (50, 95))
    return {
        "minutes": minutes, "asked": len(answers), "answers": len(times), "warm_up_s": round(warm), "settled": settled,
        "failed": len(failed), "failures": list(failed[:5]),
        "kinds": dict(Counter(a["kind"] for a in answers)), "outcomes": dict(Counter(a["outcome"] for a in answers)),
        "p50_ms": round(float(p50)), "p95_ms": round(float(p95)),
        "load": ends([s.load for s in late]), "resident_mb": ends([s.resident for s in late]),
        "own_mb": ends([s.own for s in late]), "handles": ends([s.handles for s in late]),
        "threads": ends([s.threads for s in late]), "temporary": ends([s.temporary for s in late]),
        "generations": ends([s.generations for s in late]), "index_mb": ends([s.index_mb for s in late]),
        "deleted": ends([s.deleted for s in late]),
        "an_hour": {
            "resident_mb": grown(lambda s: s.resident), "own_mb": grown(lambda s: s.own),
            "handles": grown(lambda s: s.handles), "threads": grown(lambda s: s.threads),
            "index_mb": grown(lambda s: s.index_mb), "p95_ms": _latency(answers, begun, warm, block * 5),
        },
    }  # fmt: skip


def _latency(answers: Rows, begun: float, warm: float, block: float) -> dict[str, Any] | None:
    """The trend of the 95th percentile, a block at a time."""
    numbered = [(int((a["at"] - begun) // block), a["ms"]) for a in answers if a["ms"] is not None]
    numbers = sorted({number for number, _ in numbered if number * block >= warm})
    p95 = [float(np.percentile([ms for n, ms in numbered if n == number], 95)) for number in numbers]
    return _shown(trend([(number + 0.5) * block for number in numbers], p95, block))


def _shown(found: Trend | None) -> dict[str, Any] | None:
    if found is None:
        return None
    interval = [found.low, found.high]
    return {"median": found.median, "slope": found.slope, "interval": interval, "flat": found.flat(MOST_GROWTH)}


def pace(changes: Sequence[tuple[float, float, str]], taken_up: Sequence[float]) -> dict[str, Any]:
    """How long changes of the articles took, and until the server had them."""
    delays = [min((t - ended for t in taken_up if t >= ended), default=0.0) for ended, _, _ in changes]
    took = {what: [s for _, s, w in changes if w == what] for what in ("add", "remove")}
    return {
        "changes": {what: len(found) for what, found in took.items()},
        "seconds_a_change": {what: round(float(np.median(found)), 2) for what, found in took.items() if found},
        "taken_up": len(taken_up), "slowest_taken_up_s": round(max(delays, default=0.0), 1),
    }  # fmt: skip


def ends(values: Sequence[float]) -> list[float]:
    """Least, most and last."""
    return [min(values), max(values), values[-1]] if values else []


def verdicts(found: dict[str, Any]) -> list[str]:
    """What is wrong: nothing, where all is well."""
    wrong = [f"{found['failed']} failed: {found['failures']}"] if found["failed"] else []
    own = found["an_hour"]["own_mb"]
    if own and found["settled"] and found["minutes"] >= 30 and own["interval"][0] > MOST_GROWTH * own["median"]:
        wrong.append(f"memory grows by {own['slope']} MB an hour")
    for name, spare in SPARE.items():
        if found[name] and found[name][2] > found[name][0] + spare:
            wrong.append(f"{name}: least, most and last are {found[name]}")
    if found["deleted"] and found["deleted"][2] > MOST_DELETED:
        wrong.append(f"{found['deleted'][2]} files are held that are deleted")
    return wrong
