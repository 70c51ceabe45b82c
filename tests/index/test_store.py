from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from povqa.errors import BrokenIndexError, CorpusError
from povqa.index.build import build_index, passage_text
from povqa.index.manifest import Manifest, current_parameters
from povqa.index.store import Index
from povqa.index.tokens import question_tokens
from povqa.text.normalise import normalise
from povqa.types import Article
from tiny import TinyEncoder


def build(articles: list[Article], folder: Path, fingerprint: str = "f1") -> Manifest:
    return build_index(articles, TinyEncoder(), folder, corpus_hash="c1", fingerprint=fingerprint)


@pytest.fixture
def index(articles: list[Article], tmp_path: Path) -> Index:
    build(articles, tmp_path)
    return Index.open(tmp_path)


def test_articles_come_back_as_they_were(index: Index, articles: list[Article]) -> None:
    assert index.article_ids == ("linshu", "lingyun", "undated", "app")
    assert [index.article(i) for i in range(4)] == articles
    assert index.article("lingyun") == articles[1]


def test_an_unknown_article_is_one_clear_line(index: Index) -> None:
    with pytest.raises(CorpusError, match="no article 'none' in the index.*povqa index"):
        index.article("none")


def test_sentences_and_chunks_are_whole_and_stand_in_their_articles(index: Index, articles: list[Article]) -> None:
    texts = [index.sentence_text(i) for i in range(index.manifest.sentences)]
    assert texts[1] == "重点贫困村20个。"
    assert "".join(texts) == "".join(article.text for article in articles).replace("\n", "")
    assert [index.sentence(i).article_id for i in index.sentences_of(1)] == ["lingyun", "lingyun"]
    assert list(index.sentences_of(2)) == []
    for i in range(index.manifest.chunks):
        chunk, first, last = index.chunk(i), int(index.chunks.first[i]), int(index.chunks.last[i])
        assert (chunk.start, chunk.end) == (index.sentence(first).start, index.sentence(last).end)
        assert {index.chunk_of(j) for j in range(first, last + 1)} == {i}


def test_both_searches_find_the_sentence(index: Index) -> None:
    question = "临沭还剩多少户没脱贫"
    ids, _ = index.lexical.search(question_tokens(normalise(question)), 3)
    assert "3309户" in index.sentence_text(int(ids[0]))
    linshu = index.article(0)
    chunk = index.chunk(0)
    ids, cosines = index.dense.search(TinyEncoder().encode_query(passage_text(linshu, chunk.start, chunk.end)), 1)
    assert ids.tolist() == [0]
    assert cosines[0] == pytest.approx(1.0, abs=1e-5)


def test_a_title_finds_the_sentences_of_its_article(index: Index) -> None:
    ids, _ = index.lexical.search(["种茶"], 10)
    assert ids.tolist() == list(index.sentences_of(1))


@pytest.mark.parametrize(
    ("restriction", "expected"),
    [
        ({"articles": ["app"]}, {"app"}),
        ({"articles": []}, set()),
        ({"places": ["临沭"]}, {"linshu"}),
        ({"places": ["临沂"]}, {"linshu"}),
        ({"places": ["臨沂市", "广西"]}, {"linshu", "lingyun"}),
        ({"places": ["山东省"]}, {"linshu"}),
        ({"places": ["临沂县"]}, set()),
        ({"since": "2017-05-04"}, {"linshu", "app"}),
        ({"until": "2017"}, {"linshu", "lingyun"}),
        ({"since": "2017-04", "until": "2017-05"}, {"linshu"}),
        ({"places": ["广西"], "since": "2017-04"}, set()),
        ({"sources": ["国际在线"]}, {"linshu"}),
        ({"sources": ["國際在線", "无"]}, {"linshu"}),
        ({"sources": ["国际"]}, set()),
        ({"authors": ["姚秀权"]}, {"lingyun"}),
        ({"authors": ["姚秀权"], "sources": ["国际在线"]}, set()),
    ],
)
def test_restrictions(index: Index, restriction: dict[str, object], expected: set[str]) -> None:
    allowed = index.allowed(**restriction)  # type: ignore[arg-type]
    assert allowed is not None
    assert {index.article_ids[i] for i in index.sentences.article[allowed.sentences]} == expected
    assert {index.article_ids[i] for i in index.chunks.article[allowed.chunks]} == expected


def test_no_restriction_is_none(index: Index) -> None:
    assert index.allowed() is None


def test_what_makes_an_index_stale(index: Index) -> None:
    parameters = current_parameters()
    assert index.stale("f1", "tiny-1", parameters) == []
    assert index.stale("f2", "tiny-1", parameters) == ["corpus"]
    assert index.stale("f1", "tiny-2", {**parameters, "chunk_max_chars": 1}) == ["encoder", "parameters"]


