"""What an index holds, by number: its articles, their sentences, the chunks that these are grouped in."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from povqa.index.articles import ArticleTable
from povqa.index.layout import ALIVE, ARTICLES, CHUNKS, SENTENCES
from povqa.index.tables import ChunkTable, SentenceTable, load_alive, load_chunks, load_sentences
from povqa.types import Article, Chunk, Sentence


class Contents:
    """The tables of a generation, opened."""

    def __init__(self, generation: Path) -> None:
        """:raises FileNotFoundError: one of them is not there."""
        self.sentences: SentenceTable = load_sentences(generation / SENTENCES)
        self.chunks: ChunkTable = load_chunks(generation / CHUNKS)
        self.alive: NDArray[np.bool_] = load_alive(generation / ALIVE)  # by ordinal: whether it is searched
        self._articles = ArticleTable(generation / ARTICLES)

    @cached_property
    def article_ids(self) -> tuple[str, ...]:
        """The ids of the articles, in the order of their ordinals."""
        return self._articles.ids()

    @property
    def sentence_numbers(self) -> NDArray[np.int64]:
        """The numbers of the sentences that are searched; others are of articles that have left."""
        return np.flatnonzero(self.alive[self.sentences.article])

    def articles(self) -> list[Article]:
        """All articles, those that stand aside too, by path."""
        return self._articles.all()

    def copies(self, article_id: str) -> tuple[str, ...]:
        """The paths of the articles that say the same as this one and stand aside for it."""
        return self._articles.copies(article_id)

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
        # A number of another type would have the whole column converted to that type.
        return int(self.chunks.first.searchsorted(np.int32(number), side="right")) - 1

    def sentences_of(self, ordinal: int) -> range:
        """The sentences of an article, in the order of its text."""
        first, stop = self.sentences.article.searchsorted(np.array([ordinal, ordinal + 1], np.int32))
        return range(int(first), int(stop))
