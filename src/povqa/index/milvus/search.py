"""Searching an index that is in Milvus. Every hit is looked up in the tables of the generation that is open."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from povqa.errors import BrokenIndexError, StoreError
from povqa.index.milvus.filters import expression
from povqa.index.milvus.server import CHUNKS, MOST, SENTENCES, VECTOR, Server, collection_of
from povqa.index.milvus.terms import TERMS, TermTable
from povqa.index.searching import Allowed, MilvusPlace

if TYPE_CHECKING:
    from povqa.index.manifest import Manifest
    from povqa.index.tables import ChunkTable, SentenceTable

Hits = tuple[NDArray[np.int64], NDArray[np.float32]]
_YOUNG = timedelta(seconds=60)  # a replica is seconds behind, at the most: only after that is it not waited for
_SPARE = 8  # hits fetched beyond k, to see at once whether a tie goes on
_BLOCK = 1_000  # vectors fetched at a time


class MilvusSearch:
    """The collections of one generation; connected to at the first use. Safe to use from several threads.

    :param place: None where no Milvus is set.
    :param lexical: the folder of the table of terms.
    """

    def __init__(
        self, place: MilvusPlace | None, manifest: Manifest, lexical: Path, sentences: SentenceTable,
        chunks: ChunkTable, alive: NDArray[np.bool_],
    ) -> None:  # fmt: skip
        self._place = place
        self._manifest = manifest
        self._folder = lexical
        self._sentences = sentences
        self._chunks = chunks
        self._alive = alive
        self._lock = threading.Lock()
        self._opened: tuple[Server, TermTable] | None = None

    def close(self) -> None:
        """Let go of the connection."""
        with self._lock:
            if self._opened is not None:
                for one in self._opened:
                    one.close()
                self._opened = None

    def open(self) -> tuple[Server, TermTable]:
        """Connect.

        :raises StoreError: the server cannot be used.
        :raises BrokenIndexError: it does not have the index.
        """
        with self._lock:
            if self._opened is None:
                if self._place is None:
                    raise StoreError(
                        "The index is in Milvus: set POVQA_STORE=milvus and POVQA_MILVUS_URI, or run `povqa index "
                        "--rebuild`",
                        "索引在 Milvus 中：请设置 POVQA_STORE=milvus 和 POVQA_MILVUS_URI，"
                        "或运行 `povqa index --rebuild`",
                    )
                server = Server(self._place)
                try:
                    for kind in (SENTENCES, CHUNKS):
                        server.open(collection_of(self._manifest.collection, kind))
                    self._opened = server, TermTable(self._folder / TERMS)
                except BaseException:
                    server.close()
                    raise
            return self._opened

    @property
    def count(self) -> int:
        """How many sentences are searched."""
        return self.open()[1].count

    def document_frequency(self, terms: Sequence[str]) -> NDArray[np.int64]:
        """In how many sentences each token stands, titles and places left aside. Shape (len(terms),)."""
        found = self.open()[1].frequency(0, terms)
        return np.array([found.get(term, 0) for term in terms], dtype=np.int64)

    def search_sentences(self, query_tokens: Sequence[str], k: int, allowed: Allowed | None = None) -> Hits:
        """The `k` sentences that score best, or fewer: a sentence that shares no token is never found.

        :param query_tokens: a token given twice counts twice.
        :return: numbers (m,) and scores (m,), best first, ties by number.
        """
        vector = self.open()[1].question_vector(query_tokens)
        mask = allowed.sentences if allowed else None
        return self._search(SENTENCES, vector, k, self._sentences.article, allowed, mask) if vector else _nothing()

    def search_chunks(self, vector: NDArray[np.float32], k: int, allowed: Allowed | None = None) -> Hits:
        """The `k` chunks nearest to a vector, or as many as there are.

        :param vector: shape (dim,), unit length.
        :return: numbers (m,) and cosines (m,), best first, ties by number.
        """
        mask = allowed.chunks if allowed else None
        return self._search(CHUNKS, vector.tolist(), k, self._chunks.article, allowed, mask)

    def rows(self, numbers: NDArray[np.int64]) -> NDArray[np.float32]:
        """Vectors of chunks that are searched, by number: shape (len(numbers), dim).

        :raises BrokenIndexError: one is not there.
        """
        server, collection = self.open()[0], collection_of(self._manifest.collection, CHUNKS)
        found = np.empty((len(numbers), self._manifest.dim), np.float32)
        for at in range(0, len(numbers), _BLOCK):
            some = numbers[at : at + _BLOCK].tolist()
            rows = server.call(
                "query", collection, filter=f"number in {some}", output_fields=["number", VECTOR[CHUNKS]],
                consistency_level="Strong",
            )  # fmt: skip
            by_number = {row["number"]: row[VECTOR[CHUNKS]] for row in rows}
            if missing := [number for number in some if number not in by_number]:
                raise self._incomplete(collection, len(missing))
            found[at : at + len(some)] = [by_number[number] for number in some]
        return found

    def check(self) -> None:
        """Compare what is on the server with the tables.

        :raises BrokenIndexError: it is less, or more.
        """
        server = self.open()[0]
        manifest = self._manifest
        for kind, expected, rows in (
            (SENTENCES, manifest.sentences, len(self._sentences.article)),
            (CHUNKS, manifest.chunks, len(self._chunks.article)),
        ):
            collection = collection_of(manifest.collection, kind)
            there = server.rows(collection, f"number < {rows}")
            if there != expected:
                raise self._incomplete(collection, expected - there)

    def _search(
        self, kind: str, vector: Any, k: int, article: NDArray[np.int32], allowed: Allowed | None,
        mask: NDArray[np.bool_] | None,
    ) -> Hits:  # fmt: skip
        if k < 1 or not len(article) or (mask is not None and not mask.any()):
            return _nothing()
        ask = self._asker(kind, vector, expression(len(article), allowed))
        want = min(k + _SPARE, MOST)
        while True:
            ids, scores = ask(want)
            exhausted = len(ids) < want or want >= MOST
            last = scores[-1] if len(scores) else 0.0
            kept = self._alive[article[ids]]
            if mask is not None:
                kept &= mask[ids]
            ids, scores = ids[kept], scores[kept]
            # A tie with the last one fetched may go on among those not fetched.
            if exhausted or (len(ids) >= k and scores[k - 1] > last):
                order = np.lexsort((ids, -scores))[:k]
                return ids[order], scores[order]
            want = min(want * 4, MOST)

    def _asker(self, kind: str, vector: Any, where: str) -> Callable[[int], Hits]:
        server, collection = self.open()[0], collection_of(self._manifest.collection, kind)
        young = datetime.now(UTC) - self._manifest.created < _YOUNG

        def ask(limit: int) -> Hits:
            (hits,) = server.call(
                "search", collection, data=[vector], anns_field=VECTOR[kind], filter=where, limit=limit,
                search_params={"metric_type": "IP", "params": {"ef": max(limit, 256)} if kind == CHUNKS else {}},
                consistency_level="Strong" if young else "Bounded",
            )  # fmt: skip
            numbers = np.array([hit["number"] for hit in hits], np.int64)
            return numbers, np.array([hit["distance"] for hit in hits], np.float32)

        return ask

    def _incomplete(self, collection: str, missing: int) -> BrokenIndexError:
        uri = self._place.uri if self._place else ""
        en = f"lacks {missing} rows" if missing > 0 else f"has {-missing} rows too many"
        zh = f"缺少 {missing} 行" if missing > 0 else f"多出 {-missing} 行"
        return BrokenIndexError(
            f"The collection {collection} on Milvus at {uri} {en}: run `povqa index --rebuild`",
            f"{uri} 上的集合 {collection} {zh}：请运行 `povqa index --rebuild`",
        )


def _nothing() -> Hits:
    return np.empty(0, np.int64), np.empty(0, np.float32)
