"""BM25 over jieba's words: bm25s, no network at all."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import bm25s
import jieba


class Peer:
    def __init__(self, folder: Path, encoder: str) -> None:
        self.folder = folder

    def index(self, files: Sequence[Path]) -> None:
        rows = [
            {"path": str(path), "text": sentence.strip()}
            for path in files
            for sentence in re.split(r"(?<=[。！？])|\n", path.read_text(encoding="utf-8"))
            if sentence.strip()
        ]
        words = [jieba.lcut_for_search(row["text"]) for row in rows]
        retriever = bm25s.BM25(method="lucene")
        retriever.index(words, show_progress=False)
        retriever.save(self.folder, corpus=rows, show_progress=False)

    def open(self) -> None:
        self.retriever = bm25s.BM25.load(self.folder, load_corpus=True, show_progress=False)

    def ask(self, question: str, history: Sequence[str]) -> tuple[str, str, float]:
        words = jieba.lcut_for_search(" ".join([*history, question]))
        found, scores = self.retriever.retrieve([words], k=1, show_progress=False)
        return found[0, 0]["path"], found[0, 0]["text"], float(scores[0, 0])
