"""A question's vector, moved to where the sentences that answer such questions lie.

The matrix is learnt from questions and the chunks that answer them (training/adapt.py), for the vectors of one encoder;
the chunks' own vectors stay as they are, so an index needs nothing. Compare the query-side fine-tuning of Lewis et al.
(2020), here of one linear layer. Questions of another encoder are left alone.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

ADAPTERS = Path(__file__).with_name("adapters")


def file_of(encoder: str) -> Path:
    """Where the matrix for an encoder stands, if there is one; `encoder` is its name."""
    return ADAPTERS / f"{encoder.replace('/', '--')}.npy"


@cache
def _matrix(encoder: str) -> NDArray[np.float32] | None:
    path = file_of(encoder)
    if not path.is_file():
        return None
    matrix: NDArray[np.float32] = np.load(path, allow_pickle=False).astype(np.float32)
    return matrix


def adapted(vector: NDArray[np.float32], encoder: str) -> NDArray[np.float32]:
    """The vector of a question as it is searched by: float32 (dim,), unit length like `vector`.

    :param encoder: the name of the encoder that `vector` comes from.
    """
    matrix = _matrix(encoder)
    if matrix is None or matrix.shape[0] != len(vector):
        return vector
    moved: NDArray[np.float32] = vector + vector @ matrix
    length: np.float32 = np.linalg.norm(moved)
    return moved / length
