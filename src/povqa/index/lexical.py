"""The lexical index: BM25 over the sentences, with their article's title and place as fields of their own.

The engine is tantivy, chosen by measurement (docs/lexical-engine.md). It is given our tokens, joined by spaces. Its
BM25 has k1 = 1.2 and b = 0.75 (Robertson and Zaragoza, 2009; idf as Lucene's) and keeps the length of a field in one
byte: exact up to 40 tokens, rounded down by at most an eighth above.
"""

from __future__ import annotations

import json
import os
import shutil
import weakref
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import tantivy
from numpy.typing import NDArray

from povqa.errors import BrokenIndexError

TITLE_WEIGHT = 0.5  # measured: docs/lexical-engine.md
PLACE_WEIGHT = 0.3
FIELD_WEIGHTS: Mapping[str, float] = {"text": 1.0, "title": TITLE_WEIGHT, "place": PLACE_WEIGHT}
_FEW = 20_000  # up to so many allowed sentences are named to the engine; more are filtered from what it finds
_SPARE = 8  # hits fetched beyond k, to see at once whether a tie goes on
_RARE = 2000  # a token in more sentences is not counted out where some are deleted
_STEP = 1000  # sentences between two reports of progress


class LexicalIndex:
    """An opened index: immutable, safe to search from several threads."""

    def __init__(self, searcher: tantivy.Searcher, schema: tantivy.Schema, deleted: int = 0) -> None:
        self.weights = FIELD_WEIGHTS
        self._deleted = deleted
        self._searcher = searcher
        self._schema = schema

    @classmethod
    def build(
        cls,
        sentences: Iterable[tuple[str, str, str]],
        folder: Path,
        progress: Callable[[int], None] | None = None,
    ) -> None:
        """Write a new index.

        :param sentences: (sentence, title, place), each normalised; the place's names stand apart by spaces. A
            sentence's id is its position.
        :param folder: an empty folder.
        :param progress: told every so often how many sentences are done.
        :raises OSError: the disk is full or cannot be written.
        """

        from povqa.index.lexical_writer import LexicalWriter

        with LexicalWriter(folder) as writer:
            for number, (sentence, title, place) in enumerate(sentences):
                writer.add(number, sentence, title, place)
                if progress is not None and number % _STEP == _STEP - 1:
                    progress(number + 1)

    @classmethod
    def open(cls, folder: Path) -> LexicalIndex:
        """Open what `build` wrote; nothing is read before it is needed.

        :raises BrokenIndexError: there is no index in `folder`, or it cannot be read.
        """
        try:
            return cls._open(folder) if os.access(folder, os.W_OK) else cls._open_read_only(folder)
        except (ValueError, OSError) as error:
            reason = str(error).splitlines()[0]
            raise BrokenIndexError(
                f"The lexical index in {folder} cannot be read ({reason}): run `povqa index`.",
                f"无法读取 {folder} 中的词汇索引({reason}):请运行 `povqa index`。",
            ) from error

    @classmethod
    def _open(cls, folder: Path) -> LexicalIndex:
        index = tantivy.Index.open(str(folder))
        index.config_reader("manual")
        segments = json.loads((folder / "meta.json").read_bytes())["segments"]
        deleted = sum(one["deletes"]["num_deleted_docs"] for one in segments if one.get("deletes"))
        return cls(index.searcher(), index.schema, deleted)

    @classmethod
    def _open_read_only(cls, folder: Path) -> LexicalIndex:
        """tantivy takes a lock in the folder that it opens: here, in one of links to the files."""
        from tempfile import mkdtemp

        aside = Path(mkdtemp(prefix="povqa-"))
        try:
            for path in folder.iterdir():
                if path.suffix != ".lock":
                    (aside / path.name).symlink_to(path.absolute())
            opened = cls._open(aside)
        except BaseException:
            shutil.rmtree(aside, ignore_errors=True)
            raise
        # Not before: tantivy may still be at work in the folder when it has been opened.
        weakref.finalize(opened, shutil.rmtree, aside, ignore_errors=True)
        return opened

    @property
    def count(self) -> int:
        """How many sentences the index holds."""
        return self._searcher.num_docs

    def document_frequency(self, terms: Sequence[str]) -> NDArray[np.int64]:
        """In how many sentences each token stands, titles and places left aside. Shape (len(terms),).

        The engine counts deleted sentences until their segment is merged: where that matters, whether a token stands
        anywhere at all, the hits are counted; the frequency of a common token is scaled.
        """
        return np.array([self._frequency(term) for term in terms], dtype=np.int64)

    def _frequency(self, term: str) -> int:
        count = int(self._searcher.doc_freq("text", term))
        if not self._deleted or not count:
            return count
        if count > _RARE:
            return round(count * self.count / (self.count + self._deleted))
        query = tantivy.Query.term_query(self._schema, "text", term, index_option="freq")
        found: Any = self._searcher.search(query, 1, count=True)  # its stubs leave `count` out
        return int(found.count)

    def search(
        self, query_tokens: Sequence[str], k: int, allowed: NDArray[np.bool_] | None = None
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """The `k` sentences that score best, or fewer: a sentence that shares no token is never found.

        :param query_tokens: a token given twice counts twice.
        :param allowed: the sentences to search, shape (count,); all when None.
        :return: ids (m,) and scores (m,), best first, ties by id.
        """
        query = self._query(query_tokens)
        if query is None or k < 1 or not self.count:
            return np.empty(0, np.int64), np.empty(0, np.float32)
        if allowed is not None:
            chosen = np.flatnonzero(allowed)
            if len(chosen) <= _FEW:
                query, allowed = self._within(query, chosen), None
        want = min(k + _SPARE, self.count)
        while True:
            ids, scores, exhausted = self._fetch(query, want)
            last = scores[-1] if len(scores) else 0.0
            if allowed is not None:
                kept = allowed[ids]
                ids, scores = ids[kept], scores[kept]
            # A tie with the last one fetched may go on among those not fetched, in another segment.
            if exhausted or (len(ids) >= k and (scores[k - 1] > last or self._searcher.num_segments == 1)):
                order = np.lexsort((ids, -scores))[:k]
                return ids[order], scores[order]
            want = min(want * 4, self.count)

    def _fetch(self, query: tantivy.Query, want: int) -> tuple[NDArray[np.int64], NDArray[np.float32], bool]:
        hits = self._searcher.search(query, want, count=False).hits
        ids = self._searcher.fast_field_values("id", [address for _, address in hits])
        exhausted = len(hits) < want or want >= self.count
        return np.array(ids, np.int64), np.array([score for score, _ in hits], np.float32), exhausted

    def _query(self, query_tokens: Sequence[str]) -> tantivy.Query | None:
        should = [
            (
                tantivy.Occur.Should,
                tantivy.Query.boost_query(
                    tantivy.Query.term_query(self._schema, field, term, index_option="freq"), weight * times
                ),
            )
            for term, times in Counter(query_tokens).items()
            for field, weight in self.weights.items()
            if weight
        ]
        return tantivy.Query.boolean_query(should) if should else None

    def _within(self, query: tantivy.Query, chosen: NDArray[np.int64]) -> tantivy.Query:
        named = tantivy.Query.term_set_query(self._schema, "id", chosen.tolist())
        must = tantivy.Occur.Must
        return tantivy.Query.boolean_query([(must, query), (must, tantivy.Query.const_score_query(named, 0.0))])
