"""A real encoder, small enough for tests: bigrams hashed to 32 dimensions."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from povqa.text.normalise import normalise


class TinyEncoder:
    """Texts that share bigrams point the same way."""

    name = "tiny"
    fingerprint = "tiny-1"
    dim = 32

    def encode_query(self, text: str) -> NDArray[np.float32]:
        normalised = normalise(text)
        vector = np.zeros(self.dim, dtype=np.float32)
        vector[0] = 0.1  # a text without bigrams still has a direction
        for i in range(len(normalised) - 1):
            code = zlib.crc32(normalised[i : i + 2].encode("utf-8", "surrogatepass"))
            vector[code % self.dim] += 1 if code & 1024 else -1
        return vector / np.linalg.norm(vector)

    def encode_passages(
        self, texts: Sequence[str], progress: Callable[[int, int], None] | None = None
    ) -> NDArray[np.float32]:
        vectors = np.zeros((len(texts), self.dim), dtype=np.float32)
        for i, text in enumerate(texts):
            vectors[i] = self.encode_query(text)
            if progress is not None:
                progress(i + 1, len(texts))
        return vectors
