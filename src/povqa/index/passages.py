"""From the chunks of a build to their vectors: known ones are taken over, others encoded, a block at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from povqa.index.build import Progress, passage_text
from povqa.index.journal import journal
from povqa.text.sentences import split_sentences

if TYPE_CHECKING:
    from povqa.encoder.runtime import Encoder
    from povqa.index.store import Index
    from povqa.index.tables import ChunkTable
    from povqa.types import Article

_BLOCK = 1024  # chunks; what a build that is stopped may have to encode again
_QUESTIONS = 200
_WORDS = 6  # characters
_ASKING = ("是多少？", "在哪里？", "是谁？", "有哪些？", "怎么样？", "什么时候？")

Read = Callable[[Iterable[int]], Iterator["Article"]]  # articles by ordinal


class Passages:
    """Encodes the chunks of a build, and keeps the vectors for the case that it is stopped.

    :param folder: the index folder.
    :raises OSError: the journal cannot be written.
    """

    def __init__(self, encoder: Encoder, read: Read, folder: Path, tell: Progress) -> None:
        self._encoder = encoder
        self._read = read
        self._tell = tell
        self._stack = ExitStack()
        self._journal = self._stack.enter_context(journal(folder, encoder.fingerprint, encoder.dim))

    def __enter__(self) -> Passages:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def vectors(
        self, chunks: ChunkTable, first: int, known: NDArray[np.int64], old: Index | None
    ) -> Iterator[NDArray[np.float32]]:
        """The vectors of the chunks from number `first` on, in blocks of shape (m, dim).

        :param known: for each of them the number of its vector in `old`, or -1.
        """
        total, done = int((known < 0).sum()), 0
        self._tell("dense", 0, total)
        for at in range(0, len(known), _BLOCK):
            numbers = known[at : at + _BLOCK]
            block = np.empty((len(numbers), self._encoder.dim), np.float32)
            if old is not None:
                block[numbers >= 0] = old.dense.rows(numbers[numbers >= 0])
            places = np.flatnonzero(numbers < 0)
            texts = list(self._texts(chunks, first + at + places))
            block[places] = self._encode(texts, done, total)
            done += len(texts)
            yield block
        self._tell("dense", total, total)

    def _texts(self, chunks: ChunkTable, numbers: NDArray[np.int64]) -> Iterator[str]:
        ordinals = chunks.article[numbers]
        for ordinal in dict.fromkeys(ordinals.tolist()):
            (article,) = self._read([ordinal])
            for number in numbers[ordinals == ordinal].tolist():
                yield passage_text(article, int(chunks.start[number]), int(chunks.end[number]))

    def _encode(self, texts: Sequence[str], done: int, total: int) -> NDArray[np.float32]:
        keys = [self._journal.key(text) for text in texts]
        vectors = np.empty((len(texts), self._encoder.dim), np.float32)
        missing = []
        for place, key in enumerate(keys):
            found = self._journal.get(key)
            if found is None:
                missing.append(place)
            else:
                vectors[place] = found
        if missing:
            before = done + len(texts) - len(missing)
            vectors[missing] = self._encoder.encode_passages(
                [texts[place] for place in missing], lambda some, _: self._tell("dense", before + some, total)
            )
            self._journal.add([keys[place] for place in missing], vectors[missing])
        return vectors


def sample_questions(ordinals: Sequence[int], read: Read, encoder: Encoder) -> NDArray[np.float32]:
    """Vectors of what might be asked, spread over these articles: a few words of a sentence, as a question.

    A whole sentence would be too easy: the chunk that holds it is near, and so are the chunks around that one. What
    people ask is as far from all chunks as these are (docs/scale.md).
    """
    found: list[NDArray[np.float32]] = []
    for article in read(ordinals[:: max(1, len(ordinals) // _QUESTIONS)][:_QUESTIONS]):
        if spans := split_sentences(article.text):
            start, end = spans[len(spans) // 2]
            start = max(start, (start + end - _WORDS) // 2)
            asked = _ASKING[len(found) % len(_ASKING)]
            found.append(encoder.encode_query(article.text[start : min(end, start + _WORDS)] + asked))
    return np.stack(found)
