"""The generations of an index on disk, and the one that serves.

    vectors/CURRENT             the name of the generation that serves, replaced in one step
    vectors/generation-000007/  complete and never changed; files that two generations share are hard links
    vectors/building-…/         one being written, or what a crash left of it
    vectors/journal             the vectors of a build under way, or of one that was stopped
    vectors/.lock               held by the one writer

A reader holds a shared lock on its generation's manifest, so the generation stays as long as anyone reads it.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
import shutil
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from povqa.errors import BrokenIndexError
from povqa.index.journal import JOURNAL
from povqa.index.manifest import MANIFEST

_CURRENT = "CURRENT"
_GENERATION = re.compile(r"generation-(\d{6,})")
_FORGOTTEN = "FORGOTTEN"  # in a generation that holds what was removed: its last reader deletes it
_REPLACED = "REPLACED"  # in the generation before the one that serves: a pointer that names it is damaged
_ATTEMPTS = 5


class BusyIndexError(BrokenIndexError):
    """Another process is writing the index."""


@dataclass
class Draft:
    """A generation that is being written."""

    folder: Path
    wanted: bool = True  # False: there was nothing to do, and what serves goes on serving
    removes: bool = False  # something was removed: the generations before it go as soon as nobody reads them
    afterwards: Callable[[], None] = lambda: None  # called when it serves, while no one else is writing


def current_name(folder: Path) -> str:
    """The name of the generation that serves, "" where there is none that can be named."""
    try:
        return (folder / _CURRENT).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):  # between two indexes, or none
        return ""


def hold_current(folder: Path) -> tuple[Path, int]:
    """The generation that serves, and the open descriptor that keeps it on disk until `let_go`.

    :raises BrokenIndexError: there is none.
    """
    for _ in range(_ATTEMPTS):  # a writer may remove a generation between the reading of its name and the lock
        generation = _current(folder)
        with contextlib.suppress(FileNotFoundError, BlockingIOError):
            held = os.open(generation / MANIFEST, os.O_RDONLY)
            try:
                _lock(held, fcntl.LOCK_SH)
                (generation / MANIFEST).stat()
            except BaseException:
                os.close(held)
                raise
            if not _is_past(generation):
                return generation, held
            let_go(generation, held)
    if _is_past(generation):
        raise BrokenIndexError(
            f"The index in {folder} is damaged ({_CURRENT} names {generation.name}, which has been replaced): run "
            "`povqa index`.",
            f"{folder} 中的索引已损坏({_CURRENT} 指向已被替换的 {generation.name}):请运行 `povqa index`。",
        )
    raise BrokenIndexError(
        f"The index in {folder} is not complete ({generation.name} is missing): run `povqa index`.",
        f"{folder} 中的索引不完整(缺少 {generation.name}):请运行 `povqa index`。",
    )


def _is_past(generation: Path) -> bool:
    return (generation / _REPLACED).exists() or (generation / _FORGOTTEN).exists()


def let_go(generation: Path, held: int) -> None:
    """Read a generation no longer, and delete it if it was only kept for its readers."""
    os.close(held)
    if (generation / _FORGOTTEN).exists():
        _remove_unless_read(generation)


@contextlib.contextmanager
def writing(folder: Path, on_wait: Callable[[], None] | None = None) -> Iterator[Draft]:
    """An empty folder to write a generation into. It serves once the block has ended well, and is removed otherwise.

    :param on_wait: called when another process is writing, before waiting for it; without it that is an error.
    :raises BusyIndexError: another process is writing.
    :raises BrokenIndexError: the folder cannot be written.
    """
    with _one_line_for(folder), _writer(folder, on_wait):
        for leftover in folder.glob("building-*"):
            shutil.rmtree(leftover)
        draft = Draft(folder / f"building-{os.getpid()}-{uuid.uuid4().hex[:8]}")
        draft.folder.mkdir()
        try:
            yield draft
            if draft.wanted:
                _sync_tree(draft.folder)
                generation = folder / f"generation-{max(_numbers(folder), default=0) + 1:06d}"
                draft.folder.rename(generation)
                _swap(folder, generation.name, keep_previous=not draft.removes)
                draft.afterwards()
            else:
                shutil.rmtree(draft.folder)
            (folder / JOURNAL).unlink(missing_ok=True)
        except BaseException:
            shutil.rmtree(draft.folder, ignore_errors=True)
            raise


def _current(folder: Path) -> Path:
    try:
        name = (folder / _CURRENT).read_text(encoding="utf-8").strip()
    except (FileNotFoundError, NotADirectoryError) as error:
        raise BrokenIndexError(
            f"There is no index in {folder}: run `povqa index`.", f"{folder} 中没有索引:请运行 `povqa index`。"
        ) from error
    except (OSError, UnicodeDecodeError) as error:
        raise BrokenIndexError(
            f"The index in {folder} cannot be read ({error}): check its permissions, or run `povqa index`.",
            f"无法读取 {folder} 中的索引({error}):请检查权限,或运行 `povqa index`。",
        ) from error
    if not _GENERATION.fullmatch(name):
        raise BrokenIndexError(
            f"{folder / _CURRENT} does not name an index of povqa: run `povqa index`, or name another folder with "
            "--index.",
            f"{folder / _CURRENT} 不是 povqa 的索引:请运行 `povqa index`,或用 --index 指定别的文件夹。",
        )
    return folder / name


@contextlib.contextmanager
def _writer(folder: Path, on_wait: Callable[[], None] | None) -> Iterator[None]:
    from filelock import FileLock, Timeout

    folder.mkdir(parents=True, exist_ok=True)
    lock = FileLock(folder / ".lock")
    try:
        lock.acquire(timeout=0)
    except Timeout as error:
        if on_wait is None:
            raise BusyIndexError(
                f"Another povqa is writing the index in {folder}: wait until it is done, then run this again.",
                f"另一个 povqa 正在写 {folder} 中的索引:请等它结束后再试。",
            ) from error
        on_wait()
        lock.acquire()
    try:
        yield
    finally:
        lock.release()


@contextlib.contextmanager
def _one_line_for(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        reason = error.strerror or str(error).splitlines()[0]
        raise BrokenIndexError(
            f"The index in {folder} cannot be written ({reason}); the old one, if any, still serves: free some "
            "space or allow writing there, then run `povqa index`.",
            f"无法写入 {folder} 中的索引({reason});原有的索引仍可使用:请腾出空间或开放写权限,再运行 `povqa index`。",
        ) from error


def _swap(folder: Path, name: str, *, keep_previous: bool) -> None:
    previous = current_name(folder) if keep_previous else ""
    aside = folder / f"{_CURRENT}.new"
    aside.write_text(name + "\n", encoding="utf-8")
    _sync(aside)
    _sync(folder)
    aside.replace(folder / _CURRENT)
    _sync(folder)
    for number in _numbers(folder):
        old = folder / f"generation-{number:06d}"
        if old.name not in (name, previous):
            _remove_unless_read(old)
    if previous:
        with contextlib.suppress(OSError):  # it may be gone, or the disk full: it is a guard, no more
            (folder / previous / _REPLACED).touch()


def _remove_unless_read(generation: Path) -> None:
    try:
        held = os.open(generation / MANIFEST, os.O_RDONLY)
    except FileNotFoundError:
        shutil.rmtree(generation, ignore_errors=True)
        return
    try:
        _lock(held, fcntl.LOCK_EX)
        shutil.rmtree(generation, ignore_errors=True)
    except BlockingIOError:
        with contextlib.suppress(OSError):
            (generation / _FORGOTTEN).touch()
    finally:
        os.close(held)


def _lock(descriptor: int, kind: int) -> None:
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        raise
    except OSError:  # a file system without locks: the previous generation is kept in any case
        return


def _numbers(folder: Path) -> list[int]:
    return [int(match[1]) for path in folder.iterdir() if (match := _GENERATION.fullmatch(path.name))]


def _sync_tree(folder: Path) -> None:
    for path in [*folder.rglob("*"), folder]:
        _sync(path)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
