"""What tells that a file of an index is not what was written, and when it is read for that."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from povqa.corpus.catalogue import Catalogue
from povqa.errors import BrokenIndexError
from povqa.index import checksums
from povqa.index.build import build_index
from povqa.index.checksums import CHECKSUMS
from povqa.index.files import known_ids
from povqa.index.store import Index
from povqa.index.update import bring_in_line
from povqa.types import Article
from tiny import TinyEncoder


def build(articles: list[Article], folder: Path, fingerprint: str = "f1") -> Path:
    build_index(articles, TinyEncoder(), folder, corpus_hash="c1", fingerprint=fingerprint)
    return folder / (folder / "CURRENT").read_text("utf-8").strip()


def flip(path: Path, *, silently: bool = False) -> None:
    """Change the last byte of a file; silently: as a disk does that forgets."""
    state = path.stat()
    with path.open("r+b") as stream:
        stream.seek(-1, os.SEEK_END)
        last = stream.read(1)[0]
        stream.seek(-1, os.SEEK_END)
        stream.write(bytes([last ^ 1]))
    if silently:
        os.utime(path, ns=(state.st_atime_ns, state.st_mtime_ns))


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The files that are read through, by name."""
    seen: list[str] = []
    whole = checksums.crc

    def crc(path: Path) -> int:
        seen.append(path.name)
        return whole(path)

    monkeypatch.setattr(checksums, "crc", crc)
    return seen


def test_small_files_are_read_each_time_and_large_ones_where_they_are_others(
    articles: list[Article], tmp_path: Path, reads: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    build(articles, tmp_path / "index")
    reads.clear()
    Index.open(tmp_path / "index").close()
    assert sorted(reads) == ["alive.npy", "articles.sqlite", "chunks.npy", "manifest.json", "sentences.npy"]
    monkeypatch.setattr(checksums, "EACH_TIME", -1)
    reads.clear()
    Index.open(tmp_path / "index").close()
    assert reads == ["manifest.json"]
    shutil.copytree(tmp_path / "index", tmp_path / "copy")
    for expected in (5, 1):  # what was found right in its new place is remembered
        reads.clear()
        Index.open(tmp_path / "copy").close()
        assert len(reads) == expected


@pytest.mark.parametrize("part", ["articles.sqlite", "lexical", "dense", "vocabulary.sqlite", "manifest.json"])
@pytest.mark.parametrize("large", [False, True])
def test_a_byte_that_somebody_changed_is_seen_before_it_is_used(
    articles: list[Article], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, part: str, large: bool
) -> None:
    generation = build(articles, tmp_path)
    if large:
        monkeypatch.setattr(checksums, "EACH_TIME", -1)
    path = generation / part
    if path.is_dir():
        path = max((one for one in path.iterdir() if one.suffix != ".lock"), key=lambda one: one.stat().st_size)
    if part == "manifest.json":
        path.write_bytes(path.read_bytes().replace(b'"sentences": ', b'"sentences": 1'))
    else:
        flip(path)
    with pytest.raises(BrokenIndexError, match=rf"damaged \({path} is not what was written\): run `povqa index"):  # noqa: PT012
        index = Index.open(tmp_path)
        index.local_lexical.search(["临沭"], 3)
        index.local_dense.search(TinyEncoder().encode_query("临沭"), 3)
        index.vocabulary.key_terms("linshu")


def test_checksums_that_are_damaged_are_taken_again(articles: list[Article], tmp_path: Path) -> None:
    generation = build(articles, tmp_path)
    sound = (generation / CHECKSUMS).read_bytes()
    flip(generation / CHECKSUMS)
    with Index.open(tmp_path) as index:
        index.checksums.check()
    names = {line for line in sound.splitlines() if b": [" in line and b"manifest" not in line}
    assert names <= set((generation / CHECKSUMS).read_bytes().splitlines())
    (generation / CHECKSUMS).write_bytes(b"00000000\n{}")
    flip(generation / "sentences.npy")
    with pytest.raises(BrokenIndexError, match=r"sentences\.npy"):
        Index.open(tmp_path)


def test_an_index_without_checksums_opens_and_gets_them_with_the_next_article(
    articles: list[Article], tmp_path: Path, reads: list[str]
) -> None:
    (build(articles, tmp_path) / CHECKSUMS).unlink()
    reads.clear()
    with Index.open(tmp_path) as index:
        index.checksums.check(every_byte=True)
    assert reads == []
    assert (build(articles, tmp_path, "f2") / CHECKSUMS).exists()


def test_a_folder_that_cannot_be_written_is_checked_all_the_same(articles: list[Article], tmp_path: Path) -> None:
    generation = build(articles, tmp_path / "index")
    aside = tmp_path / "copy"
    shutil.copytree(tmp_path / "index", aside)
    (aside / generation.name / CHECKSUMS).chmod(0o444)
    (aside / generation.name).chmod(0o555)
    try:
        with Index.open(aside) as index:
            index.checksums.check()
        flip(aside / generation.name / "chunks.npy")
        with pytest.raises(BrokenIndexError, match=r"chunks\.npy"):
            Index.open(aside)
    finally:
        (aside / generation.name).chmod(0o755)


def test_what_a_disk_has_forgotten_is_not_copied_into_the_next_generation(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pages, index = tmp_path / "pages", tmp_path / "index"
    pages.mkdir()
    (pages / "a.txt").write_text("临沭县种茶\n\n  临沭县种植茶叶37亩。\n", "utf-8")
    bring_in_line(index, lambda: Catalogue(pages), TinyEncoder())
    monkeypatch.setattr(checksums, "EACH_TIME", -1)
    data = (index / "generation-000001" / "articles.sqlite").read_bytes()
    place = data.rindex("37亩".encode())
    state = (index / "generation-000001" / "articles.sqlite").stat()
    with (index / "generation-000001" / "articles.sqlite").open("r+b") as stream:
        stream.seek(place)
        stream.write(b"9")
    os.utime(index / "generation-000001" / "articles.sqlite", ns=(state.st_atime_ns, state.st_mtime_ns))
    (pages / "b.txt").write_text("凌云县种茶\n\n  凌云县种植茶叶45亩。\n", "utf-8")
    assert bring_in_line(index, lambda: Catalogue(pages), TinyEncoder()).rebuilt
    with Index.open(index) as opened:
        assert "37亩" in opened.article("a").text
        opened.verify(TinyEncoder())


def test_a_pointer_to_the_generation_before_is_not_followed(articles: list[Article], tmp_path: Path) -> None:
    first = build(articles, tmp_path)
    second = build(articles[1:], tmp_path, "f2")
    assert first.exists()
    (tmp_path / "CURRENT").write_text(first.name + "\n", "utf-8")
    with pytest.raises(BrokenIndexError, match=f"names {first.name}, which has been replaced.*run `povqa index`"):
        Index.open(tmp_path)
    (tmp_path / "CURRENT").write_text(second.name + "\n", "utf-8")
    assert Index.open(tmp_path).manifest.fingerprint == "f2"


def test_ids_are_not_taken_from_records_that_are_damaged(tmp_path: Path) -> None:
    pages, index = tmp_path / "pages", tmp_path / "index"
    pages.mkdir()
    (pages / "linshu.txt").write_text("临沭县种茶\n\n  临沭县种植茶叶37亩。\n", "utf-8")
    bring_in_line(index, lambda: Catalogue(pages), TinyEncoder())
    assert known_ids(index) == {"linshu.txt": "linshu"}
    path = index / "generation-000001" / "files.sqlite"
    path.write_bytes(path.read_bytes().replace(b"linshu", b"linsha"))
    assert known_ids(index) == {}
