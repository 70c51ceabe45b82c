"""The folder of articles: which files it holds, what is in them, and whether it has changed."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

from povqa.corpus.companions import is_companion, pages_among
from povqa.errors import CorpusError, PovqaError

if TYPE_CHECKING:
    from povqa.corpus.cleaning import Cleaned

Progress = Callable[[int, int], None]  # files done, files in all
SUFFIXES = (".txt", ".md", ".html", ".htm", ".pdf", ".docx", ".json")  # of files that may hold an article


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
    :param ids: those that files have already, by relative path; see `keep_ids`.
    :ivar companions: the folders that browsers saved beside a page, by relative path: they are passed over.
    :raises CorpusError: the folder is missing, cannot be read, or holds no file.
    """

    def __init__(self, folder: Path, *, empty: bool = False, ids: Mapping[str, str] | None = None) -> None:
        self.folder = folder
        self.skipped: list[tuple[str, PovqaError]] = []
        self.companions: list[str] = []
        self._ids = dict(ids or {})
        self._found = sorted(_scan(folder, self.companions))
        self.companions.sort()
        if not self._found and not empty:
            raise CorpusError(
                f"no articles in {folder}: put .txt files there, or name another folder with --corpus",
                f"{folder} 里没有文章：请放入 .txt 文件，或用 --corpus 指定别的文件夹",
            )

    @cached_property
    def files(self) -> tuple[CorpusFile, ...]:
        """The files, by relative path."""
        ids = _ids([relative for relative, _, _ in self._found], self._ids)
        return tuple(CorpusFile(ids[relative], relative, size, mtime) for relative, size, mtime in self._found)

    def keep_ids(self, ids: Mapping[str, str]) -> None:
        """Let files have the ids that they had, whatever has come since: a citation names an article by its id.

        :param ids: by relative path.
        """
        self._ids = dict(ids)
        self.__dict__.pop("files", None)

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
        for relative, size, mtime in self._found:
            digest.update(f"{relative}\0{size}\0{mtime}\n".encode(errors="surrogateescape"))
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


def _scan(folder: Path, companions: list[str]) -> Iterator[tuple[str, int, int]]:
    """(relative path, size, mtime in ns) of every file, in no order.

    :param companions: takes the relative paths of the folders that are passed over as belonging to a page.
    """
    waiting = [("", os.fspath(folder))]
    while waiting:
        prefix, path = waiting.pop()
        try:
            listing = os.scandir(path)
        except OSError as error:
            if prefix:  # a locked subfolder does not lock the corpus
                continue
            raise CorpusError(
                f"the corpus folder {folder} cannot be read ({error.strerror}): name another with --corpus",
                f"无法读取文章文件夹 {folder}（{error.strerror}）：请用 --corpus 指定别的文件夹",
            ) from error
        with listing:
            entries = [entry for entry in listing if not entry.name.startswith(".")]
        pages: frozenset[str] | None = None
        for entry in entries:
            if entry.is_dir():
                if entry.is_symlink():  # a link may lead back up
                    continue
                if pages is None:
                    pages = pages_among(other.name for other in entries)
                if is_companion(entry.path, pages):
                    companions.append(f"{prefix}{entry.name}")
                else:
                    waiting.append((f"{prefix}{entry.name}/", entry.path))
            elif entry.is_file():
                with suppress(FileNotFoundError):  # removed since it was listed
                    state = entry.stat()
                    yield prefix + entry.name, state.st_size, state.st_mtime_ns


def _ids(relatives: Iterable[str], known: Mapping[str, str]) -> dict[str, str]:
    """The ids of files by their relative paths: those that they have already, and for the others what is free.

    That is the stem, or else the path with its separators replaced. Where several want the same, the file that can be
    read and lies nearest the top has it.
    """
    ids: dict[str, str] = {}
    taken: set[str] = set()
    new = []
    for relative in relatives:
        id = known.get(relative, "")
        if id and id not in taken:
            ids[relative] = id
            taken.add(id)
        else:
            new.append(relative)
    for relative in sorted(new, key=_rank):
        id = next(wanted for wanted in _wanted(relative) if wanted not in taken)
        ids[relative] = id
        taken.add(id)
    return ids


def _rank(relative: str) -> tuple[bool, int, str]:
    return not relative.lower().endswith(SUFFIXES), relative.count("/"), relative


def _wanted(relative: str) -> Iterator[str]:
    name = relative.rpartition("/")[2]
    yield name.rpartition(".")[0] or name
    path = re.sub(r"[/\s]", "_", relative)
    yield path
    yield from (f"{path}_{number}" for number in count(2))  # a/b.txt beside a_b.txt
