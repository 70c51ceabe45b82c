"""An index in Milvus Lite against the same in files: the same hits, through every change, crash and mistake."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import astuple
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("pymilvus", reason="pymilvus is not installed: pip install 'povqa[milvus]'")
pytest.importorskip("milvus_lite", reason="Milvus Lite is not installed: pip install 'povqa[milvus]'")

from povqa.corpus.catalogue import Catalogue
from povqa.errors import BrokenIndexError, StoreError
from povqa.index.changes import Changes
from povqa.index.milvus import tidy as milvus_tidy
from povqa.index.milvus.server import CHUNKS, SENTENCES, Server, collection_of
from povqa.index.searching import MilvusPlace, Store
from povqa.index.store import Index
from povqa.index.tokens import question_tokens
from povqa.index.update import bring_in_line
from povqa.text.normalise import normalise
from tiny import TinyEncoder

QUESTIONS = ("临沭县还有多少贫困人口", "凌云茶叶", "第3号简报", "投入资金", "没有的词汇")
COUNTIES = ("临沭", "凌云", "莘", "青河", "白石", "井冈", "清流", "沂水")


@pytest.fixture(autouse=True)
def served(tmp_path: Path) -> Iterator[None]:
    """Ends the servers of the test's own files."""
    yield
    _release(tmp_path)


class Counting(TinyEncoder):
    """Knows how many passages it encoded."""

    encoded = 0

    def encode_passages(self, texts, progress=None):
        self.encoded += len(texts)
        return super().encode_passages(texts, progress)


class Corpus:
    """A corpus folder, with an index in files and one in Milvus."""

    def __init__(self, folder: Path) -> None:
        self.pages, self.files, self.index = folder / "pages", folder / "files", folder / "index"
        self.pages.mkdir()
        self.store = Store("milvus", MilvusPlace(str(folder / "milvus.db")))
        self.encoder = Counting()

    def write(self, number: int, word: str = "茶叶") -> None:
        county = COUNTIES[number % len(COUNTIES)]
        (self.pages / f"{number}.txt").write_text(
            f"{county}县第{number}号简报\n\n来源:{'国际在线' if number % 2 else '云南网'} 2017-0{number % 9 + 1}-04\n\n"
            f"  {county}县第{number}年种植{word}{number * 37 + 11}亩,人均增收{number * 13 + 500}元。"
            f"全县还有贫困人口{number * 101 + 7}户,投入资金{number + 3}万元。\n", "utf-8",
        )  # fmt: skip

    def scan(self) -> Catalogue:
        return Catalogue(self.pages, empty=True)

    def update(self, *, files: bool = True, rebuild: bool = False) -> Changes:
        if files:
            bring_in_line(self.files, self.scan, TinyEncoder(), rebuild=rebuild)
        return bring_in_line(self.index, self.scan, self.encoder, rebuild=rebuild, store=self.store)

    def open(self) -> Index:
        return Index.open(self.index, self.store)

    def rows(self) -> tuple[int, int]:
        with self.open() as index:
            server = Server(self.store.milvus)
            names = [collection_of(index.manifest.collection, kind) for kind in (SENTENCES, CHUNKS)]
            for name in names:
                server.call("load_collection", name)
            found = server.rows(names[0]), server.rows(names[1])
            server.close()
            return found

    def collections(self) -> set[str]:
        server = Server(self.store.milvus)
        found = set(server.call("list_collections"))
        server.close()
        return found


@pytest.fixture
def corpus(tmp_path: Path) -> Corpus:
    made = Corpus(tmp_path)
    for number in range(8):
        made.write(number)
    made.update()
    return made


