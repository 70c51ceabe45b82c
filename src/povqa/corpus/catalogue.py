"""The folder of articles: which files it holds, what is in them, and whether it has changed."""

from __future__ import annotations

import hashlib
import os
import re
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from povqa.errors import CorpusError, PovqaError

if TYPE_CHECKING:
    from povqa.corpus.cleaning import Cleaned

Progress = Callable[[int, int], None]  # files done, files in all


@dataclass(frozen=True, slots=True)
class CorpusFile:
    """A file of the corpus folder."""

    id: str
    relative: str  # with forward slashes on every system
    size: int
    mtime_ns: int


class Catalogue:
    """The articles of a folder and its subfolders. Hidden files and folders are passed over.

    :param empty: whether the folder may be empty.
    :raises CorpusError: the folder is missing, cannot be read, or holds no file.
    """

    def __init__(self, folder: Path, *, empty: bool = False) -> None:
        self.folder = folder
        self.skipped: list[tuple[str, PovqaError]] = []
        found = sorted(_scan(folder))
        if not found and not empty:
            raise CorpusError(
                f"no articles in {folder}: put .txt files there, or name another folder with --corpus",
                f"{folder} 里没有文章：请放入 .txt 文件，或用 --corpus 指定别的文件夹",
            )
        ids = _unique_ids([relative for relative, _, _ in found])
        self.files = tuple(
            CorpusFile(id, relative, size, mtime) for id, (relative, size, mtime) in zip(ids, found, strict=True)
        )

    def load(self, progress: Progress | None = None) -> list[Cleaned]:
        """Read and clean every article; what cannot be read goes to `skipped`, with the reason.

        :raises CorpusError: not one of the files could be read.
        """
        self.skipped = []
        articles: list[Cleaned] = []
        for done, file in enumerate(self.files, start=1):
            try:
                articles.append(self.read(file))
            except PovqaError as error:
                self.skipped.append((self.shown_path(file), error))
            if progress:
                progress(done, len(self.files))
        if not articles:
            reason = self.skipped[0][1]
            raise CorpusError(
                f"none of the {len(self.files)} files in {self.folder} can be read; the first: {reason.en}",
                f"{self.folder} 里的 {len(self.files)} 个文件都无法读取；第一个：{reason.zh}",
            )
        return articles

    def get(self, id: str) -> Cleaned:
        """Read and clean one article.

        :raises CorpusError: there is none of that id, or it cannot be read.
        """
        for file in self.files:
            if file.id == id:
                return self.read(file)
        raise CorpusError(
            f"no article {id} in {self.folder}: give a file's name without its ending",
            f"{self.folder} 里没有文章 {id}：请给出不带扩展名的文件名",
        )

    def shown_path(self, file: CorpusFile) -> str:
        """A file's path as people are shown it: the folder's name, then the path inside it."""
        return f"{self.folder.name}/{file.relative}"

    def fingerprint(self) -> str:
        """A quick mark of the folder's state: paths, sizes and times of change, without reading a file."""
        digest = hashlib.sha256()
        for file in self.files:
            digest.update(f"{file.relative}\0{file.size}\0{file.mtime_ns}\n".encode(errors="surrogateescape"))
        return digest.hexdigest()

    def corpus_hash(self) -> str:
        """A mark of what the files hold now: it stays the same when they are only copied or touched."""
        digest = hashlib.sha256()
        for file in self.files:
            try:
                with (self.folder / file.relative).open("rb") as stream:
                    content = hashlib.file_digest(stream, "sha256").hexdigest()
            except OSError as error:
                content = f"unreadable: {error.errno}"
            digest.update(f"{file.relative}\0{content}\n".encode(errors="surrogateescape"))
        return digest.hexdigest()

    def read(self, file: CorpusFile) -> Cleaned:
        """Read and clean one file.

        :raises CorpusError: it cannot be read.
        """
        # Checking whether an index is fresh happens at every start, and needs none of this.
        from povqa.corpus.cleaning import clean
        from povqa.corpus.readers import read_raw

        return clean(read_raw(self.folder / file.relative, self.shown_path(file), file.id))


def _scan(folder: Path) -> Iterator[tuple[str, int, int]]:
    """(relative path, size, mtime in ns) of every file, in no order."""
    waiting = [("", os.fspath(folder))]
    while waiting:
        prefix, path = waiting.pop()
        try:
            entries = os.scandir(path)
        except OSError as error:
            if prefix:  # a locked subfolder does not lock the corpus
                continue
            raise CorpusError(
                f"the corpus folder {folder} cannot be read ({error.strerror}): name another with --corpus",
                f"无法读取文章文件夹 {folder}（{error.strerror}）：请用 --corpus 指定别的文件夹",
            ) from error
        with entries:
            for entry in entries:
                if entry.name.startswith("."):
                    continue
                if entry.is_dir():
                    if not entry.is_symlink():  # a link may lead back up
                        waiting.append((f"{prefix}{entry.name}/", entry.path))
                elif entry.is_file():
                    with suppress(FileNotFoundError):  # removed since it was listed
                        state = entry.stat()
                        yield prefix + entry.name, state.st_size, state.st_mtime_ns


def _unique_ids(relatives: list[str]) -> list[str]:
    """The stems, where they are unique; else the whole relative path with its separators replaced."""
    stems = [_stem(relative.rpartition("/")[2]) for relative in relatives]
    counts = Counter(stems)
    ids = [
        stem if counts[stem] == 1 else re.sub(r"[/\s]", "_", relative)
        for stem, relative in zip(stems, relatives, strict=True)
    ]
    taken: set[str] = set()
    for place, name in enumerate(ids):
        unique, number = name, 2
        while unique in taken:  # a/b.txt beside a_b.txt
            unique, number = f"{name}_{number}", number + 1
        taken.add(unique)
        ids[place] = unique
    return ids


def _stem(name: str) -> str:
    return name.rpartition(".")[0] or name
