"""povqa: the corpus folder opened, the question put."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from povqa import Povqa
from povqa.config import Settings


class Peer:
    def __init__(self, folder: Path, encoder: str) -> None:
        self.folder = folder

    def index(self, files: Sequence[Path]) -> None:
        Povqa.open(Settings(corpus=files[0].parent, index=self.folder)).close()

    def open(self) -> None:
        self.engine = Povqa.open(Settings(index=self.folder), build=False)

    def ask(self, question: str, history: Sequence[str]) -> tuple[str, str, float]:
        answer = self.engine.ask(question, history)
        best = next(iter(answer.citations or answer.nearest), None)
        return (best.path, best.text, answer.confidence) if best else ("", "", 0.0)
