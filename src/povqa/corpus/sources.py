"""What may be added to a corpus: files, folders, patterns, records of a table, pages of the web, bytes at hand."""

from __future__ import annotations

import glob
import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from povqa.corpus.companions import CompanionError, belongs_to_page, is_companion, pages_among
from povqa.corpus.filenames import safe_name
from povqa.errors import CorpusError, PovqaError

_DEEPEST = 8
_URL = re.compile("https?://", re.IGNORECASE)


class SourceError(CorpusError):
    """What was named does not exist, or cannot be reached."""


class OtherKindError(CorpusError):
    """A file in a folder is of a kind that holds no article: a picture, a script."""

    def __init__(self, shown: str, kind: str) -> None:
        super().__init__(
            f"{shown}: skipped, files of this kind ({kind}) are no articles; see docs/corpus.md for those that are",
            f"{shown}：已跳过，这种文件（{kind}）不是文章；支持的种类见 docs/corpus.md",
        )
        self.kind = kind


@dataclass(frozen=True, slots=True)
class Loaded:
    """The bytes of one article.

    :ivar name: what its file wants to be called: a relative path, which may come from a stranger.
    :ivar known_as: where it stands if it came with a folder before, the likeliest first.
    """

    name: str
    data: bytes
    known_as: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Offer:
    """One article that is offered to the corpus.

    :ivar source: as people are shown it.
    :ivar load: reads it; raises `PovqaError` where it cannot.
    :ivar inside: its path within the corpus folder, where it stands there already.
    """

    source: str
    load: Callable[[], Loaded]
    inside: str | None = None


def offer_bytes(data: bytes, name: str, source: str | None = None) -> Offer:
    """Offer bytes at hand under a name that may be anything."""
    return Offer(source or name, lambda: Loaded(name, data))


def is_url(text: str) -> bool:
    """Whether an argument is the address of a web page."""
    return _URL.match(text) is not None


