"""The vectors of a build that is under way, so that one that was stopped does not encode again.

A file of fixed-length records, appended to and never changed: key, vector, CRC-32. What a crash left of the last
record is cut off. The key is a hash of what was encoded and by which encoder; the text itself is not kept.
"""

from __future__ import annotations

import hashlib
import os
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

JOURNAL = "journal"
_KEY = 16
_CRC = 4
_READ = 4096  # records at a time


class Journal:
    """The vectors that were encoded so far, by the text that they stand for."""

    def __init__(self, path: Path, fingerprint: str, dim: int) -> None:
        """:raises OSError: the file cannot be written."""
        self._salt = hashlib.blake2b(f"{fingerprint}|{dim}".encode(), digest_size=16).digest()
        self._dim = dim
        self._size = _KEY + dim * 4 + _CRC
        self._file = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
        try:
            keys = list(self._sound())
            self._places = {key: place for place, key in enumerate(keys)}
            self._count = len(keys)
            os.ftruncate(self._file, self._count * self._size)
        except BaseException:
            os.close(self._file)
            raise

    def close(self) -> None:
        """Let go of the file; what it holds stays for the next build."""
        os.close(self._file)

    def key(self, text: str) -> bytes:
        """What a text's vector is found by."""
        return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=_KEY, key=self._salt).digest()

    def get(self, key: bytes) -> NDArray[np.float32] | None:
        """The vector of a text, if it has been encoded: shape (dim,)."""
        place = self._places.get(key)
        if place is None:
            return None
        record = os.pread(self._file, self._size, place * self._size)
        return np.frombuffer(record, "<f4", self._dim, _KEY)

    def add(self, keys: Sequence[bytes], vectors: NDArray[np.float32]) -> None:
        """Keep vectors, shape (len(keys), dim).

        :raises OSError: the disk is full.
        """
        data = b""
        for key, vector in zip(keys, vectors, strict=True):
            body = key + vector.astype("<f4").tobytes()
            data += body + zlib.crc32(body).to_bytes(_CRC, "little")
        at = self._count * self._size
        while data:  # a disk that is nearly full takes a part
            written = os.pwrite(self._file, data, at)
            data, at = data[written:], at + written
        for key in keys:
            self._places.setdefault(key, self._count)
            self._count += 1

    def _sound(self) -> Iterator[bytes]:
        """The keys of the records, up to the first that is not whole or was written by another encoder's build."""
        at = 0
        while data := os.pread(self._file, _READ * self._size, at):
            for start in range(0, len(data), self._size):
                record = data[start : start + self._size]
                crc = int.from_bytes(record[-_CRC:], "little")
                if len(record) < self._size or zlib.crc32(record[:-_CRC]) != crc:
                    return
                yield record[:_KEY]
            at += len(data)


@contextmanager
def journal(folder: Path, fingerprint: str, dim: int) -> Iterator[Journal]:
    """The journal of the builds in an index folder. Only the one writer may open it.

    :raises OSError: it cannot be written.
    """
    opened = Journal(folder / JOURNAL, fingerprint, dim)
    try:
        yield opened
    finally:
        opened.close()
