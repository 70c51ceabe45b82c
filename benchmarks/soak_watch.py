"""What a soak looks at from outside: a process by /proc, an index by its folder, and whether a figure grows."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

HOUR = 3600.0


@dataclass(frozen=True, slots=True)
class Sample:
    """One look at a process.

    :ivar resident: MB, the pages of files that it has mapped among them.
    :ivar own: MB of those that no file holds: what a leak of objects fills.
    :ivar deleted: files that it holds, mapped or open, and that are deleted: their room on disk is not free yet.
    """

    second: float
    resident: float
    own: float
    handles: int
    threads: int
    deleted: int
    temporary: int
    index_mb: float
    generations: int
    load: float  # of the machine, over a minute


def look(pid: int, second: float, index: Path, temporary: Path) -> Sample:
    """A sample of a process and of what it leaves on disk."""
    lines = Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines()
    status = dict(line.split(":", 1) for line in lines if ":" in line)
    maps = Path(f"/proc/{pid}/maps").read_text(encoding="utf-8").splitlines()
    handles = [_target(pid, number) for number in os.listdir(f"/proc/{pid}/fd")]
    held = (*(line.split(None, 5)[5] for line in maps if " /" in line), *handles)
    deleted = {path for path in held if path.startswith("/") and path.endswith("(deleted)")}
    size, generations = size_of(index)
    return Sample(
        second=round(second, 1),
        resident=_mb(status["VmRSS"]),
        own=_mb(status["RssAnon"]),
        handles=len(handles),
        threads=int(status["Threads"]),
        deleted=len(deleted),
        temporary=len(os.listdir(temporary)),
        index_mb=round(size / 2**20, 2),
        generations=generations,
        load=round(os.getloadavg()[0], 2),
    )


def _target(pid: int, number: str) -> str:
    try:
        return os.readlink(f"/proc/{pid}/fd/{number}")
    except FileNotFoundError:  # just closed
        return ""


def _mb(field: str) -> float:
    return round(int(field.split()[0]) / 1024, 1)


def size_of(index: Path) -> tuple[int, int]:
    """Bytes of an index on disk, a file that two generations share counted once, and its generations."""
    found: dict[int, int] = {}
    for folder, _, names in os.walk(index):
        for name in names:
            try:
                about = os.stat(os.path.join(folder, name))
            except FileNotFoundError:  # a generation is just being removed
                continue
            found[about.st_ino] = about.st_size
    return sum(found.values()), sum(1 for path in index.glob("generation-*"))


@dataclass(frozen=True, slots=True)
class Trend:
    """How a figure moves, a minute's median counting as one: the median of all slopes (Theil-Sen), an hour.

    :ivar low: with `high`, the 95% interval of the slope.
    """

    median: float
    slope: float
    low: float
    high: float

    def flat(self, most: float) -> bool:
        """Whether an hour adds no more than the share `most` of the median, as sure as the interval is."""
        return self.high <= most * self.median


def trend(seconds: Sequence[float], values: Sequence[float], block: float = 60.0) -> Trend | None:
    """The trend of a figure; None where there are too few minutes to tell.

    Minutes, because neighbouring samples say nearly the same, and each would count as evidence.

    :param block: seconds that count as one.
    """
    from scipy.stats import theilslopes

    at = np.asarray(seconds, float)
    numbers = np.asarray(values, float)
    block_of = (at // block).astype(int)
    blocks = np.unique(block_of)
    if len(blocks) < 4:
        return None
    x = np.array([at[block_of == b].mean() for b in blocks])
    y = np.array([np.median(numbers[block_of == b]) for b in blocks])
    slope, _, low, high = theilslopes(y, x, 0.95)
    return Trend(*(round(float(v), 3) for v in (np.median(y), slope * HOUR, low * HOUR, high * HOUR)))


def rows_of(samples: Sequence[Sample]) -> list[dict[str, float]]:
    """The samples as plain rows."""
    return [asdict(sample) for sample in samples]