def found(index: Index, restriction: dict | None = None, scores: bool = True) -> list[object]:
    """What the questions find: sentences and chunks as they are cited, with their scores."""
    allowed = index.allowed(**restriction) if restriction else None
    hits: list[object] = []
    for question in map(normalise, QUESTIONS):
        sentences, marks = index.search_sentences(question_tokens(question), 12, allowed)
        marks = np.round(marks, 3) if scores else np.zeros(len(marks))
        hits.append([(astuple(index.sentence(i)), s) for i, s in zip(sentences.tolist(), marks.tolist(), strict=True)])
        chunks, cosines = index.search_chunks(TinyEncoder().encode_query(question), 5, allowed)
        hits.append(sorted((np.round(cosines, 3).tolist(), astuple(index.chunk(i))) for i in chunks.tolist()))
        asked = question_tokens(question)
        hits.append((index.lexical.count, index.lexical.document_frequency(asked).tolist()))
    return hits


def both(corpus: Corpus, restriction: dict | None = None, scores: bool = True) -> tuple[list[object], list[object]]:
    with corpus.open() as there, Index.open(corpus.files) as here:
        return found(there, restriction, scores), found(here, restriction, scores)


def test_the_same_hits_with_the_same_scores(corpus: Corpus):
    there, here = both(corpus)
    assert there == here
    assert any(there[0])
    with corpus.open() as index:
        assert index.manifest.dense == "Milvus FLAT"
        index.verify(TinyEncoder())
        assert not list((index.generation / "dense").iterdir())


