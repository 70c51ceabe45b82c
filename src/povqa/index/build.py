"""Building an index: articles and an encoder in, a new generation on disk out. Answering does not import this."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from povqa.index.articles import ArticleTable
from povqa.index.dense import DenseIndex
from povqa.index.generations import writing
from povqa.index.lexical import LexicalIndex
from povqa.index.manifest import FORMAT_VERSION, MANIFEST, Manifest, current_parameters, describe_files
from povqa.index.store import ARTICLES, CHUNKS, LEXICAL, SENTENCES, VECTORS, VOCABULARY
from povqa.index.tables import ChunkTable, SentenceTable, make_tables, save
from povqa.index.vocabulary import Vocabulary
from povqa.text.normalise import normalise
from povqa.types import Article

if TYPE_CHECKING:
    from povqa.encoder.runtime import Encoder

Progress = Callable[[str, int, int], None]  # stage ("lexical", "dense"), done, total


def build_index(
    articles: Sequence[Article],
    encoder: Encoder,
    folder: Path,
    *,
    corpus_hash: str,
    fingerprint: str,
    progress: Progress | None = None,
    on_wait: Callable[[], None] | None = None,
) -> Manifest:
    """Write an index of the articles. The old one serves until the new one is whole, and still if the build fails.

    :param articles: of distinct ids.
    :param corpus_hash: of the corpus' contents.
    :param fingerprint: of the corpus' file names, sizes and times, to be compared at each start.
    :param on_wait: called when another process is building, before waiting for it; without it that is an error.
    :raises BrokenIndexError: another process is building, or the folder cannot be written.
    """
    tell = progress or _quiet
    with writing(folder, on_wait) as generation:
        sentences, chunks = make_tables(articles)
        save(sentences, generation / SENTENCES)
        save(chunks, generation / CHUNKS)
        ArticleTable.build(articles, generation / ARTICLES)
        Vocabulary.build(articles, generation / VOCABULARY)
        _build_lexical(articles, sentences, generation / LEXICAL, tell)
        vectors = _encode(articles, chunks, encoder, tell)
        DenseIndex.build(vectors, generation / VECTORS)
        manifest = Manifest(
            format_version=FORMAT_VERSION,
            povqa_version=_version(),
            created=datetime.now(UTC),
            corpus_hash=corpus_hash,
            fingerprint=fingerprint,
            encoder=encoder.name,
            encoder_fingerprint=encoder.fingerprint,
            parameters=current_parameters(),
            dim=vectors.shape[1],
            articles=len(articles),
            sentences=len(sentences.article),
            chunks=len(chunks.article),
            files=describe_files(generation),
        )
        (generation / MANIFEST).write_text(manifest.model_dump_json(indent=1), encoding="utf-8")
    return manifest


def passage_text(article: Article, start: int, end: int) -> str:
    """What is embedded for a chunk: the title says what the article is about where the chunk does not."""
    return f"{article.title}\n{article.text[start:end]}"


def _build_lexical(articles: Sequence[Article], sentences: SentenceTable, folder: Path, tell: Progress) -> None:
    def rows() -> Iterator[tuple[str, str, str]]:
        ordinal = -1
        for number, start, end in zip(*(column.tolist() for column in sentences), strict=True):
            if number != ordinal:
                ordinal = number
                text, title = normalise(articles[ordinal].text), normalise(articles[ordinal].title)
                place = normalise(" ".join(articles[ordinal].place))
            yield text[start:end], title, place

    count = len(sentences.article)
    tell("lexical", 0, count)
    folder.mkdir()
    LexicalIndex.build(rows(), folder, lambda done: tell("lexical", done, count))
    tell("lexical", count, count)


def _encode(articles: Sequence[Article], chunks: ChunkTable, encoder: Encoder, tell: Progress) -> NDArray[np.float32]:
    texts = [
        passage_text(articles[number], start, end)
        for number, start, end in zip(chunks.article.tolist(), chunks.start.tolist(), chunks.end.tolist(), strict=True)
    ]
    tell("dense", 0, len(texts))
    return encoder.encode_passages(texts, lambda done, total: tell("dense", done, total))


def _version() -> str:
    try:
        return version("povqa")
    except PackageNotFoundError:  # run from a source tree
        return "0+source"


def _quiet(stage: str, done: int, total: int) -> None:
    return None
