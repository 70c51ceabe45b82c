"""What the reader reads: a question beside a window, a run of consecutive sentences under its article's header.

Every sentence of a window is judged at once, each in the light of its neighbours: 该县 is known from the sentence
before it, or from the header. Training and answering build windows and tensors with this module alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from tokenizers import Tokenizer

MAX_CHARS = 220  # of the sentences of a window, unless one sentence is longer
MAX_QUESTION = 64  # tokens
MAX_HEADER = 48  # tokens
MAX_TOKENS = 256  # of the whole input
_BOS, _PAD, _EOS = 0, 1, 2
_STEP = 32  # lengths are padded to a multiple, so that few shapes occur


@dataclass(frozen=True, slots=True)
class Window:
    """Consecutive sentences of one article, normalised.

    :param first: the number, within its article, of the first sentence.
    :param offsets: [start, end) of each sentence in `text`.
    """

    header: str
    text: str
    first: int
    offsets: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Batch:
    """Windows as tensors: B windows, T tokens, S sentences at most.

    `pooling[b, s]` holds 1/n at the n tokens of sentence s, so that a product with the token states is their mean;
    rows past the window's last sentence are zero. `tokens[b][s]` lists `(token, start, end)` with offsets into the
    window's text.
    """

    input_ids: NDArray[np.int64]  # (B, T)
    attention_mask: NDArray[np.int64]  # (B, T)
    pooling: NDArray[np.float32]  # (B, S, T)
    tokens: list[list[list[tuple[int, int, int]]]]


def header(title: str, place: Sequence[str] = (), published: str | None = None) -> str:
    """The line above a window: what the article is about, where and when."""
    where = "".join(place)
    return " ".join(part for part in (title, where if where not in title else "", published or "") if part)


def spans(lengths: Sequence[int], wanted: Iterable[int], max_chars: int = MAX_CHARS) -> list[tuple[int, int]]:
    """Cover the wanted sentences of an article with as few windows as hold them and a neighbour on either side.

    :param lengths: characters of each sentence of the article.
    :param wanted: numbers of sentences.
    :return: [first, last + 1) of each window, in order; they may overlap by neighbours, and every wanted sentence
        stands in exactly one as its own.
    """
    runs: list[list[int]] = []
    for number in sorted(set(wanted)):
        if runs and sum(lengths[runs[-1][0] : number + 1]) <= max_chars:
            runs[-1][1] = number + 1
        else:
            runs.append([number, number + 1])
    for run in runs:
        # The sentence before says who and where more often than the one after does.
        for neighbour, side in ((run[0] - 1, 0), (run[1], 1)):
            if 0 <= neighbour < len(lengths) and sum(lengths[run[0] : run[1]]) + lengths[neighbour] <= max_chars:
                run[side] += side or -1
    return [(first, last) for first, last in runs]


def window(head: str, sentences: Sequence[str], first: int, last: int) -> Window:
    """The window of sentences [first, last) of an article, given all its sentences, normalised."""
    offsets: list[tuple[int, int]] = []
    at = 0
    for sentence in sentences[first:last]:
        offsets.append((at, at + len(sentence)))
        at += len(sentence)
    return Window(head, "".join(sentences[first:last]), first, tuple(offsets))


def encode(tokenizer: Tokenizer, question: str, windows: Sequence[Window], step: int = _STEP) -> Batch:
    """Tensors of `question` beside each window: `<s> question </s></s> header </s></s> sentences </s>`.

    :param question: normalised.
    :param windows: at least one.
    """
    # A question that is too long loses what came before it, or its beginning: the asking stands at the end.
    asked = tokenizer.encode(question, add_special_tokens=False).ids[-MAX_QUESTION:]
    heads = tokenizer.encode_batch([w.header for w in windows], add_special_tokens=False)
    bodies = tokenizer.encode_batch([w.text for w in windows], add_special_tokens=False)
    rows: list[list[int]] = []
    tokens: list[list[list[tuple[int, int, int]]]] = []
    for one, head, body in zip(windows, heads, bodies, strict=True):
        ids = [_BOS, *asked, _EOS, _EOS, *head.ids[:MAX_HEADER], _EOS, _EOS]
        start = len(ids)
        ids = [*ids, *body.ids[: MAX_TOKENS - start - 1], _EOS]
        rows.append(ids)
        tokens.append(_tokens_of_sentences(one, body.offsets[: len(ids) - start - 1], start))
    length = -(-max(map(len, rows)) // step) * step
    width = max(len(one.offsets) for one in windows)
    input_ids = np.full((len(rows), length), _PAD, np.int64)
    attention = np.zeros((len(rows), length), np.int64)
    pooling = np.zeros((len(rows), width, length), np.float32)
    for b, ids in enumerate(rows):
        input_ids[b, : len(ids)] = ids
        attention[b, : len(ids)] = 1
        for s, own in enumerate(tokens[b]):
            for token, _, _ in own:
                pooling[b, s, token] = 1 / len(own)
    return Batch(input_ids, attention, pooling, tokens)


def _tokens_of_sentences(
    one: Window, offsets: Sequence[tuple[int, int]], first_token: int
) -> list[list[tuple[int, int, int]]]:
    """The tokens of each sentence: a token belongs to the sentence in which it ends."""
    found: list[list[tuple[int, int, int]]] = [[] for _ in one.offsets]
    sentence = 0
    for token, (start, end) in enumerate(offsets, first_token):
        while end > one.offsets[sentence][1]:
            sentence += 1
        if end > start:
            found[sentence].append((token, max(start, one.offsets[sentence][0]), end))
    return found
