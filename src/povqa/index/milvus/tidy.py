"""What is on the server and no generation has: rows of articles that have left, and what a stopped writer left.

    vectors/milvus.json     the collections that were made for this folder, and the folder's own number

A copy of the folder has another number: it can be read from, but what is written goes into collections of its own.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from povqa.errors import BrokenIndexError
from povqa.index.manifest import MANIFEST, Manifest, read_manifest
from povqa.index.milvus.server import CHUNKS, SENTENCES, Server, collection_of
from povqa.index.searching import MILVUS, MilvusPlace

if TYPE_CHECKING:
    from numpy.typing import NDArray

LEDGER = "milvus.json"
_RANGES = 200  # in one call


class Ledger:
    """The collections that were made for an index folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._path = folder / LEDGER
        self.collections: dict[str, str] = {}  # name → the server's address
        try:
            found = json.loads(self._path.read_bytes())
            if found["folder"] == folder.stat().st_ino:
                self.collections = {str(name): str(uri) for name, uri in found["collections"].items()}
        except FileNotFoundError:
            pass
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            # Not ours, or damaged: nothing is known to be ours, so nothing of it is deleted.
            self.collections = {}

    def owns(self, name: str) -> bool:
        """Whether a collection was made for this folder."""
        return name in self.collections

    def enter(self, name: str, uri: str) -> None:
        """A collection is about to be made."""
        self.collections[name] = uri
        self._write()

    def strike(self, name: str) -> None:
        """A collection has been dropped."""
        del self.collections[name]
        self._write()

    def _write(self) -> None:
        aside = self._path.with_suffix(".new")
        with aside.open("w", encoding="utf-8") as file:
            json.dump({"folder": self._folder.stat().st_ino, "collections": self.collections}, file, indent=1)
            file.flush()
            os.fsync(file.fileno())
        aside.replace(self._path)


def tidy(place: MilvusPlace, folder: Path) -> None:
    """Drop collections that no generation names, and delete rows that the generation that serves does not know.

    Only while no one else is writing.

    :raises StoreError: the server cannot be used.
    """
    ledger = Ledger(folder)
    if not ledger.collections:
        return
    server = Server(place)
    try:
        named = {manifest.collection for manifest in _generations(folder)}
        for name, uri in list(ledger.collections.items()):
            if name not in named and uri == place.uri:
                for kind in (SENTENCES, CHUNKS):
                    if server.call("has_collection", collection_of(name, kind)):
                        server.call("drop_collection", collection_of(name, kind))
                ledger.strike(name)
        _delete_rows(server, folder, ledger)
    finally:
        server.close()


def _delete_rows(server: Server, folder: Path, ledger: Ledger) -> None:
    from povqa.index.store import Index

    try:
        index = Index.open(folder)
    except BrokenIndexError:  # there is none yet, or it is about to be replaced
        return
    with index:
        manifest = index.manifest
        if manifest.store != MILVUS or not ledger.owns(manifest.collection):
            return
        for kind, article in ((SENTENCES, index.sentences.article), (CHUNKS, index.chunks.article)):
            collection = collection_of(manifest.collection, kind)
            living = index.alive[article]
            if not server.call("has_collection", collection):
                continue
            server.call("load_collection", collection)
            if server.rows(collection) != int(living.sum()):
                for where in _unknown(living):
                    server.call("delete", collection, filter=where)


def _unknown(living: NDArray[np.bool_]) -> Iterator[str]:
    """The numbers that no reader should find, as conditions."""
    yield f"number >= {len(living)}"
    edges = np.flatnonzero(np.diff(np.concatenate([[False], ~living, [False]]).astype(np.int8)))
    ranges = edges.reshape(-1, 2).tolist()
    for at in range(0, len(ranges), _RANGES):
        yield " or ".join(f"(number >= {a} and number < {b})" for a, b in ranges[at : at + _RANGES])


def _generations(folder: Path) -> Iterator[Manifest]:
    for path in folder.glob(f"generation-*/{MANIFEST}"):
        try:
            yield read_manifest(path.parent)
        except (BrokenIndexError, FileNotFoundError):  # of another version, or gone just now
            continue
