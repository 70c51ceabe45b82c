"""Run a prepared encoder with ONNX Runtime and tokenizers. torch stays out of it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Final, Literal, Protocol

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, ValidationError

from povqa.encoder.telemetry import disable_telemetry
from povqa.errors import ModelError

if TYPE_CHECKING:
    from onnxruntime import InferenceSession  # type: ignore[import-untyped]
    from tokenizers import Tokenizer

CARD = "povqa.json"
MODEL = "model.onnx"
DATA = "model.bin"  # the weights: memory-mapped, so that only the embeddings that occur are ever read
TOKENIZER = "tokenizer.json"
_BLOCK = 128  # texts under way: their tokens are all that grows with the texts, and Ctrl-C waits for no more
_TOLD = 16  # texts from one word on progress to the next
_FORMAT: Final = 3

Progress = Callable[[int, int], None]  # (done, total)


class Encoder(Protocol):
    """What turns text into vectors. Rows are unit length, so that a dot product is a cosine."""

    name: str
    fingerprint: str  # changes when the vectors would
    dim: int

    def encode_query(self, text: str) -> NDArray[np.float32]:
        """The vector of a question: float32 (dim,)."""
        ...

    def encode_passages(self, texts: Sequence[str], progress: Progress | None = None) -> NDArray[np.float32]:
        """The vectors of texts to be found: float32 (n, dim)."""
        ...


class ModelCard(BaseModel):
    """What stands beside a prepared model, in `povqa.json`."""

    model_config = ConfigDict(frozen=True)

    format: Literal[3] = _FORMAT
    name: str
    dim: int
    max_tokens: int
    inputs: tuple[str, ...]
    pooling: str
    query_prompt: str
    passage_prompt: str
    cosine: float  # mean cosine of the int8 vectors with the original's
    model_bytes: int
    fingerprint: str


class OutdatedModelError(ModelError):
    """A model that an earlier povqa prepared, in a format that is no longer read."""


def broken(folder: Path, name: str, why: str) -> ModelError:
    """The error for a prepared model that cannot be used."""
    return ModelError(
        f"the prepared model in {folder} is unusable ({why}): run `povqa model prepare {name}`",
        f"{folder} 里的模型不可用（{why}）：请运行 `povqa model prepare {name}`",
    )


def read_card(folder: Path, name: str) -> ModelCard:
    """The card of the model prepared in `folder`.

    :raises OutdatedModelError: if an earlier povqa wrote it.
    :raises ModelError: if there is none, or the files do not fit it.
    """
    path = folder / CARD
    if not path.is_file():
        raise ModelError(
            f"the encoder {name} is not prepared: run `povqa model prepare {name}`",
            f"编码器 {name} 尚未准备好：请运行 `povqa model prepare {name}`",
        )
    try:
        card = ModelCard.model_validate_json(path.read_bytes())
    except (OSError, ValidationError) as error:
        if _is_outdated(path):
            raise OutdatedModelError(
                f"the encoder {name} was prepared by an earlier povqa: run `povqa model prepare {name}`",
                f"编码器 {name} 是由较早版本的 povqa 准备的：请运行 `povqa model prepare {name}`",
            ) from error
        raise broken(folder, name, CARD) from error
    files = [folder / MODEL, folder / DATA, folder / TOKENIZER]
    if not all(file.is_file() for file in files) or model_bytes(folder) != card.model_bytes:
        raise broken(folder, name, "a file is missing or truncated")
    return card


def _is_outdated(path: Path) -> bool:
    try:
        card = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return False
    found = card.get("format") if isinstance(card, dict) else None
    return type(found) is int and 0 < found < _FORMAT


_tokenizers: dict[tuple[bytes, int], Tokenizer] = {}
_tokenizers_lock = Lock()


def load_tokenizer(path: Path, max_tokens: int) -> Tokenizer:
    """A tokenizer that cuts off after `max_tokens`. Equal files share one: a vocabulary takes 50 MB."""
    from tokenizers import Tokenizer

    key = hashlib.blake2b(path.read_bytes(), digest_size=16).digest(), max_tokens
    with _tokenizers_lock:
        if key not in _tokenizers:
            _tokenizers[key] = Tokenizer.from_file(str(path))
            _tokenizers[key].enable_truncation(max_tokens)
        return _tokenizers[key]


def model_bytes(folder: Path) -> int:
    """The size of a model's graph and weights together."""
    return sum((folder / name).stat().st_size for name in (MODEL, DATA))


def start_session(path: Path, threads: int) -> InferenceSession:
    """An ONNX Runtime session on the CPU that sleeps rather than spins when it waits."""
    disable_telemetry()
    import onnxruntime as ort

    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 4
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    # Prepared models are optimised when they are written.
    options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_DISABLE_ALL
    return ort.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


class OnnxEncoder:
    """The `Encoder` that answers and builds indexes.

    :param folder: a folder that `prepare` wrote.
    :param threads: texts that are encoded at once. Each runs by itself, without padding, in one thread: that shares the
        cores better than operators that wait for one another, keeps states in the cache, and makes a vector the same
        whatever texts are encoded beside it.
    :raises ModelError: if the model is missing or broken.
    """

    def __init__(self, folder: Path, name: str, threads: int = 1) -> None:
        self._folder = folder
        self._threads = threads
        self.card = read_card(folder, name)
        self.name = self.card.name
        self.fingerprint = self.card.fingerprint
        self.dim = self.card.dim

    @cached_property
    def _tokenizer(self) -> Tokenizer:
        try:
            return load_tokenizer(self._folder / TOKENIZER, self.card.max_tokens)
        except Exception as error:  # the library raises the bare class
            raise broken(self._folder, self.name, TOKENIZER) from error

    @cached_property
    def _session(self) -> InferenceSession:
        try:
            return start_session(self._folder / MODEL, 1)
        except Exception as error:  # ONNX Runtime's exceptions share no other base
            raise broken(self._folder, self.name, MODEL) from error

    def warm(self) -> None:
        """Load what a text needs, now rather than at the first one."""
        _ = self._tokenizer, self._session

    def encode_query(self, text: str) -> NDArray[np.float32]:
        """The vector of a question: float32 (dim,), of unit length."""
        return self._encode(self.card.query_prompt + text)

    def encode_passages(self, texts: Sequence[str], progress: Progress | None = None) -> NDArray[np.float32]:
        """The vectors of texts to be found: float32 (n, dim), unit rows.

        :param progress: called with (done, total) now and then, and at the end.
        """
        vectors = np.empty((len(texts), self.dim), np.float32)
        self.warm()  # before several threads would
        with ThreadPoolExecutor(self._threads, "encoder") as pool:
            for at in range(0, len(texts), _BLOCK):
                block = [self.card.passage_prompt + text for text in texts[at : at + _BLOCK]]
                for done, vector in enumerate(pool.map(self._encode, block), start=at + 1):
                    vectors[done - 1] = vector
                    if progress and (done % _TOLD == 0 or done == len(texts)):
                        progress(done, len(texts))
        return vectors

    def _encode(self, text: str) -> NDArray[np.float32]:
        ids = np.array([self._tokenizer.encode(text).ids], np.int64)
        given = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}
        vector: NDArray[np.float32] = self._session.run(None, {name: given[name] for name in self.card.inputs})[0][0]
        vector /= np.linalg.norm(vector).clip(1e-12)
        return vector


def write_card(folder: Path, card: ModelCard) -> None:
    """Write `card` beside its model."""
    (folder / CARD).write_text(json.dumps(card.model_dump(), ensure_ascii=False, indent=2), encoding="utf-8")
