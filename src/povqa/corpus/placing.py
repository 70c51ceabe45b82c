"""Changes to the files of a corpus folder that happen together, or not at all.

    .povqa-…/   beside the articles and passed over by the catalogue: new files until they are placed, and what they
                replace until the whole is done

A file is written aside, synced, and then linked or renamed to its place, so a power cut leaves each article whole: the
old one or the new one. What a killed process left half done goes forward: what is placed stays, the rest is swept away
by the next one.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import sys
import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from povqa.errors import CorpusError

_ASIDE = ".povqa-"
_MANY = 64  # files: syncing the whole file system once is faster from here on


@dataclass(frozen=True, slots=True)
class Planned:
    """A file that is to be placed."""

    staged: Path
    relative: str  # within the corpus folder, with forward slashes
    replaces: bool


class Placing:
    """The files of one corpus folder, while no other process changes them."""

    def __init__(self, folder: Path, aside: Path) -> None:
        self.folder = folder
        self.staging = aside / "new"
        self._old = aside / "old"
        self._undo: list[Callable[[], None]] = []
        self._touched: set[Path] = set()
        self.staging.mkdir()
        self._old.mkdir()

    def place(self, planned: Sequence[Planned]) -> None:
        """Put the files in place; nothing that stands there is overwritten unless that is planned.

        :raises CorpusError: a file has appeared in a place meanwhile, or a link leads out of the folder.
        """
        _sync_files([one.staged for one in planned])
        for one in planned:
            target = inside(self.folder, one.relative)
            self._make_parents(target.parent)
            if one.replaces:
                self._replace(one.staged, target)
            else:
                self._add(one.staged, target)
            self._touched.add(target.parent)
        self._sync_folders()

    def remove(self, relatives: Sequence[str]) -> None:
        """Take files out, and the folders that this empties.

        :raises CorpusError: a link leads out of the folder.
        """
        for relative in relatives:
            target = inside(self.folder, relative)
            kept = self._old / f"{len(self._undo)}"
            self._undo.append(lambda kept=kept, target=target: _put_back(kept, target))  # type: ignore[misc]
            with contextlib.suppress(FileNotFoundError):  # somebody else has deleted it
                target.rename(kept)
            self._touched.add(target.parent)
            self._remove_empty(target.parent)
        self._sync_folders()

    def undo(self) -> None:
        """Leave everything as it was."""
        while self._undo:
            self._undo.pop()()
        self._sync_folders()

    def _add(self, staged: Path, target: Path) -> None:
        def undo() -> None:
            if not staged.exists() or (target.exists() and target.samefile(staged)):
                target.unlink(missing_ok=True)

        if os.path.lexists(target):
            raise _appeared(target)
        self._undo.append(undo)
        try:
            os.link(staged, target)
        except FileExistsError as error:
            raise _appeared(target) from error
        except OSError:  # a file system without hard links
            staged.rename(target)

    def _replace(self, staged: Path, target: Path) -> None:
        kept = self._old / f"{len(self._undo)}"
        try:
            os.link(target, kept, follow_symlinks=False)
        except OSError:
            shutil.copy2(target, kept, follow_symlinks=False)
        self._undo.append(lambda: _put_back(kept, target))
        staged.replace(target)

    def _make_parents(self, folder: Path) -> None:
        missing = []
        while not folder.exists():
            missing.append(folder)
            folder = folder.parent
        for path in reversed(missing):
            self._undo.append(lambda path=path: _remove_if_empty(path))  # type: ignore[misc]
            path.mkdir()
            self._touched.add(path.parent)

    def _remove_empty(self, folder: Path) -> None:
        while folder != self.folder and not any(folder.iterdir()):
            folder.rmdir()
            self._touched.add(folder.parent)
            folder = folder.parent

    def _sync_folders(self) -> None:
        _sync_files([folder for folder in self._touched if folder.is_dir()])


@contextlib.contextmanager
def placing(folder: Path, on_wait: Callable[[], None] | None = None) -> Iterator[Placing]:
    """Change the files of a corpus folder; when the block ends with an error, all of it is undone.

    The folder is made where it is missing. Two processes take turns.

    :param on_wait: called when another process is at it, before waiting for it.
    :raises CorpusError: the folder cannot be written.
    """
    made = _make(folder)
    lock = os.open(folder, os.O_RDONLY)
    try:
        _wait_for(lock, on_wait)
        for leftover in folder.glob(f"{_ASIDE}*"):
            shutil.rmtree(leftover, ignore_errors=True)
        aside = folder / f"{_ASIDE}{os.getpid()}-{uuid.uuid4().hex[:8]}"
        try:
            aside.mkdir()
            changes = Placing(folder, aside)
        except OSError as error:
            raise _unwritable(folder, error) from error
        try:
            yield changes
        except BaseException:
            changes.undo()
            raise
        finally:
            shutil.rmtree(aside, ignore_errors=True)
    finally:
        for path in made:
            _remove_if_empty(path)
        os.close(lock)


def inside(folder: Path, relative: str) -> Path:
    """The absolute path of a file of the corpus folder.

    :raises CorpusError: it would lie elsewhere, by its name, or because a folder on the way is a link or a file.
    """
    path = folder
    *parents, name = relative.split("/")
    for part in parents:
        path = path / part
        if part in ("", ".", "..") or path.is_symlink() or (path.exists() and not path.is_dir()):
            raise CorpusError(
                f"{relative}: skipped, {path} is no folder of the corpus; add it under another name with --name",
                f"{relative}：已跳过，{path} 不是文章文件夹里的子文件夹；请用 --name 换个名称",
            )
    if name in ("", ".", "..") or "\0" in relative:
        raise CorpusError(f"{relative!r} is no name for a file; give another with --name",
                          f"{relative!r} 不能作文件名；请用 --name 换个名称")  # fmt: skip
    return path / name


def _make(folder: Path) -> list[Path]:
    """Make a folder; which folders had to be made, the innermost first."""
    made = []
    path = folder
    while not path.exists():
        made.append(path)
        path = path.parent
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _unwritable(folder, error) from error
    return made


def _wait_for(lock: int, on_wait: Callable[[], None] | None) -> None:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        if on_wait:
            on_wait()
        fcntl.flock(lock, fcntl.LOCK_EX)
    except OSError:  # a file system without locks
        return


def _put_back(kept: Path, target: Path) -> None:
    if os.path.lexists(kept):
        target.parent.mkdir(parents=True, exist_ok=True)
        kept.replace(target)


def _remove_if_empty(folder: Path) -> None:
    with contextlib.suppress(OSError):
        folder.rmdir()


def _sync_files(paths: Sequence[Path]) -> None:
    if len(paths) > _MANY and sys.platform == "linux":  # elsewhere sync returns before it is done
        os.sync()
        return
    for path in paths:
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _appeared(target: Path) -> CorpusError:
    return CorpusError(
        f"{target} has appeared in the meantime, so nothing was changed; run this again",
        f"{target} 在此期间出现了同名文件，没有改动任何内容；请再运行一次",
    )


def _unwritable(folder: Path, error: OSError) -> CorpusError:
    return CorpusError(
        f"the corpus folder {folder} cannot be written ({error.strerror}); name another with --corpus",
        f"无法写入文章文件夹 {folder}（{error.strerror}）；请用 --corpus 指定别的文件夹",
    )
