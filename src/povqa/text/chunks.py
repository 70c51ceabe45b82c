"""Chunks: a few whole, consecutive sentences, the piece of text that is embedded."""

from __future__ import annotations

from collections.abc import Sequence

from povqa.types import Article, Chunk

MAX_CHARS = 240  # about 160 tokens of a multilingual model, a third of what the smallest encoders take
_SHORT = 40  # a paragraph up to this long (a heading, a caption) does not stand alone


def make_chunks(article: Article, sentences: Sequence[tuple[int, int]], max_chars: int = MAX_CHARS) -> list[Chunk]:
    """Group the sentences of an article.

    A chunk stays within its paragraph, but for short ones: a heading goes with what follows it, as far as it fits.
    A sentence longer than `max_chars` is a chunk of its own.

    :param sentences: offsets as `split_sentences(article.text)` gives them.
    :param max_chars: the most characters of a chunk of several sentences.
    """
    chunks: list[Chunk] = []
    first = 0
    for place in range(1, len(sentences) + 1):
        if place < len(sentences) and _belongs(article.text, sentences, first, place, max_chars):
            continue
        if sentences:
            chunks.append(Chunk(article.id, sentences[first][0], sentences[place - 1][1]))
        first = place
    return chunks


def _belongs(text: str, sentences: Sequence[tuple[int, int]], first: int, place: int, max_chars: int) -> bool:
    """Whether sentence `place` joins the chunk that began at sentence `first`."""
    start, end = sentences[first][0], sentences[place][1]
    if end - start > max_chars:
        return False
    previous_end, next_start = sentences[place - 1][1], sentences[place][0]
    if "\n" not in text[previous_end:next_start]:
        return True
    return len(text[start:previous_end].rpartition("\n")[2]) <= _SHORT
