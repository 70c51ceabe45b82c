"""What the index knows of each file of the corpus: enough to tell whether it has changed without reading it."""

from __future__ import annotations

import hashlib
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from povqa.corpus.catalogue import Catalogue
from povqa.errors import BrokenIndexError, CorpusError
from povqa.index.checksums import is_sound
from povqa.index.database import sealed
from povqa.index.generations import hold_current, let_go
from povqa.index.layout import FILES

SCHEMA = """
CREATE TABLE files (relative TEXT PRIMARY KEY, size INTEGER NOT NULL, mtime_ns INTEGER NOT NULL, sha256 TEXT NOT NULL,
                    id TEXT NOT NULL, shown TEXT NOT NULL, added TEXT NOT NULL, en TEXT, zh TEXT) WITHOUT ROWID
"""


@dataclass(frozen=True, slots=True)
class FileRecord:
    """A file as it was when it was last looked into."""

    relative: str
    size: int
    mtime_ns: int
    sha256: str  # "" where it could not be read
    id: str
    shown: str  # its path as people are shown it
    added: str  # ISO 8601
    en: str | None = None  # why it was passed over, where it was
    zh: str | None = None

    @property
    def skipped(self) -> bool:
        """Whether it gave no article."""
        return self.en is not None

    def reason(self) -> CorpusError:
        """Why it was passed over."""
        return CorpusError(self.en or "", self.zh)


def read_files(path: Path) -> dict[str, FileRecord]:
    """The records, by relative path.

    :raises BrokenIndexError: they cannot be read.
    """
    try:
        with closing(sealed(path)) as db:
            return {row[0]: FileRecord(*row) for row in db.execute("SELECT * FROM files ORDER BY relative")}
    except sqlite3.Error as error:
        raise BrokenIndexError(
            f"The records in {path} cannot be read ({error}): run `povqa index --rebuild`.",
            f"无法读取 {path} 中的记录({error}):请运行 `povqa index --rebuild`。",
        ) from error


def known_ids(folder: Path) -> dict[str, str]:
    """The ids that the files of a corpus have in its index, by relative path: none where there is no index.

    They are read from an index of another version of povqa, too, and from one that is damaged elsewhere; not where
    they are damaged themselves.
    """
    try:
        generation, held = hold_current(folder)
    except (BrokenIndexError, OSError):
        return {}
    try:
        if not is_sound(generation, FILES):
            return {}
        with closing(sealed(generation / FILES)) as db:
            return dict(db.execute("SELECT relative, id FROM files").fetchall())
    except (sqlite3.Error, OSError):
        return {}
    finally:
        let_go(generation, held)


def catalogue_of(corpus: Path, index: Path, *, empty: bool = False) -> Catalogue:
    """The files of a corpus, under the ids that they have in its index.

    :param empty: whether the folder may be empty.
    :raises CorpusError: the folder is missing, cannot be read, or holds no file.
    """
    return Catalogue(corpus, empty=empty, ids=known_ids(index))


def write_files(db: sqlite3.Connection, removed: list[str], written: list[FileRecord]) -> None:
    """Delete the records of these relative paths, and add or replace those."""
    db.executemany("DELETE FROM files WHERE relative = ?", [(relative,) for relative in removed])
    rows = [tuple(getattr(record, name) for name in FileRecord.__slots__) for record in written]
    db.executemany(f"INSERT OR REPLACE INTO files VALUES (?{', ?' * (len(FileRecord.__slots__) - 1)})", rows)


def corpus_hash(records: dict[str, FileRecord]) -> str:
    """A mark of what the files hold, without reading them: as `Catalogue.corpus_hash` takes it."""
    digest = hashlib.sha256()
    for relative in sorted(records):
        digest.update(f"{relative}\0{records[relative].sha256 or 'unreadable'}\n".encode())
    return digest.hexdigest()
