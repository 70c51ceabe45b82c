"""txtai's hybrid search: dense vectors and BM25 over pairs of characters, their normalised scores added.

Tokenizer and weights are the best on `dev` of those tried: Unicode words (which cuts Chinese into characters), pairs,
and both; dense scores weighing 0.1 to 0.7 (0.5 is the default).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from txtai import Embeddings


class Peer:
    def __init__(self, folder: Path, encoder: str) -> None:
        self.folder = folder
        self.encoder = encoder

    def index(self, files: Sequence[Path]) -> None:
        rows = [
            {"path": str(path), "text": sentence.strip()}
            for path in files
            for sentence in re.split(r"(?<=[。！？])|\n", path.read_text(encoding="utf-8"))
            if sentence.strip()
        ]
        embeddings = Embeddings(
            path=self.encoder,
            instructions={"query": "query: ", "data": "passage: "},
            scoring={"method": "bm25", "terms": True, "normalize": True, "tokenizer": {"ngrams": 2}},
            content=True,
            gpu=False,
        )
        embeddings.index(rows)
        embeddings.save(str(self.folder))

    def open(self) -> None:
        self.embeddings = Embeddings()
        self.embeddings.load(str(self.folder))

    def ask(self, question: str, history: Sequence[str]) -> tuple[str, str, float]:
        sql = "select path, text, score from txtai where similar(:question, 0.1)"
        found = self.embeddings.search(sql, 1, parameters={"question": " ".join([*history, question])})
        return (found[0]["path"], found[0]["text"], found[0]["score"]) if found else ("", "", 0.0)
