"""An opened index: one generation, which never changes while it is open."""

from __future__ import annotations

import os
import weakref
from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from povqa.errors import BrokenIndexError
from povqa.index.checksums import Checksums
from povqa.index.contents import Contents
from povqa.index.dense import DenseIndex
from povqa.index.generations import hold_current, let_go
from povqa.index.layout import ALIVE, ARTICLES, CHUNKS, DENSE, LEXICAL, SENTENCES, VOCABULARY
from povqa.index.lexical import LexicalIndex
from povqa.index.manifest import Manifest, Parameters, check_files, read_manifest
from povqa.index.searching import LOCAL, LOCAL_STORE, MILVUS, Allowed, Lexical, Restriction, Store, Vectors
from povqa.index.vocabulary import Vocabulary

if TYPE_CHECKING:
    from povqa.encoder.runtime import Encoder
    from povqa.index.milvus.search import MilvusSearch


class Index(Contents):
    """A snapshot of the index: later builds do not touch it. Safe to use from several threads."""

    def __init__(self, generation: Path, held: int, store: Store = LOCAL_STORE) -> None:
        """:raises FileNotFoundError: the generation, or a file of it, is not there."""
        self.manifest: Manifest = read_manifest(generation)
        self.generation = generation
        check_files(generation, self.manifest, contents=False)
        self.checksums = Checksums.open(generation, self.manifest.files)
        self.checksums.check(SENTENCES, CHUNKS, ALIVE, ARTICLES)
        super().__init__(generation)
        self.milvus: MilvusSearch | None = None
        if self.manifest.store == MILVUS:
            from povqa.index.milvus.search import MilvusSearch

            self.milvus = MilvusSearch(
                store.milvus, self.manifest, generation / LEXICAL, self.sentences, self.chunks, self.alive
            )
        # What is opened later is closed with it: SQLite's connections are cycles and may wait long for the collector.
        self._closing: list[Callable[[], None]] = [self._articles.close]
        self._release = weakref.finalize(self, _release, self._closing, self.milvus, generation, held)

    @classmethod
    def open(cls, folder: Path, store: Store = LOCAL_STORE) -> Index:
        """Open the generation that serves. Its files are checked as `Checksums` does; every byte is read by `verify`.

        :param folder: what `build_index` was given.
        :param store: says where Milvus is, for an index that is there; it is connected to at the first search.
        :raises BrokenIndexError: there is no index, or it is foreign, incomplete or damaged.
        """
        generation, held = hold_current(folder)
        try:
            return cls(generation, held, store)
        except FileNotFoundError as error:
            os.close(held)
            raise BrokenIndexError(
                f"The index in {folder} is not complete ({error.filename} is missing): run `povqa index`.",
                f"{folder} 中的索引不完整(缺少 {error.filename}):请运行 `povqa index`。",
            ) from error
        except OSError as error:
            os.close(held)
            raise BrokenIndexError(
                f"The index in {folder} cannot be read ({error}): check its permissions, or run `povqa index`.",
                f"无法读取 {folder} 中的索引({error}):请检查权限,或运行 `povqa index`。",
            ) from error
        except BrokenIndexError:
            os.close(held)
            raise

    def close(self) -> None:
        """Let go of the generation; nothing can be read afterwards."""
        self._release()

    def __enter__(self) -> Index:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @cached_property
    def lexical(self) -> Lexical:
        """The lexical index over the sentences."""
        return self.milvus or self.local_lexical

    @cached_property
    def local_lexical(self) -> LexicalIndex:
        """The lexical index of an index that is in files."""
        self.checksums.check(LEXICAL)
        return LexicalIndex.open(self.generation / LEXICAL)

    @cached_property
    def dense(self) -> Vectors:
        """The dense index over the chunks."""
        return self.milvus or self.local_dense

    @cached_property
    def local_dense(self) -> DenseIndex:
        """The dense index of an index that is in files; the first use imports FAISS."""
        self.checksums.check(DENSE)
        dead = None if self.alive.all() else ~self.alive[self.chunks.article]
        return DenseIndex.open(self.generation / DENSE, dead)

    @cached_property
    def vocabulary(self) -> Vocabulary:
        """The words of the corpus."""
        self.checksums.check(VOCABULARY)
        vocabulary = Vocabulary(self.generation / VOCABULARY)
        self._closing.append(vocabulary.close)
        return vocabulary

    def allowed(
        self,
        *,
        articles: Iterable[str] | None = None,
        places: Iterable[str] | None = None,
        since: str | None = None,
        until: str | None = None,
        sources: Iterable[str] | None = None,
        authors: Iterable[str] | None = None,
    ) -> Allowed | None:
        """What may be found under all the given restrictions, or None where there is none.

        Where an article that fits stands aside for another, that other is searched.

        :param articles: ids.
        :param places: names; an article about any of them, or about a place within it, is meant.
        :param since: YYYY, YYYY-MM or YYYY-MM-DD, included, as `until` is; an article without a date is left out.
        :raises CorpusError: an id is not in the index.
        """
        restrictions: list[Iterable[int]] = []
        if articles is not None:
            restrictions.append([self.ordinal(article_id) for article_id in articles])
        if places is not None:
            restrictions.append(self._articles.at_places(places))
        if since is not None or until is not None:
            restrictions.append(self._articles.published_within(since, until))
        if sources is not None:
            restrictions.append(self._articles.named("source", sources))
        if authors is not None:
            restrictions.append(self._articles.named("author", authors))
        if not restrictions:
            return None
        mask = np.zeros(self.manifest.ordinals, dtype=np.bool_)
        fitting = set.intersection(*map(set, restrictions))
        stand_ins = [self._articles.standing_for(ordinal) for ordinal in fitting if not self.alive[ordinal]]
        mask[[ordinal for ordinal in fitting if self.alive[ordinal]]] = True
        mask[stand_ins] = True
        others = tuple(sorted(set(stand_ins)))
        asked = Restriction(_given(places), since, until, _given(sources), _given(authors), others)
        return Allowed(mask, mask[self.sentences.article], mask[self.chunks.article], asked)

    def search_sentences(
        self, query_tokens: Sequence[str], k: int, allowed: Allowed | None = None
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """The `k` sentences that score best: numbers and scores, best first."""
        if self.milvus is not None:
            return self.milvus.search_sentences(query_tokens, k, allowed)
        return self.local_lexical.search(query_tokens, k, allowed.sentences if allowed else None)

    def search_chunks(
        self, vector: NDArray[np.float32], k: int, allowed: Allowed | None = None
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """The `k` chunks nearest to a vector of unit length: numbers and cosines, best first."""
        if self.milvus is not None:
            return self.milvus.search_chunks(vector, k, allowed)
        return self.local_dense.search(vector, k, allowed.chunks if allowed else None)

    def warm(self) -> list[Callable[[], object]]:
        """What takes time at the first search, to be done before it, side by side."""
        local: list[Callable[[], object]] = [lambda: self.local_dense, lambda: self.local_lexical]
        return [lambda: self.vocabulary, *([self.milvus.open] if self.milvus else local)]

    def stale(
        self, fingerprint: str, encoder_fingerprint: str, parameters: Parameters, store: str = LOCAL
    ) -> list[str]:
        """Why the index is not that of the corpus and settings at hand: "corpus", "encoder", "parameters", "store"."""
        there = {
            "corpus": self.manifest.fingerprint == fingerprint,
            "encoder": self.manifest.encoder_fingerprint == encoder_fingerprint,
            "parameters": self.manifest.parameters == parameters,
            "store": self.manifest.store == store,
        }
        return [reason for reason, same in there.items() if not same]

    def verify(self, encoder: Encoder | None = None, progress: Callable[[int, int], None] | None = None) -> None:
        """Read every byte and compare it with what was written, and the parts of the index with each other.

        :param encoder: the one that the index was built with, to compare the vectors with the sentences too.
        :raises BrokenIndexError: something is not as it was written, or does not fit together.
        """
        from povqa.index.check import check

        check_files(self.generation, self.manifest, contents=True)
        self._articles.check()
        check(self, encoder, progress)


def _given(names: Iterable[str] | None) -> tuple[str, ...] | None:
    return None if names is None else tuple(names)


def _release(closing: list[Callable[[], None]], milvus: MilvusSearch | None, generation: Path, held: int) -> None:
    for close in closing:
        close()
    if milvus is not None:
        milvus.close()
    let_go(generation, held)
