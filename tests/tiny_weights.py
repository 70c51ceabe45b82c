"""The default encoder's weights file, in its own format, small enough to write in a test."""

import struct
from collections.abc import Sequence
from pathlib import Path

import numpy as np

HIDDEN, LAYERS, HEADS, INTERMEDIATE, POSITIONS, TYPES = 32, 1, 2, 64, 64, 2
SPECIALS = ("<s>", "<pad>", "</s>", "<unk>")
_NO_PIECE = 3  # rows of the embeddings at the end that have no piece
_ALIGNED = 64


def write_weights(path: Path, pieces: Sequence[str]) -> dict[str, np.ndarray]:
    """Write a model of one layer with these pieces after the specials.

    :return: what the tensors are, by the names of the file.
    """
    random = np.random.default_rng(5)
    everything = [*SPECIALS, *pieces]
    tensors, packed = {}, {}
    for name, shape in _shapes(len(everything) + _NO_PIECE).items():
        if name == "emb.word" or name.split(".")[1] in ("q", "k", "v", "ao", "fi", "fo") and name.endswith(".w"):
            packed[name], tensors[name] = _pack(random, shape)
        else:
            tensors[name] = random.normal(1.0 if "ln.w" in name else 0.0, 0.1, shape).astype(np.float32)
    path.write_bytes(_head(everything) + _body(tensors, packed, len(_head(everything))))
    return tensors


def _shapes(rows: int) -> dict[str, tuple[int, ...]]:
    square, wide = (HIDDEN, HIDDEN), (INTERMEDIATE, HIDDEN)
    shapes: dict[str, tuple[int, ...]] = {
        **{"emb.word": (rows, HIDDEN), "emb.pos": (POSITIONS, HIDDEN), "emb.type": (TYPES, HIDDEN)},
        **{"emb.ln.w": (HIDDEN,), "emb.ln.b": (HIDDEN,)},
    }
    for layer in range(LAYERS):
        for part, shape in {"q": square, "k": square, "v": square, "ao": square, "fi": wide, "fo": wide[::-1]}.items():
            shapes |= {f"l{layer}.{part}.w": shape, f"l{layer}.{part}.b": shape[:1]}
        for part in ("aln", "oln"):
            shapes |= {f"l{layer}.{part}.w": (HIDDEN,), f"l{layer}.{part}.b": (HIDDEN,)}
    return shapes


def _pack(random: np.random.Generator, shape: tuple[int, ...]) -> tuple[bytes, np.ndarray]:
    """Blocks of 32 weights, 4 bits each, under one scale; and the weights that they stand for."""
    blocks = random.integers(0, 16, (int(np.prod(shape)) // 32, 32), dtype=np.uint8)
    scales = random.uniform(0.01, 0.1, (len(blocks), 1)).astype("<f2")
    nibbles = blocks[:, :16] | blocks[:, 16:] << 4
    weights = (blocks.astype(np.float32) - 8) * scales.astype(np.float32)
    return np.hstack([scales.view(np.uint8), nibbles]).tobytes(), weights.reshape(shape)


def _head(pieces: Sequence[str]) -> bytes:
    sizes = (HIDDEN, LAYERS, HEADS, INTERMEDIATE, len(pieces) + _NO_PIECE, POSITIONS, TYPES)
    header = struct.pack("<4sI7ifi", b"E5S1", 1, *sizes, 1e-12, 32)
    texts = [piece.encode() for piece in pieces]
    offsets = np.cumsum([0, *map(len, texts)]).astype("<u4")
    scores = -np.arange(len(pieces), dtype="<f4")
    mapped = struct.pack("<IBI", 0x3000, 1, 0x20) + struct.pack("<IB", 0xAD, 0)
    return b"".join(
        [
            header,
            struct.pack("<5iQ", len(pieces), 0, 2, 1, 3, int(offsets[-1])),
            *(offsets.tobytes(), scores.tobytes(), *texts),
            *(struct.pack("<iI", 2, len(mapped)), mapped),
        ]
    )


def _body(tensors: dict[str, np.ndarray], packed: dict[str, bytes], before: int) -> bytes:
    """The directory and the tensors, each of them aligned."""
    directory = 4 + sum(2 + len(name) + 21 for name in tensors)
    entries, data = [struct.pack("<i", len(tensors))], b""
    for name, tensor in tensors.items():
        data += bytes(-(before + directory + len(data)) % _ALIGNED)
        raw = packed.get(name, tensor.tobytes())
        place = struct.pack("<BIQQ", name in packed, tensor.size, before + directory + len(data), len(raw))
        entries.append(struct.pack("<H", len(name)) + name.encode() + place)
        data += raw
    return b"".join(entries) + data
