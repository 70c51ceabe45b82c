"""SQLite files of a generation: while it is written no other process sees them, and afterwards none changes them."""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path


def sealed(path: Path) -> sqlite3.Connection:
    """A database of a generation that serves, to read from several threads.

    :raises sqlite3.Error: there is none.
    """
    # `immutable`: a generation never changes, and a read-only disk takes no lock.
    uri = f"{path.absolute().as_uri()}?mode=ro&immutable=1"
    return sqlite3.connect(uri, uri=True, check_same_thread=False)


@contextlib.contextmanager
def private(path: Path, schema: str) -> Iterator[sqlite3.Connection]:
    """A database to write, made with `schema` where it is not there yet; committed when the block ends well.

    What is deleted is overwritten. The writer of the generation sees to it that all is on the disk.

    :raises OSError: the disk is full or cannot be written.
    """
    new = not path.exists()
    with os_errors(path):
        db = sqlite3.connect(path, isolation_level=None)
        try:
            for pragma in ("secure_delete = ON", "journal_mode = OFF", "synchronous = OFF", "cache_size = -65536"):
                db.execute(f"PRAGMA {pragma}").close()
            db.execute("BEGIN")
            for statement in schema.split(";") if new else ():
                db.execute(statement)
            yield db
            db.execute("COMMIT")
        finally:
            db.close()


@contextlib.contextmanager
def os_errors(path: Path) -> Iterator[None]:
    """SQLite's errors of a disk that takes no more, as the operating system's."""
    try:
        yield
    except (sqlite3.OperationalError, sqlite3.DatabaseError) as error:
        if isinstance(error, (sqlite3.ProgrammingError, sqlite3.IntegrityError)):
            raise
        raise OSError(f"{path}: {error}") from error


def link(source: Path, target: Path) -> None:
    """The same file under a second name; a copy where the file system has no hard links."""
    try:
        os.link(source, target)
    except OSError:
        copy(source, target)


def copy(source: Path, target: Path) -> None:
    """A copy, shared until it is written to where the file system can do that."""
    try:
        with source.open("rb") as from_file, target.open("xb") as to_file:
            left = os.fstat(from_file.fileno()).st_size
            while left:
                done = os.copy_file_range(from_file.fileno(), to_file.fileno(), left)
                if not done:
                    break
                left -= done
        if not left:
            return
    except (OSError, AttributeError):  # not on this system, or not between these two
        pass
    shutil.copyfile(source, target)
