"""Run the reader's network: a question beside windows in, a logit for each sentence and scores for its tokens out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from povqa.encoder.runtime import load_tokenizer, start_session
from povqa.errors import ModelError
from povqa.reader.windows import Window, encode

if TYPE_CHECKING:
    from onnxruntime import InferenceSession  # type: ignore[import-untyped]
    from tokenizers import Tokenizer

WEIGHTS = Path(__file__).with_name("weights")
_BATCH_CHARS = 1600  # of one run of the network: larger ones outgrow the cache
_LONGEST = 512  # tokens, as the default encoder's: with its vocabulary the two share one tokenizer


@dataclass(frozen=True, slots=True)
class Reading:
    """What the network says of one sentence.

    :param logit: log odds that it answers; above 0 it is likelier than that none does.
    :param offsets: [start, end) of its n tokens, in the sentence's normalised text.
    :param start: (n,) scores that the short answer starts at the token; `end` and `inside` alike.
    """

    logit: float
    offsets: tuple[tuple[int, int], ...]
    start: NDArray[np.float32]
    end: NDArray[np.float32]
    inside: NDArray[np.float32]


class ReaderModel:
    """The shipped network, loaded at first use.

    :param folder: holds `reader.onnx`, its weights `reader.bin`, and `tokenizer.json`.
    :param threads: of one reading.
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
            return start_session(self._folder / "reader.onnx", self._threads)
        except Exception as error:  # ONNX Runtime's exceptions share no other base
            raise self._unusable(error) from error

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
        order = sorted(range(len(windows)), key=lambda i: -len(windows[i].text) - len(windows[i].header))
        found: list[list[Reading]] = [[] for _ in windows]
        while order:
            longest = windows[order[0]]
            size = max(1, _BATCH_CHARS // (len(question) + len(longest.header) + len(longest.text)))
            group, order = order[:size], order[size:]
            for i, readings in zip(group, self._read(question, [windows[i] for i in group]), strict=True):
                found[i] = readings
        return found

    def _read(self, question: str, windows: Sequence[Window]) -> list[list[Reading]]:
        batch = encode(self._tokenizer, question, windows, step=8)
        given = {"input_ids": batch.input_ids, "attention_mask": batch.attention_mask, "pooling": batch.pooling}
        judged, marked = self._session.run(None, given)
        found: list[list[Reading]] = []
        for b, one in enumerate(windows):
            readings = []
            for s, own in enumerate(batch.tokens[b]):
                at = one.offsets[s][0]
                scores = marked[b, [token for token, _, _ in own]].reshape(-1, 3)
                offsets = tuple((start - at, end - at) for _, start, end in own)
                logit = float(judged[b, s]) if own else -20.0
                readings.append(Reading(logit, offsets, scores[:, 0], scores[:, 1], scores[:, 2]))
            found.append(readings)
        return found
