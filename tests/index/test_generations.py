"""Builds that are cut short, and builds while others read."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from povqa.errors import BrokenIndexError
from povqa.index.build import build_index
from povqa.index.store import Index
from povqa.types import Article
from tiny import TinyEncoder

TESTS = Path(__file__).resolve().parents[1]
CHILD = """
import resource, sys, time
from pathlib import Path
from povqa.errors import PovqaError
from povqa.index.build import build_index
from povqa.types import Article
from tiny import TinyEncoder

class Slow(TinyEncoder):
    def encode_passages(self, texts, progress=None):
        print("encoding", flush=True)
        sys.stdin.read()
        return super().encode_passages(texts, progress)

folder, limit = Path(sys.argv[1]), int(sys.argv[2])
if limit:
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
articles = [Article(f"new{i}", "新", f"新的第{i}句话。" * 50, "p") for i in range(50)]
try:
    build_index(articles, Slow(), folder, corpus_hash="c2", fingerprint="f2")
except PovqaError as error:
    print(error)
    sys.exit(2)
"""


def build(articles: list[Article], folder: Path, fingerprint: str) -> None:
    build_index(articles, TinyEncoder(), folder, corpus_hash="c", fingerprint=fingerprint)


def child(folder: Path, limit: int = 0) -> subprocess.Popen[str]:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([*sys.path, str(TESTS)])}
    command = [sys.executable, "-c", CHILD, str(folder), str(limit)]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, env=environment, stdin=pipe, stdout=pipe, stderr=pipe, text=True)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if path.name not in (".lock", "journal"))


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT, signal.SIGTERM])
def test_a_build_cut_short_leaves_the_old_index_serving(articles: list[Article], tmp_path: Path, how: int) -> None:
    build(articles, tmp_path, "f1")
    with child(tmp_path) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "encoding\n"
        assert any(name.startswith("building-") for name in names(tmp_path))
        process.send_signal(how)
        process.wait(timeout=120)
    with Index.open(tmp_path) as index:
        index.verify()
        assert index.manifest.fingerprint == "f1"
        assert len(index.lexical.search(["临沭"], 5)[0]) > 0
    if how == signal.SIGINT:
        assert names(tmp_path) == ["CURRENT", "generation-000001"]
    build(articles, tmp_path, "f3")
    assert names(tmp_path) == ["CURRENT", "generation-000001", "generation-000002"]
    assert Index.open(tmp_path).manifest.fingerprint == "f3"


@pytest.mark.parametrize("limit", [1, 5_000, 30_000])
def test_a_disk_that_takes_no_more_is_one_clear_line(articles: list[Article], tmp_path: Path, limit: int) -> None:
    build(articles, tmp_path, "f1")
    with child(tmp_path, limit) as process:
        out, err = process.communicate(timeout=120)
    assert process.returncode == 2, err
    line = out.removeprefix("encoding\n")
    assert line.startswith(f"The index in {tmp_path} cannot be written (")
    assert line.endswith("run `povqa index`.\n")
    assert line.count("\n") == 1
    assert names(tmp_path) == ["CURRENT", "generation-000001"]
    Index.open(tmp_path).verify()


def test_a_crash_before_the_swap_leaves_the_old_index_serving(articles: list[Article], tmp_path: Path) -> None:
    build(articles, tmp_path, "f1")
    (tmp_path / "generation-000002").mkdir()  # renamed, not yet named in CURRENT
    (tmp_path / "CURRENT.new").write_text("generation-000002", encoding="utf-8")
    assert Index.open(tmp_path).manifest.fingerprint == "f1"
    build(articles, tmp_path, "f2")
    assert names(tmp_path) == ["CURRENT", "generation-000001", "generation-000003"]


def test_a_second_writer_is_told(articles: list[Article], tmp_path: Path) -> None:
    with child(tmp_path) as process:
        assert process.stdout is not None
        process.stdout.readline()
        with pytest.raises(BrokenIndexError, match="Another povqa is writing the index"):
            build(articles, tmp_path, "f1")
        assert process.stdin is not None
        process.stdin.close()
        assert process.wait(timeout=120) == 0
    assert Index.open(tmp_path).manifest.fingerprint == "f2"


def test_a_second_writer_may_wait(articles: list[Article], tmp_path: Path) -> None:
    with child(tmp_path) as process:
        assert process.stdout is not None
        process.stdout.readline()
        assert process.stdin is not None
        build_index(articles, TinyEncoder(), tmp_path, corpus_hash="c", fingerprint="f1", on_wait=process.stdin.close)
    assert process.returncode == 0
    assert Index.open(tmp_path).manifest.fingerprint == "f1"


def test_a_generation_stays_as_long_as_it_is_read(articles: list[Article], tmp_path: Path) -> None:
    build(articles, tmp_path, "f1")
    reader = Index.open(tmp_path)
    for fingerprint in ("f2", "f3", "f4"):
        build(articles[1:], tmp_path, fingerprint)
    assert reader.manifest.fingerprint == "f1"
    assert reader.dense.count == reader.manifest.chunks  # opened only now
    assert reader.article("linshu") == articles[0]
    assert "generation-000001" in names(tmp_path)
    reader.close()
    build(articles, tmp_path, "f5")
    assert names(tmp_path) == ["CURRENT", "generation-000004", "generation-000005"]


def test_a_generation_is_let_go_when_its_reader_is_forgotten(articles: list[Article], tmp_path: Path) -> None:
    build(articles, tmp_path, "f1")
    Index.open(tmp_path)
    for fingerprint in ("f2", "f3"):
        build(articles, tmp_path, fingerprint)
    assert names(tmp_path) == ["CURRENT", "generation-000002", "generation-000003"]


def test_readers_never_see_a_mixture_while_builds_go_on(articles: list[Article], tmp_path: Path) -> None:
    build(articles[:1], tmp_path, "1")
    failures: list[str] = []
    done = threading.Event()

    def read() -> None:
        while not done.is_set():
            with Index.open(tmp_path) as index:
                count = int(index.manifest.fingerprint)
                sizes = (len(index.article_ids), index.lexical.count, index.dense.count)
                expected = (count, index.manifest.sentences, index.manifest.chunks)
                if sizes != expected:
                    failures.append(f"{sizes} != {expected}")

    readers = [threading.Thread(target=read) for _ in range(2)]
    for reader in readers:
        reader.start()
    for i in range(8):
        count = 1 + i % 4
        build(articles[:count], tmp_path, str(count))
    done.set()
    for reader in readers:
        reader.join()
    assert failures == []


def test_only_our_own_folders_are_removed(articles: list[Article], tmp_path: Path) -> None:
    for name in ("notes", "generation", "generation-12"):
        (tmp_path / name).mkdir()
    for fingerprint in ("f1", "f2", "f3"):
        build(articles, tmp_path, fingerprint)
    assert {"notes", "generation", "generation-12"} < set(names(tmp_path))
