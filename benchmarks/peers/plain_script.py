"""The usual tutorial: sentences embedded with sentence-transformers, searched with FAISS, the nearest one given."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path

import faiss
from sentence_transformers import SentenceTransformer


class Peer:
    def __init__(self, folder: Path, encoder: str) -> None:
        self.folder = folder
        self.model = SentenceTransformer(encoder, device="cpu")

    def index(self, files: Sequence[Path]) -> None:
        rows = [
            (str(path), sentence.strip())
            for path in files
            for sentence in re.split(r"(?<=[。！？])|\n", path.read_text(encoding="utf-8"))
            if sentence.strip()
        ]
        texts = [f"passage: {sentence}" for _, sentence in rows]
        vectors = self.model.encode(texts, normalize_embeddings=True, show_progress_bar=False)
        table = faiss.IndexFlatIP(vectors.shape[1])
        table.add(vectors)
        faiss.write_index(table, str(self.folder / "sentences.faiss"))
        (self.folder / "sentences.json").write_text(json.dumps(rows, ensure_ascii=False), encoding="utf-8")

    def open(self) -> None:
        self.table = faiss.read_index(str(self.folder / "sentences.faiss"))
        self.rows = json.loads((self.folder / "sentences.json").read_text(encoding="utf-8"))

    def ask(self, question: str, history: Sequence[str]) -> tuple[str, str, float]:
        vector = self.model.encode([f"query: {' '.join([*history, question])}"], normalize_embeddings=True)
        scores, numbers = self.table.search(vector, 1)
        path, sentence = self.rows[numbers[0, 0]]
        return path, sentence, float(scores[0, 0])
