"""An opened index: one generation, which never changes while it is open."""

from __future__ import annotations

import os
import weakref
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import TracebackType

import numpy as np
from numpy.typing import NDArray

from povqa.errors import BrokenIndexError
from povqa.index.articles import ArticleTable
from povqa.index.dense import DenseIndex
from povqa.index.generations import hold_current
from povqa.index.lexical import LexicalIndex
from povqa.index.manifest import Manifest, Parameters, check_files, read_manifest
from povqa.index.tables import ChunkTable, SentenceTable, load_chunks, load_sentences
from povqa.index.vocabulary import Vocabulary
from povqa.types import Article, Chunk, Sentence

ARTICLES, SENTENCES, CHUNKS = "articles.sqlite", "sentences.npy", "chunks.npy"
VECTORS, LEXICAL, VOCABULARY = "vectors.faiss", "lexical", "vocabulary.sqlite"


@dataclass(frozen=True, slots=True)
class Allowed:
    """What a search may find, where it is restricted: a mask over the sentences and the same over the chunks."""

    sentences: NDArray[np.bool_]
    chunks: NDArray[np.bool_]


class Index:
    """A snapshot of the index: later builds do not touch it. Safe to use from several threads."""

    def __init__(self, generation: Path, held: int) -> None:
        """:raises FileNotFoundError: the generation, or a file of it, is not there."""
        self.manifest: Manifest = read_manifest(generation)
        self._generation = generation
        check_files(generation, self.manifest, contents=False)
        self.sentences: SentenceTable = load_sentences(generation / SENTENCES)
        self.chunks: ChunkTable = load_chunks(generation / CHUNKS)
        self._articles = ArticleTable(generation / ARTICLES)
        self._release = weakref.finalize(self, _release, self._articles, held)

    @classmethod
    def open(cls, folder: Path) -> Index:
        """Open the generation that serves. Its size is checked, its contents are not: that is `verify`.

        :param folder: what `build_index` was given.
        :raises BrokenIndexError: there is no index, or it is foreign, incomplete or damaged.
        """
        generation, held = hold_current(folder)
        try:
            return cls(generation, held)
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
        if "vocabulary" in self.__dict__:
            self.vocabulary.close()
        self._release()

    def __enter__(self) -> Index:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @cached_property
    def lexical(self) -> LexicalIndex:
        """The lexical index over the sentences."""
        return LexicalIndex.open(self._generation / LEXICAL)

    @cached_property
    def dense(self) -> DenseIndex:
        """The dense index over the chunks; the first use imports FAISS."""
        return DenseIndex.open(self._generation / VECTORS)

    @cached_property
    def vocabulary(self) -> Vocabulary:
        """The words of the corpus."""
        return Vocabulary(self._generation / VOCABULARY)

    @cached_property
    def article_ids(self) -> tuple[str, ...]:
        """The ids of the articles, by ordinal."""
        return self._articles.ids()

    def ordinal(self, article_id: str) -> int:
        """The ordinal of an article.

        :raises CorpusError: there is none of that id.
        """
        return self._articles.ordinal(article_id)

    def article(self, key: int | str) -> Article:
        """An article by ordinal or id, without reading the others.

        :raises CorpusError: there is none of that id.
        """
        return self._articles.read(int(self.ordinal(key) if isinstance(key, str) else key))

    def sentence(self, number: int) -> Sentence:
        """Sentence `number` of the index."""
        table = self.sentences
        article = self.article(int(table.article[number]))
        return Sentence(article.id, int(table.start[number]), int(table.end[number]))

    def sentence_text(self, number: int) -> str:
        """The text of sentence `number`, as it stands in its article."""
        table = self.sentences
        return self.article(int(table.article[number])).text[int(table.start[number]) : int(table.end[number])]

    def chunk(self, number: int) -> Chunk:
        """Chunk `number` of the index."""
        table = self.chunks
        article = self.article(int(table.article[number]))
        return Chunk(article.id, int(table.start[number]), int(table.end[number]))

    def chunk_of(self, number: int) -> int:
        """The chunk that holds sentence `number`."""
        return int(np.searchsorted(self.chunks.first, number, side="right")) - 1

    def sentences_of(self, ordinal: int) -> range:
        """The sentences of an article, in the order of its text."""
        first, stop = np.searchsorted(self.sentences.article, [ordinal, ordinal + 1])
        return range(int(first), int(stop))

    def allowed(
        self,
        *,
        articles: Iterable[str] | None = None,
        places: Iterable[str] | None = None,
        since: str | None = None,
        until: str | None = None,
    ) -> Allowed | None:
        """What may be found under all the given restrictions, or None where there is none.

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
        if not restrictions:
            return None
        mask = np.zeros(self.manifest.articles, dtype=np.bool_)
        mask[sorted(set.intersection(*map(set, restrictions)))] = True
        return Allowed(mask[self.sentences.article], mask[self.chunks.article])

    def stale(self, fingerprint: str, encoder_fingerprint: str, parameters: Parameters) -> list[str]:
        """Why the index is not that of the corpus and settings at hand: any of "corpus", "encoder", "parameters"."""
        there = {
            "corpus": self.manifest.fingerprint == fingerprint,
            "encoder": self.manifest.encoder_fingerprint == encoder_fingerprint,
            "parameters": self.manifest.parameters == parameters,
        }
        return [reason for reason, same in there.items() if not same]

    def verify(self) -> None:
        """Read every byte and compare it with what was written.

        :raises BrokenIndexError: a file has changed.
        """
        check_files(self._generation, self.manifest, contents=True)


def _release(articles: ArticleTable, held: int) -> None:
    articles.close()
    os.close(held)