@pytest.mark.parametrize("named", [1000, 0])
@pytest.mark.parametrize(
    "restriction",
    [
        {"articles": ["1", "4"]},
        {"places": ["临沭"]},
        {"places": ["凌云县", "沂水"]},
        {"since": "2017-04", "until": "2017-06"},
        {"until": "2017-03-04"},
        {"sources": ["国际在线"]},
        {"sources": ["云南网"], "since": "2017-05", "places": ["白石县"]},
        {"authors": ["没有人"]},
        {"since": "3000"},
    ],
)
def test_restrictions_leave_the_same(corpus: Corpus, restriction: dict, named: int, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("povqa.index.milvus.filters.NAMED", named)
    there, here = both(corpus, restriction)
    assert there == here


def test_an_article_that_stands_aside_brings_in_the_one_that_is_searched(
    corpus: Corpus, monkeypatch: pytest.MonkeyPatch
):
    text = (corpus.pages / "1.txt").read_text("utf-8")
    (corpus.pages / "copy.txt").write_text(text.replace("国际在线", "新华网").replace("2017-02", "2017-09"), "utf-8")
    corpus.update()
    with corpus.open() as index:
        assert index.manifest.copies == 1
    for named in (1000, 0):
        monkeypatch.setattr("povqa.index.milvus.filters.NAMED", named)
        there, here = both(corpus, {"sources": ["新华网"]})
        assert there == here
        assert any(there[0])


def test_articles_come_change_and_go(corpus: Corpus, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("povqa.index.writer.SMALL", 0)
    corpus.write(8)
    assert corpus.update().added == ("8",)
    corpus.write(2, "苹果")
    assert corpus.update().changed == ("2",)
    (corpus.pages / "5.txt").unlink()
    assert corpus.update().removed == ("5",)
    with corpus.open() as index:
        assert not index.alive.all()  # the dead are still in the tables
        assert corpus.rows() == (index.manifest.sentences, index.manifest.chunks)
        index.verify(TinyEncoder())
    there, here = both(corpus, scores=False)
    assert [len(one) for one in there] == [len(one) for one in here]
    corpus.encoder.encoded = 0
    assert corpus.update(rebuild=True).unchanged == 8
    there, here = both(corpus)
    assert there == here


def test_numbering_anew_fetches_vectors_from_the_server_and_drops_the_old_collections(corpus: Corpus):
    corpus.encoder.encoded = 0
    before = corpus.collections()
    (corpus.pages / "5.txt").unlink()
    corpus.update()  # so few sentences are numbered anew at once
    assert corpus.encoder.encoded == 0
    there, here = both(corpus)
    assert there == here
    assert len(before) == len(corpus.collections()) == 2
    assert before.isdisjoint(corpus.collections())


def test_a_reader_finds_what_its_tables_know_while_another_generation_is_written(
    corpus: Corpus, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("povqa.index.writer.SMALL", 0)
    with corpus.open() as reader:
        before = found(reader)
        corpus.write(8)
        corpus.update()
        corpus.write(9)
        corpus.update()
        assert found(reader) == before


def test_a_writer_that_is_stopped_leaves_nothing_that_is_found(corpus: Corpus, monkeypatch: pytest.MonkeyPatch):
    before, _ = both(corpus)
    rows = corpus.rows()
    corpus.write(8)
    with monkeypatch.context() as patch:
        patch.setattr("povqa.index.writer.describe_files", _interrupted)
        with pytest.raises(KeyboardInterrupt):
            corpus.update(files=False)
    assert corpus.rows() > rows
    there, here = both(corpus)
    assert there == here == before
    corpus.update(files=False)
    bring_in_line(corpus.files, corpus.scan, TinyEncoder())
    there, here = both(corpus, scores=False)
    assert there == here
    with corpus.open() as index:
        assert corpus.rows() == (index.manifest.sentences, index.manifest.chunks)


KILLED = """
import os, signal, sys
from pathlib import Path
import povqa.index.writer
from povqa.corpus.catalogue import Catalogue
from povqa.index.searching import MilvusPlace, Store
from povqa.index.update import bring_in_line
from tiny import TinyEncoder
folder = Path(sys.argv[1])
store = Store("milvus", MilvusPlace(str(folder / "milvus.db")))
if sys.argv[2] == "before":
    povqa.index.writer.describe_files = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
bring_in_line(folder / "index", lambda: Catalogue(folder / "pages", empty=True), TinyEncoder(), store=store)
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_process_that_is_killed_loses_nothing_that_was_acknowledged(corpus: Corpus, tmp_path: Path, when: str):
    before, _ = both(corpus)
    _release(tmp_path)
    corpus.write(8)
    tests = str(Path(__file__).resolve().parents[2])
    paths = os.pathsep.join([tests, *filter(None, sys.path)])
    command = [sys.executable, "-c", KILLED, str(tmp_path), when]
    ended = subprocess.run(command, env=os.environ | {"PYTHONPATH": paths}, check=False, capture_output=True)
    assert ended.returncode == -signal.SIGKILL, ended.stderr.decode()
    if when == "after":
        bring_in_line(corpus.files, corpus.scan, TinyEncoder())
        before, here = both(corpus)
        assert [len(one) for one in before] == [len(one) for one in here]
    there, _ = both(corpus)
    assert there == before
    corpus.update()
    with corpus.open() as index:
        assert corpus.rows() == (index.manifest.sentences, index.manifest.chunks)
        assert index.manifest.articles == 9


def test_rows_that_could_not_be_deleted_are_not_found_and_go_with_the_next_look(
    corpus: Corpus, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("povqa.index.writer.SMALL", 0)
    (corpus.pages / "5.txt").unlink()
    with monkeypatch.context() as patch:
        patch.setattr(milvus_tidy, "_delete_rows", lambda *_: None)
        corpus.update()
    with corpus.open() as index:
        assert corpus.rows() > (index.manifest.sentences, index.manifest.chunks)
        assert not any(cited[0] == "5" for hits in found(index)[::3] for cited, _ in hits)
        with pytest.raises(BrokenIndexError, match="rows too many"):
            index.verify()
    assert not corpus.update()  # nothing has changed
    with corpus.open() as index:
        assert corpus.rows() == (index.manifest.sentences, index.manifest.chunks)


def test_from_files_to_milvus_and_back_encodes_nothing_again(corpus: Corpus):
    encoder = Counting()
    bring_in_line(corpus.files, corpus.scan, encoder, store=corpus.store)
    with Index.open(corpus.files, corpus.store) as index:
        assert index.manifest.store == "milvus"
        there = found(index)
    bring_in_line(corpus.files, corpus.scan, encoder, store=Store("local", corpus.store.milvus))
    with Index.open(corpus.files) as index:
        assert index.manifest.store == "local"
        assert found(index) == there
    assert encoder.encoded == 0


def test_a_copy_of_the_folder_can_be_read_and_writes_for_itself(corpus: Corpus, tmp_path: Path):
    copy = tmp_path / "copy"
    shutil.copytree(corpus.index, copy)
    before, _ = both(corpus)
    with Index.open(copy, corpus.store) as index:
        assert found(index) == before
    corpus.write(8)
    bring_in_line(copy, corpus.scan, TinyEncoder(), store=corpus.store)
    bring_in_line(copy, corpus.scan, TinyEncoder(), rebuild=True, store=corpus.store)
    there, _ = both(corpus)
    assert there == before
    with Index.open(copy, corpus.store) as index, corpus.open() as own:
        assert index.manifest.collection != own.manifest.collection


def test_an_empty_corpus_finds_nothing(tmp_path: Path, corpus: Corpus):
    for path in corpus.pages.iterdir():
        path.unlink()
    corpus.update()
    with corpus.open() as index:
        index.verify(TinyEncoder())
        assert not len(index.search_sentences(["茶"], 5)[0])
        assert not len(index.search_chunks(TinyEncoder().encode_query("茶"), 5)[0])


def test_a_server_that_is_not_there_is_one_line(corpus: Corpus):
    store = Store("milvus", MilvusPlace("http://127.0.0.1:1"))
    with (
        Index.open(corpus.index, store) as index,
        pytest.raises(StoreError, match="127.0.0.1:1 cannot be used") as told,
    ):
        index.search_sentences(["茶"], 5)
    assert "\n" not in str(told.value)
    assert "POVQA_MILVUS_URI" in told.value.zh
    before = corpus.index / "CURRENT"
    name = before.read_text("utf-8")
    corpus.write(8)
    with pytest.raises(StoreError):
        bring_in_line(corpus.index, corpus.scan, TinyEncoder(), store=store)
    assert before.read_text("utf-8") == name


def test_an_address_that_is_none_is_one_line(corpus: Corpus):
    store = Store("milvus", MilvusPlace("milvus"))
    with Index.open(corpus.index, store) as index, pytest.raises(StoreError, match="POVQA_MILVUS_URI is 'milvus'"):
        index.search_sentences(["茶"], 5)


def test_without_pymilvus_the_line_says_what_to_install(corpus: Corpus, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "pymilvus", None)
    with corpus.open() as index, pytest.raises(StoreError, match=r"pip install 'povqa\[milvus\]'"):
        index.search_sentences(["茶"], 5)


def test_an_index_in_milvus_says_so_where_none_is_set(corpus: Corpus):
    with Index.open(corpus.index) as index, pytest.raises(StoreError, match="set POVQA_STORE=milvus"):
        index.lexical.document_frequency(["茶"])


def test_a_server_without_the_index_or_with_another_s_is_one_line(corpus: Corpus, tmp_path: Path):
    other = Store("milvus", MilvusPlace(str(tmp_path / "other.db")))
    with Index.open(corpus.index, other) as index, pytest.raises(BrokenIndexError, match="has no collection povqa_"):
        index.search_sentences(["茶"], 5)
    with corpus.open() as index:
        name = collection_of(index.manifest.collection, SENTENCES)
    server = Server(corpus.store.milvus)
    server.call("drop_collection", name)
    server.call("create_collection", name, dimension=4)
    with corpus.open() as index, pytest.raises(BrokenIndexError, match="is of another index"):
        index.search_sentences(["茶"], 5)
    server.close()
    corpus.update(rebuild=True)
    there, here = both(corpus)
    assert there == here


def test_a_file_that_another_process_has_open_is_one_line(corpus: Corpus, tmp_path: Path):
    path = tmp_path / "held.db"
    code = f"import sys; from milvus_lite.db import MilvusLite as Lite; Lite({str(path)!r}); print(flush=True); input()"
    with subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdin is not None
        assert holder.stdout is not None
        holder.stdout.readline()
        with pytest.raises(StoreError, match="another process has it open"):
            Server(MilvusPlace(str(path)))
        holder.stdin.close()


def _release(folder: Path) -> None:
    from milvus_lite.server_manager import server_manager_instance

    for path in list(server_manager_instance._servers):
        if Path(path).is_relative_to(folder):
            server_manager_instance.release_server(path)


def _interrupted(*_: object) -> None:
    raise KeyboardInterrupt
