"""Run the reader's network: a question beside windows in, a logit for each sentence and scores for its tokens out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from povqa.encoder.runtime import load_tokenizer, start_session
from povqa.errors import ModelError
from povqa.reader.windows import Window, encode

if TYPE_CHECKING:
    from onnxruntime import InferenceSession  # type: ignore[import-untyped]
    from tokenizers import Tokenizer

WEIGHTS = Path(__file__).with_name("weights")
_LONGEST = 512  # tokens, as the default encoder's: with its vocabulary the two share one tokenizer


@dataclass(frozen=True, slots=True)
class Reading:
    """What the network says of one sentence.

    :param logit: log odds that it answers; above 0 it is likelier than that none does.
    :param offsets: [start, end) of its n tokens, in the sentence's normalised text.
    :param start: (n,) scores that the short answer starts at the token; `end` and `inside` alike.
    :param first: (n,) log odds that an item of a list begins at the token; `last`: that one ends there.
    """

    logit: float
    offsets: tuple[tuple[int, int], ...]
    start: NDArray[np.float32]
    end: NDArray[np.float32]
    inside: NDArray[np.float32]
    first: NDArray[np.float32]
    last: NDArray[np.float32]


_SCORES = ("start", "end", "inside", "first", "last")


def average(readings: Sequence[Reading]) -> Reading:
    """The mean of readings of one sentence in several windows: its log odds, and the scores of the first's tokens.

    A reading that ends sooner than another, since its window was cut there, is left out. Where a window begins, a
    sentence's first characters are other tokens: what only one reading has keeps its scores.
    """
    last = max(one.offsets[-1][1] for one in readings)
    readings = [one for one in readings if one.offsets[-1][1] == last]
    first, *others = readings
    if not others:
        return first
    logit = sum(one.logit for one in readings) / len(readings)
    scores = {name: getattr(first, name).copy() for name in _SCORES}
    count = np.ones(len(first.offsets), np.float32)
    place = {key: at for at, key in enumerate(_keys(first))}
    for other in others:
        shared = [(place[key], at) for at, key in enumerate(_keys(other)) if key in place]
        ours, theirs = (list(column) for column in zip(*shared, strict=True)) if shared else ([], [])
        count[ours] += 1
        for name in _SCORES:
            scores[name][ours] += getattr(other, name)[theirs]
    return Reading(logit, first.offsets, **{name: total / count for name, total in scores.items()})


def _keys(reading: Reading) -> list[tuple[int, int, int]]:
    """Each token's offsets, and how many behind it have the same: the mark of a word's beginning shares its first's."""
    keys: list[tuple[int, int, int]] = []
    behind: Counter[tuple[int, int]] = Counter()
    for span in reversed(reading.offsets):
        keys.append((*span, behind[span]))
        behind[span] += 1
    return keys[::-1]


class ReaderModel:
    """The shipped network, loaded at first use.

    :param folder: holds `reader.onnx`, its weights `reader.bin`, and `tokenizer.json`.
    :param threads: windows that are read at once.
    """

    def __init__(self, folder: Path = WEIGHTS, threads: int = 2) -> None:
        self._folder = folder
        self._threads = threads

    @cached_property
    def _tokenizer(self) -> Tokenizer:
        try:
            return load_tokenizer(self._folder / "tokenizer.json", _LONGEST)
        except Exception as error:  # the library raises the bare class
            raise self._unusable(error) from error

    @cached_property
    def _session(self) -> InferenceSession:
        try:
            return start_session(self._folder / "reader.onnx", 1)
        except Exception as error:  # ONNX Runtime's exceptions share no other base
            raise self._unusable(error) from error

    @cached_property
    def _pool(self) -> ThreadPoolExecutor:
        return ThreadPoolExecutor(self._threads, "reader")

    def _unusable(self, error: Exception) -> ModelError:
        return ModelError(
            f"the reader in {self._folder} cannot be loaded ({type(error).__name__}): install povqa again",
            f"无法加载 {self._folder} 中的阅读器（{type(error).__name__}）：请重新安装 povqa",
        )

    def warm(self) -> None:
        """Load the network now rather than at the first question."""
        _ = self._tokenizer, self._session

    def read(self, question: str, windows: Sequence[Window]) -> list[list[Reading]]:
        """Read each window.

        :param question: normalised.
        :return: for each window, a reading for each of its sentences that fitted in.
        """
        if not windows:
            return []
        batch = encode(self._tokenizer, question, windows, step=1)
        session = self._session
        # Each window runs by itself, without padding, in one thread: that shares the cores better than operators
        # that wait for one another, keeps states in the cache, and makes a reading the same beside any other window.
        runs: list[dict[str, NDArray[Any]]] = []
        for b, length in enumerate(batch.attention_mask.sum(axis=1)):
            row = slice(b, b + 1)
            pooling = batch.pooling[row, : len(windows[b].offsets), :length]
            runs.append({"input_ids": batch.input_ids[row, :length], "pooling": pooling})
        order = sorted(range(len(runs)), key=lambda b: -runs[b]["input_ids"].shape[1])  # the longest first
        tasks = [runs[b] for b in order]
        alone = self._threads == 1 or len(tasks) == 1
        outputs = (map if alone else self._pool.map)(lambda one: session.run(["judged", "marked"], one), tasks)
        found: list[list[Reading]] = [[] for _ in windows]
        for b, (judged, marked) in zip(order, outputs, strict=True):
            found[b] = readings_of(windows[b], batch.tokens[b], judged[0], marked[0])
        return found


def readings_of(
    one: Window, tokens: list[list[tuple[int, int, int]]], judged: NDArray[np.float32], marked: NDArray[np.float32]
) -> list[Reading]:
    """What the network's outputs say of each sentence of a window.

    :param tokens: of each sentence, as `Batch` has them.
    :param judged: (S,) log odds; `marked`: (T, 5) scores of the tokens of the whole input.
    """
    readings = []
    for s, own in enumerate(tokens):
        at = one.offsets[s][0]
        scores = marked[[token for token, _, _ in own]].reshape(-1, marked.shape[-1])
        offsets = tuple((start - at, end - at) for _, start, end in own)
        logit = float(judged[s]) if own else -20.0
        readings.append(Reading(logit, offsets, *scores.T))
    return readings
