"""Whether the files of a generation are as they were written, told without reading all of them at each start.

    checksums   a line of its own CRC-32, then JSON: of each file its CRC-32, and the state (size, time of change,
                inode) in which that was found to be right

Small files are read each time, large ones only where their state is another: somebody wrote to them, or copied them.
What changes a large file beneath the file system, and so leaves its state, is seen by `povqa index --verify` alone.
A generation without such a file was written by an older povqa, and is not checked.
"""

from __future__ import annotations

import contextlib
import json
import os
import zlib
from collections.abc import Iterable
from pathlib import Path
from threading import Lock, get_ident

from povqa.index.manifest import MANIFEST, FileEntry, damaged, sha256

CHECKSUMS = "checksums"
EACH_TIME = 16 << 20  # bytes: up to so large a file is read whenever it is opened
_PIECE = 1 << 20

State = tuple[int, int, int]  # size, time of change in ns, inode
Entries = dict[str, tuple[int, State]]  # by path within the generation: CRC-32, and when it was right


class Checksums:
    """The checksums of one generation. Safe to use from several threads."""

    def __init__(self, generation: Path, files: dict[str, FileEntry], entries: Entries | None) -> None:
        self._generation = generation
        self._files = files
        self._entries = entries
        self._lock = Lock()

    @classmethod
    def open(cls, generation: Path, files: dict[str, FileEntry]) -> Checksums:
        """The checksums of a generation, and of its manifest, which is compared at once.

        :param files: as the manifest has them; where the checksums themselves are damaged, its own are compared.
        :raises BrokenIndexError: the manifest is not what was written.
        """
        try:
            entries = _parse((generation / CHECKSUMS).read_bytes())
        except FileNotFoundError:
            return cls(generation, files, None)
        if MANIFEST in entries and crc(generation / MANIFEST) != entries[MANIFEST][0]:
            raise damaged(generation / MANIFEST)
        return cls(generation, files, entries)

    def check(self, *parts: str, every_byte: bool = False) -> None:
        """See whether files are what was written.

        :param parts: files and folders within the generation; all of it without any.
        :param every_byte: of large files that nobody has written to, too.
        :raises BrokenIndexError: one of them is not.
        """
        with self._lock:
            if self._entries is None:
                return
            news = False
            for name in self._files:
                if not parts or name in parts or name.partition("/")[0] in parts:
                    news |= self._check_file(name, self._entries, every_byte)
            if news:
                with contextlib.suppress(OSError):  # what cannot be kept is read again the next time
                    _save(self._generation, self._entries)

    def _check_file(self, name: str, entries: Entries, every_byte: bool) -> bool:
        """Check a file; whether its state is news."""
        path = self._generation / name
        state = state_of(path)
        known = entries.get(name)
        if known is None:
            if state[0] != self._files[name].size or sha256(path) != self._files[name].sha256:
                raise damaged(path)
            entries[name] = (crc(path), state)
            return True
        to_read = every_byte or state != known[1] or state[0] <= EACH_TIME
        if to_read and (state[0] != self._files[name].size or crc(path) != known[0]):
            raise damaged(path)
        if state == known[1]:
            return False
        entries[name] = (known[0], state)
        return True


def write_checksums(generation: Path, files: Iterable[str], old: Path | None) -> None:
    """Write the checksums of a generation that has just been written.

    :param old: the one that it shares files with; these are not read again.
    :raises OSError: the disk is full or cannot be written.
    """
    known: dict[State, int] = {}
    if old is not None:
        with contextlib.suppress(FileNotFoundError):
            known = {state: sum_ for sum_, state in _parse((old / CHECKSUMS).read_bytes()).values()}
    entries: Entries = {}
    for name in (*files, MANIFEST):
        state = state_of(generation / name)
        found = known.get(state)
        entries[name] = (crc(generation / name) if found is None else found, state)
    _save(generation, entries)


def is_sound(generation: Path, name: str) -> bool:
    """Whether a file is as it was written, as far as `Checksums` would see, in a generation of any version.

    :raises OSError: it cannot be read.
    """
    try:
        known = _parse((generation / CHECKSUMS).read_bytes()).get(name)
    except FileNotFoundError:
        return True
    state = state_of(generation / name)
    return known is None or (state == known[1] and state[0] > EACH_TIME) or crc(generation / name) == known[0]


def state_of(path: Path) -> State:
    """What changes when a file is written to, or is another one."""
    state = path.stat()
    return state.st_size, state.st_mtime_ns, state.st_ino


def crc(path: Path) -> int:
    """The CRC-32 of a file: five times as fast as SHA-256, and as sure to tell a byte or a few that have changed."""
    value = 0
    piece = memoryview(bytearray(_PIECE))
    with path.open("rb", buffering=0) as file:
        while count := file.readinto(piece):
            value = zlib.crc32(piece[:count], value)
    return value


def _parse(data: bytes) -> Entries:
    """The entries, or none where they are damaged."""
    line, _, body = data.partition(b"\n")
    if line != b"%08x" % zlib.crc32(body):
        return {}
    return {name: (one[0], (one[1], one[2], one[3])) for name, one in json.loads(body).items()}


def _save(generation: Path, entries: Entries) -> None:
    body = json.dumps({name: [value, *state] for name, (value, state) in entries.items()}, indent=0).encode()
    aside = generation / f"{CHECKSUMS}.{os.getpid()}-{get_ident()}"
    aside.write_bytes(b"%08x\n%s" % (zlib.crc32(body), body))
    aside.replace(generation / CHECKSUMS)
