"""What an index is built of: the text that stands for a chunk, and an index of articles at hand in one go."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from povqa.index.generations import writing
from povqa.index.manifest import Manifest
from povqa.types import Article

if TYPE_CHECKING:
    from povqa.encoder.runtime import Encoder

Progress = Callable[[str, int, int], None]  # stage ("reading", "lexical", "dense"), done, total


def build_index(
    articles: Iterable[Article],
    encoder: Encoder,
    folder: Path,
    *,
    corpus_hash: str,
    fingerprint: str,
    progress: Progress | None = None,
    on_wait: Callable[[], None] | None = None,
) -> Manifest:
    """Write an index of the articles. The old one serves until the new one is whole, and still if the build fails.

    :param articles: of distinct ids; taken one by one.
    :param corpus_hash: of the corpus' contents.
    :param fingerprint: of the corpus' file names, sizes and times, to be compared at each start.
    :param on_wait: called when another process is building, before waiting for it; without it that is an error.
    :raises BrokenIndexError: another process is building, or the folder cannot be written.
    """
    from povqa.index.writer import GenerationWriter

    with writing(folder, on_wait) as draft, GenerationWriter(draft.folder, encoder, progress=progress) as writer:
        for article in articles:
            writer.enter(article)
        return writer.finish(corpus_hash=corpus_hash, fingerprint=fingerprint)


def passage_text(article: Article, start: int, end: int) -> str:
    """What is embedded for a chunk: the title says what the article is about where the chunk does not."""
    return f"{article.title}\n{article.text[start:end]}"