@dataclass(frozen=True, slots=True)
class Sources:
    """Finds what the arguments of `povqa add` name.

    :ivar corpus: the corpus folder; what lies in it is not copied.
    :ivar passed_over: folders that are not looked into: the index.
    :ivar fields: which field of a record holds the title, the text…: `{"title": "标题"}`.
    :ivar name: the name to add under, where just one article is named.
    :ivar stdin: what `-` stands for.
    :ivar allow: (IP address, port) of no public site that may be fetched from all the same.
    """

    corpus: Path
    passed_over: tuple[Path, ...] = ()
    fields: Mapping[str, str] | None = None
    name: str | None = None
    stdin: bytes = b""
    allow: Callable[[str, int], bool] | None = None

    def offers(self, words: Sequence[str]) -> Iterator[Offer]:
        """The articles that are named, in order; what names nothing is an offer whose loading says so."""
        for word in words:
            if is_url(word):
                yield Offer(word, lambda url=word: self._fetch(url))  # type: ignore[misc]
                continue
            if word == "-":
                yield offer_bytes(self.stdin, self.name or "", word)
                continue
            path = Path(word).expanduser()
            if word and path.is_dir():
                yield from self._folder(path)
            elif word and os.path.lexists(path):
                yield from self._file(path, path.name, word)
            else:
                yield from self._pattern(word)

    def _pattern(self, word: str) -> Iterator[Offer]:
        found = sorted(glob.glob(os.path.expanduser(word), recursive=True)) if glob.has_magic(word) else []
        if not found:
            yield Offer(word, _failing(_missing(word)))
        named = Path(word).parts
        companion, told = cache(belongs_to_page), set()
        for place in found:
            path = Path(place)
            holding = [one for one in (path, *path.parents) if one.name not in named and companion(one)]
            if holding:
                if holding[-1] not in told:
                    yield Offer(str(holding[-1]), _failing(CompanionError(str(holding[-1]))))
                told.add(holding[-1])
            elif path.is_dir():
                if "**" not in word:  # which has been through it already
                    yield from self._folder(path)
            else:
                yield from self._file(path, path.name, place)

    def _folder(self, folder: Path) -> Iterator[Offer]:
        """The files of a folder and its subfolders that may be articles; each keeps its path from the folder on."""
        base = folder.resolve()
        for place, names, files in os.walk(base):
            here = Path(place)
            pages = pages_among(files)
            names[:] = sorted(name for name in names if self._enters(here / name))
            for name in [name for name in names if is_companion(os.fspath(here / name), pages)]:
                names.remove(name)
                shown = f"{str(folder).rstrip('/')}/{(here / name).relative_to(base).as_posix()}"
                yield Offer(shown, _failing(CompanionError(shown)))
            for name in sorted(files):
                if name.startswith((".", "~$")):  # hidden, or Word's mark that a document is open
                    continue
                path = here / name
                inner = path.relative_to(base).as_posix()
                shown = f"{str(folder).rstrip('/')}/{inner}"
                if path.is_symlink():  # in an archive from a stranger it may lead to anything
                    yield Offer(shown, _failing(_link(shown)))
                elif self._is_known(path):
                    yield from self._file(path, f"{base.name}/{inner}", shown)
                else:
                    yield Offer(shown, _failing(OtherKindError(shown, path.suffix.lower() or path.name)))

    def _is_known(self, path: Path) -> bool:
        from povqa.corpus.readers import READERS
        from povqa.corpus.records import RECORD_SUFFIXES

        return path.suffix.lower() in READERS or path.suffix.lower() in RECORD_SUFFIXES

    def _enters(self, folder: Path) -> bool:
        return not (folder.name.startswith(".") or folder.is_symlink() or folder.resolve() in self.passed_over)

    def _file(self, path: Path, name: str, shown: str) -> Iterator[Offer]:
        from povqa.corpus.records import RECORD_SUFFIXES

        inside = self._inside(path)
        if inside is None and path.suffix.lower() in RECORD_SUFFIXES:
            yield from self._records(path, name, shown)
        else:
            yield Offer(shown, lambda: Loaded(self.name or name, _read(path, shown), _trail(path, name)), inside)

    def _inside(self, path: Path) -> str | None:
        real = path.resolve()
        return real.relative_to(self.corpus).as_posix() if real.is_relative_to(self.corpus) else None

    def _records(self, path: Path, name: str, shown: str) -> Iterator[Offer]:
        from povqa.corpus.records import read_records, record_bytes

        folder = (self.name or name).rpartition(".")[0] or name
        wrong: list[PovqaError] = []
        number = 0
        try:
            for record in read_records(path, self.fields, report=wrong.append):
                yield from (Offer(shown, _failing(error)) for error in wrong)
                wrong.clear()
                number += 1
                yield offer_bytes(record_bytes(record), f"{folder}/{safe_name(record.name)}.json", f"{shown} #{number}")
        except PovqaError as error:
            wrong.append(error)
        yield from (Offer(shown, _failing(error)) for error in wrong)

    def _fetch(self, url: str) -> Loaded:
        from povqa.corpus.fetch import fetch

        try:
            page = fetch(url, allow=self.allow)
        except PovqaError as error:
            raise SourceError(error.en, error.zh) from error
        return Loaded(self.name or page.name, page.saved)


def _trail(path: Path, name: str) -> tuple[str, ...]:
    """The ends of a file's path that are longer than the name it wants: briefings/2017/a.txt, 2017/a.txt for a.txt."""
    parts = path.absolute().parts[1:]
    own = name.count("/") + 1
    return tuple("/".join(parts[-count:]) for count in range(min(len(parts), _DEEPEST), own, -1))


def _failing(error: PovqaError) -> Callable[[], Loaded]:
    def load() -> Loaded:
        raise error

    return load


def _read(path: Path, shown: str) -> bytes:
    from povqa.corpus.readers.files import read_bytes, skipped

    if not path.is_file():  # reading a pipe or a device might never end
        raise skipped(shown, "it is no file; name a file or a folder", "不是文件；请给出文件或文件夹")
    return read_bytes(path, shown)


def _missing(word: str) -> SourceError:
    if glob.has_magic(word):
        return SourceError(
            f"{word}: no file has such a name; see `povqa add --help`",
            f"{word}：没有匹配的文件；用法见 `povqa add --help`",
        )
    return SourceError(
        f"{word}: there is no such file or folder; check the name", f"{word}：没有这个文件或文件夹；请检查名称"
    )


def _link(shown: str) -> CorpusError:
    from povqa.corpus.readers.files import skipped

    return skipped(
        shown,
        "it is a symbolic link; to add what it leads to, name it on the command line",
        "这是符号链接；要添加它指向的文件，请在命令行直接给出",
    )
