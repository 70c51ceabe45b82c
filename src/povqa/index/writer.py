"""Writing a generation: articles leave and enter, over links to the files of the one before, or from nothing.

Numbers are only ever appended: an article that enters gets the next ordinal, its sentences and chunks the next
numbers. The rows of one that has left stay in the tables and among the vectors, marked dead, until they are so many
that everything is numbered anew; its text, its sentences in the lexical index and its words go at once.
"""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import ExitStack
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

import numpy as np

from povqa.index import article_writer, families, files, vocabulary_writer
from povqa.index.article_writer import ArticleWriter
from povqa.index.build import Progress
from povqa.index.checksums import write_checksums
from povqa.index.database import copy, link, private
from povqa.index.families import Families
from povqa.index.layout import ALIVE, ARTICLES, CHUNKS, DENSE, FAMILIES, FILES, LEXICAL, SENTENCES, VOCABULARY
from povqa.index.manifest import FORMAT_VERSION, MANIFEST, Manifest, current_parameters, describe_files, known_files
from povqa.index.passages import Passages, sample_questions
from povqa.index.searching import LOCAL_STORE, SearchWriter, Store
from povqa.index.store import Index
from povqa.index.tables import ChunkTable, SentenceTable, TableWriter, save, save_alive
from povqa.index.vocabulary_writer import VocabularyWriter

if TYPE_CHECKING:
    from povqa.encoder.runtime import Encoder
    from povqa.types import Article

Source = dict[int, tuple[int, int]]  # by ordinal: the chunks in the old tables whose vectors are an article's
DEAD = 4  # a quarter of the rows may be dead
SMALL = 5_000  # sentences; so few are numbered anew whenever one is dead
_STEP = 500  # articles between two reports of progress


