"""What the tests of faults share: small corpora under a small real encoder, and a way to run a command."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(Path(__file__).resolve().parent))

from small_corpus import ENCODER, PAGES, Start

from povqa.config import Settings
from povqa.encoder.models import folder_of
from tiny_model import write_tiny_model


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache with a prepared encoder."""
    folder = tmp_path_factory.mktemp("cache")
    write_tiny_model(folder_of(Settings(cache=folder, encoder=ENCODER), ENCODER), ENCODER)
    return folder


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    """A corpus that a test may change, not yet indexed."""
    folder = tmp_path / "pages"
    folder.mkdir()
    for name, text in PAGES.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def own(tmp_path: Path, corpus: Path, cache: Path) -> Settings:
    return Settings(corpus=corpus, index=tmp_path / "index", cache=cache, encoder=ENCODER)


@pytest.fixture
def environment(own: Settings) -> dict[str, str]:
    """What a process of povqa is told of the corpus by."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("POVQA_")}
    return kept | {
        "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
        "POVQA_CORPUS": str(own.corpus_path),
        "POVQA_INDEX": str(own.index_path),
        "POVQA_CACHE": str(own.cache),
        "POVQA_ENCODER": ENCODER,
        "POVQA_LANG": "en",
    }


@pytest.fixture
def start(environment: dict[str, str]) -> Start:
    """Starts a command of povqa in a process of its own."""

    def begin(*words: object, **more: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "povqa", *map(str, words)]
        pipe = subprocess.PIPE
        return subprocess.Popen(command, env=environment | more, stdout=pipe, stderr=pipe, text=True)

    return begin


@pytest.fixture
def index_of_seeds(seeds_engine, tmp_path: Path) -> Settings:
    """A copy of the index of the corpus that ships: the states of its files are news, as after any copying."""
    shutil.copytree(seeds_engine.settings.index_path, tmp_path / "index")
    return seeds_engine.settings.model_copy(update={"index": tmp_path / "index"})
