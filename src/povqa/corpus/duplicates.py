"""Near-duplicates: the same text syndicated under another title, with a paragraph cut or another head or foot.

Texts are compared by the MinHash of their shingles (Broder, 1997), sixteen characters long: a cut paragraph costs only
the shingles that it had, a changed number all those across it, so reports filled into one template fall apart. And a
copy never disagrees with its original about a number: the signature holds each number under a hash of its
surroundings. MinHash values are cut to 16 bits (Li and König, 2010).
"""

from __future__ import annotations

import hashlib
import re
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from povqa.text.normalise import normalise
from povqa.text.numerals import parse_number

if TYPE_CHECKING:
    from numpy.typing import NDArray

DUPLICATES_VERSION = 1  # raised whenever `signature` or `bands` gives something else
NEAR = 0.75  # the least similarity of copies; chosen by reading pairs of 46,296 news texts
_SHINGLE = 16
_HASHES = 256
_SEED = 1
_ROWS, _BANDS = 6, 24  # a pair as similar as NEAR is found in 99% of cases, one at 0.5 in 31%
_AROUND = 8  # characters on either side of a number that tell which number it is
_MOST_NUMBERS = 2000
_NO_WORD = re.compile(r"[\W_]+")
_NUMBER = re.compile("[0-9〇零一二两三四五六七八九十百千万亿]+")
_SKETCH_BYTES = 2 * _HASHES


def signature(text: str) -> bytes:
    """What is kept of a text to compare it by: 512 bytes, and 8 for each of its numbers; empty for an empty text."""
    from rensa import RMinHash  # type: ignore[import-untyped]

    words = _NO_WORD.sub("", normalise(text))
    if not words:
        return b""
    sketch = RMinHash(_HASHES, _SEED)
    sketch.update([words[i : i + _SHINGLE] for i in range(max(1, len(words) - _SHINGLE + 1))])
    low = np.array(sketch.digest(), dtype=np.uint32).astype("<u2")
    return low.tobytes() + _numbers(words)


def bands(signature: bytes) -> tuple[int, ...]:
    """Keys for locality-sensitive hashing, 64-bit signed: near-duplicates share at least one; none for an empty text.

    Pairs that share a key are candidates: `similarity` decides.
    """
    width = 2 * _ROWS
    return tuple(
        int.from_bytes(
            hashlib.blake2b(signature[i * width : (i + 1) * width], digest_size=8, salt=bytes([i])).digest(),
            "little",
            signed=True,
        )
        for i in range(_BANDS if signature else 0)
    )


def similarity(a: bytes, b: bytes) -> float:
    """The estimated Jaccard similarity of two texts' shingles, in [0, 1], by their signatures.

    The standard error is 0.03 at most. Texts that disagree about a number come out below NEAR, whatever they share.
    """
    if not a or not b:
        return 0.0
    found = float(np.mean(_part(a, "<u2", 0, _SKETCH_BYTES) == _part(b, "<u2", 0, _SKETCH_BYTES)))
    if found >= NEAR and _disagree(a[_SKETCH_BYTES:], b[_SKETCH_BYTES:]):
        return float(np.nextafter(NEAR, 0.0))
    return found


def _numbers(words: str) -> bytes:
    """Hashes of (surroundings, number) of every number whose surroundings occur once, in the order of the first."""
    masked: list[str] = []
    runs: list[tuple[int, str]] = []
    done = length = 0
    for match in _NUMBER.finditer(words):
        masked += words[done : match.start()], "#"
        length += match.start() - done
        runs.append((length, match.group()))
        length += 1
        done = match.end()
    text = "".join((*masked, words[done:]))
    told: dict[int, set[int]] = {}
    for at, number in runs:
        around = text[max(0, at - _AROUND) : at + _AROUND + 1]
        told.setdefault(_hash(around), set()).add(_hash(_value(number)))
    pairs = sorted((around, *numbers) for around, numbers in told.items() if len(numbers) == 1)
    return np.array(pairs[:_MOST_NUMBERS], dtype="<u4").tobytes()


@lru_cache(maxsize=4096)
def _value(number: str) -> str:
    """One way of writing a number: 二百 is 200, 3万 is 30000."""
    value = None if number.isdigit() else parse_number(number)
    return number if value is None else f"{value:.10g}"


def _disagree(a: bytes, b: bytes) -> bool:
    """Whether two texts have different numbers in the same surroundings."""
    left, right = (_part(part, "<u4").reshape(-1, 2) for part in (a, b))
    _, i, j = np.intersect1d(left[:, 0], right[:, 0], assume_unique=True, return_indices=True)
    return bool((left[i, 1] != right[j, 1]).any())


def _part(signature: bytes, kind: str, start: int = 0, end: int | None = None) -> NDArray[np.uint32]:
    part: NDArray[np.uint32] = np.frombuffer(signature[start:end], dtype=kind)
    return part


def _hash(text: str) -> int:
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=4).digest(), "little")