def test_the_manifest_counts_and_describes(index: Index, tmp_path: Path) -> None:
    manifest = index.manifest
    assert (manifest.articles, manifest.sentences, manifest.dim) == (4, 6, 32)
    assert (manifest.corpus_hash, manifest.encoder, manifest.povqa_version != "") == ("c1", "tiny", True)
    generation = tmp_path / "generation-000001"
    there = {path.relative_to(generation).as_posix() for path in generation.rglob("*") if path.is_file()}
    assert {name for name in there if not name.endswith(".lock")} == {*manifest.files, "manifest.json", "checksums"}


def test_an_index_of_nothing_opens(tmp_path: Path) -> None:
    build([], tmp_path)
    with Index.open(tmp_path) as index:
        assert index.article_ids == ()
        assert len(index.lexical.search(["临"], 3)[0]) == 0
        assert len(index.dense.search(np.eye(32, dtype=np.float32)[0], 3)[0]) == 0


def test_passages_begin_with_the_title(articles: list[Article]) -> None:
    assert passage_text(articles[1], 0, 12) == "凌云县种茶脱贫\n凌云县种植茶叶11万亩。"


def one_line(error: BrokenIndexError) -> str:
    assert "\n" not in error.en + error.zh
    assert "povqa index" in error.en
    assert "povqa index" in error.zh
    return error.en


def test_no_index(tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "none", tmp_path / "file"):
        (tmp_path / "file").touch()
        with pytest.raises(BrokenIndexError) as caught:
            Index.open(folder)
        assert one_line(caught.value).startswith(f"There is no index in {folder}")


def test_a_file_cut_short_is_seen_at_once(index: Index, tmp_path: Path) -> None:
    index.close()
    for name in index.manifest.files:
        path = tmp_path / "generation-000001" / name
        whole = path.read_bytes()
        if not whole:
            continue
        path.write_bytes(whole[:-1])
        with pytest.raises(BrokenIndexError) as caught:
            Index.open(tmp_path)
        assert f"damaged ({path}" in one_line(caught.value)
        path.unlink()
        with pytest.raises(BrokenIndexError) as caught:
            Index.open(tmp_path)
        assert f"not complete ({path} is missing)" in one_line(caught.value)
        path.write_bytes(whole)
    Index.open(tmp_path).verify()


def test_a_changed_byte_is_seen_by_verify(index: Index, tmp_path: Path) -> None:
    path = tmp_path / "generation-000001" / "dense" / "flat-0000000000.faiss"
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)
    with pytest.raises(BrokenIndexError) as caught:
        Index.open(tmp_path).verify()
    assert f"damaged ({path}" in one_line(caught.value)


def test_an_index_of_someone_else(index: Index, tmp_path: Path) -> None:
    manifest = tmp_path / "generation-000001" / "manifest.json"
    content = json.loads(manifest.read_text(encoding="utf-8"))
    for foreign, expected in (
        ('{"kind": "other"}', "is not an index that povqa wrote"),
        ("", "is not an index that povqa wrote"),
        ("\udcff", "is not an index that povqa wrote"),
        (json.dumps({**content, "format_version": 99}), "has format 99"),
    ):
        manifest.write_bytes(foreign.encode("utf-8", "surrogateescape"))
        with pytest.raises(BrokenIndexError) as caught:
            Index.open(tmp_path)
        assert expected in one_line(caught.value)


@pytest.mark.parametrize("name", [b"", b"../elsewhere", b"generation-1", b"\xff\xfe"])
def test_a_pointer_to_nowhere(index: Index, tmp_path: Path, name: bytes) -> None:
    (tmp_path / "CURRENT").write_bytes(name)
    with pytest.raises(BrokenIndexError) as caught:
        Index.open(tmp_path)
    one_line(caught.value)


def test_a_generation_that_was_deleted(index: Index, tmp_path: Path) -> None:
    shutil.rmtree(tmp_path / "generation-000001")
    with pytest.raises(BrokenIndexError) as caught:
        Index.open(tmp_path)
    assert "generation-000001 is missing" in one_line(caught.value)


def test_a_broken_index_is_mended_by_the_next_build(index: Index, articles: list[Article], tmp_path: Path) -> None:
    (tmp_path / "generation-000001" / "manifest.json").write_text("{}", encoding="utf-8")
    (tmp_path / "CURRENT").write_text("nonsense", encoding="utf-8")
    build(articles, tmp_path)
    assert Index.open(tmp_path).article_ids == index.article_ids