class GenerationWriter:
    """A generation that is being written. Close it before the folder is swapped in.

    :param old: the generation to go on from; its files are linked. None: from nothing.
    :raises OSError: the disk is full or cannot be written; any method may.
    """

    def __init__(
        self, folder: Path, encoder: Encoder, *, old: Index | None = None, progress: Progress | None = None,
        store: Store = LOCAL_STORE,
    ) -> None:  # fmt: skip
        self._folder = folder
        self._encoder = encoder
        self._old = old
        self._store = store
        self._tell = progress or (lambda stage, done, total: None)
        self._stack = ExitStack()
        try:
            if old is not None:
                _carry(old.generation, folder)
            self._articles = ArticleWriter(self._database(ARTICLES, article_writer.SCHEMA))
            self._families = Families(self._database(FAMILIES, families.SCHEMA))
            self._vocabulary = VocabularyWriter(self._database(VOCABULARY, vocabulary_writer.SCHEMA))
            self.files = self._database(FILES, files.SCHEMA)
        except BaseException:
            self._stack.close()
            raise
        self._next = old.manifest.ordinals if old else 0
        self._with_rows: set[int] = set(np.flatnonzero(old.alive).tolist()) if old else set()
        self._dead: list[int] = []  # ordinals that had rows, and are not searched any more

    def _database(self, name: str, schema: str) -> sqlite3.Connection:
        return self._stack.enter_context(private(self._folder / name, schema))

    def __enter__(self) -> GenerationWriter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is not None:
            self._stack.__exit__(kind, error, trace)

    def ids(self) -> list[str]:
        """The ids of the articles that are there now."""
        return self._articles.ids()

    def enter(self, article: Article) -> None:
        """An article enters; none of its id is there."""
        self._articles.insert(self._next, article)
        self._families.add(article)
        self._next += 1

    def leave(self, article_id: str) -> None:
        """An article leaves."""
        ordinal = self._articles.ordinal(article_id)
        self._bury(ordinal)
        self._articles.delete(ordinal)
        self._families.remove(article_id)

    def finish(self, *, corpus_hash: str, fingerprint: str) -> Manifest:
        """Write everything that follows from who is there, and the manifest."""
        for article_id, main in self._families.settle(self._articles.length).items():
            self._articles.stand_aside(article_id, main)
            if main is not None:
                self._bury(self._articles.ordinal(article_id))
        anew = self._old is None or self._is_worn()
        source, old_tables = self._number(anew)
        searched = self._articles.searched()
        entering = [ordinal for ordinal in searched if anew or ordinal not in self._with_rows]
        tables = TableWriter(*old_tables)
        first_chunk = tables.chunk_count
        search = self._store.writer(self._folder.parent, self._articles.read, None if anew else self._old)
        self._stack.callback(search.close)
        self._write_lexical(search, entering, tables, source, anew)
        sentences, chunks = tables.tables()
        alive = np.zeros(self._next, dtype=np.bool_)
        alive[searched] = True
        save(sentences, self._folder / SENTENCES)
        save(chunks, self._folder / CHUNKS)
        save_alive(alive, self._folder / ALIVE)
        dense = self._write_dense(search, chunks, first_chunk, source, searched, anew)
        articles, copies = self._articles.count()
        self._vocabulary.finish()
        self._stack.close()
        manifest = Manifest(
            format_version=FORMAT_VERSION, povqa_version=_version(), created=datetime.now(UTC),
            corpus_hash=corpus_hash, fingerprint=fingerprint, encoder=self._encoder.name,
            encoder_fingerprint=self._encoder.fingerprint, parameters=current_parameters(), dim=self._encoder.dim,
            articles=articles, copies=copies, sentences=int(alive[sentences.article].sum()),
            chunks=int(alive[chunks.article].sum()), ordinals=self._next, dense=dense,
            store=self._store.kind, collection=search.collection,
            files=describe_files(self._folder, known_files(self._old.generation, self._old.manifest)
                                 if self._old else None),
        )  # fmt: skip
        (self._folder / MANIFEST).write_text(manifest.model_dump_json(indent=1), encoding="utf-8")
        write_checksums(self._folder, manifest.files, self._old.generation if self._old else None)
        return manifest

    def _bury(self, ordinal: int) -> None:
        """An article that was searched is not any more."""
        if ordinal in self._with_rows:
            self._with_rows.remove(ordinal)
            self._dead.append(ordinal)
            for article in self._articles.read([ordinal]):
                self._vocabulary.remove(article)

    def _is_worn(self) -> bool:
        """Whether so many rows are dead that all is numbered anew."""
        assert self._old is not None
        if self._store.is_worn(self._old):
            return True
        rows = self._old.sentences.article
        alive = np.zeros(len(self._old.alive), dtype=np.bool_)
        alive[list(self._with_rows)] = True
        dead = len(rows) - int(alive[rows].sum())
        return bool(dead) and (len(rows) <= SMALL or dead * DEAD > len(rows))

    def _number(self, anew: bool) -> tuple[Source, tuple[SentenceTable | None, ChunkTable | None]]:
        """Give each article its final ordinal.

        :return: the chunks in the old tables of articles whose vectors are known, and the tables to go on from.
        """
        if self._old is None:
            return {}, (None, None)
        if not anew:
            for ordinal in [one for one in self._articles.searched() if one not in self._with_rows]:
                if ordinal < self._old.manifest.ordinals:  # it stood aside until now
                    self._articles.move(ordinal, self._next)
                    self._next += 1
            return {}, (self._old.sentences, self._old.chunks)
        before = self._old.chunks.article
        source = {}
        for old, new in self._articles.renumber():
            if old in self._with_rows:
                first, stop = np.searchsorted(before, [old, old + 1]).tolist()
                source[new] = (first, stop)
        self._next = self._articles.count()[0]
        return source, (None, None)

    def _write_lexical(
        self, search: SearchWriter, entering: list[int], tables: TableWriter, source: Source, anew: bool
    ) -> None:
        """The sentences and the words of the articles that enter; the sentences of the dead go."""
        folder = self._folder / LEXICAL
        if anew:
            _empty(folder)
        with search.sentences(folder) as writer:
            if self._old is not None and not anew:
                for ordinal in self._dead:
                    numbers = self._old.sentences_of(ordinal)
                    writer.delete(numbers.start, numbers.stop)
            for done, (ordinal, article) in enumerate(zip(entering, self._articles.read(entering), strict=True)):
                if done % _STEP == 0:
                    self._tell("lexical", done, len(entering))
                number = tables.sentence_count
                spans = tables.add(ordinal, article)
                writer.add_article(ordinal, article, number, spans)
                if ordinal not in source:
                    self._vocabulary.add(article)
        self._tell("lexical", len(entering), len(entering))

    def _write_dense(
        self, search: SearchWriter, chunks: ChunkTable, first: int, source: Source, searched: list[int], anew: bool
    ) -> str:
        """The vectors of the chunks from number `first` on."""
        folder = self._folder / DENSE
        if anew:
            _empty(folder)
        known = np.full(len(chunks.article) - first, -1, dtype=np.int64)
        for ordinal, (start, stop) in source.items():
            at, end = np.searchsorted(chunks.article, [ordinal, ordinal + 1]).tolist()
            if end - at == stop - start:
                known[at - first : end - first] = np.arange(start, stop)
        writer = search.vectors(folder, self._encoder.dim, chunks)
        with Passages(self._encoder, self._articles.read, self._folder.parent, self._tell) as passages:
            for block in passages.vectors(chunks, first, known, self._old):
                writer.append(block)
        return writer.finish(lambda: sample_questions(searched, self._articles.read, self._encoder))


def _carry(old: Path, folder: Path) -> None:
    """What does not change is linked, what is written to in place is copied, and what is written anew is left."""
    for name in (ARTICLES, FAMILIES, FILES, VOCABULARY):
        copy(old / name, folder / name)
    for name in (LEXICAL, DENSE):
        (folder / name).mkdir()
        for path in (old / name).iterdir():
            if path.suffix != ".lock":
                link(path, folder / name / path.name)


def _empty(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()


def _version() -> str:
    try:
        return version("povqa")
    except PackageNotFoundError:  # run from a source tree
        return "0+source"
