"""Bringing an index in line with its folder: what was changed step by step is as what is built in one go."""

from __future__ import annotations

import os
import shutil
import sqlite3
from dataclasses import astuple, replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from povqa.corpus.catalogue import Catalogue
from povqa.errors import BrokenIndexError, CorpusError
from povqa.index.changes import Changes
from povqa.index.files import catalogue_of, known_ids, read_files
from povqa.index.generations import BusyIndexError, current_name, writing
from povqa.index.layout import FILES
from povqa.index.store import Index
from povqa.index.tokens import question_tokens
from povqa.index.update import bring_in_line, dry_run
from povqa.text.normalise import normalise
from tiny import TinyEncoder

COUNTIES = ["临沭", "凌云", "莘", "青河", "白石", "井冈", "清流", "沂水"]


def page(number: int, word: str = "茶叶") -> str:
    county = COUNTIES[number % len(COUNTIES)]
    return (
        f"{county}县第{number}号简报\n\n"
        f"  {county}县第{number}年种植{word}{number * 37 + 11}亩,人均增收{number * 13 + 500}元。"
        f"全县还有贫困人口{number * 101 + 7}户,投入资金{number + 3}万元。\n"
    )


class Corpus:
    """A corpus folder and its index."""

    def __init__(self, folder: Path) -> None:
        self.pages, self.index = folder / "pages", folder / "index"
        self.pages.mkdir(parents=True)
        self.clock = 1_600_000_000

    def write(self, name: str, text: str) -> None:
        path = self.pages / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, "utf-8")
        self.clock += 1
        os.utime(path, (self.clock, self.clock))

    def update(self, *, rebuild: bool = False, encoder: TinyEncoder | None = None) -> Changes:
        return bring_in_line(self.index, self.scan, encoder or TinyEncoder(), rebuild=rebuild)

    def scan(self) -> Catalogue:
        return Catalogue(self.pages, empty=self.index.exists())


@pytest.fixture
def corpus(tmp_path: Path) -> Corpus:
    made = Corpus(tmp_path)
    for number in range(4):
        made.write(f"{number}.txt", page(number))
    assert made.update().added == ("0", "1", "2", "3")
    return made


@pytest.fixture
def worn(monkeypatch: pytest.MonkeyPatch) -> None:
    """However small, an index is only numbered anew when a quarter is dead."""
    monkeypatch.setattr("povqa.index.writer.SMALL", 0)


def facts(index: Index, questions: list[str], worn: bool) -> list[object]:
    """All that can be seen of an index from outside, but for when articles were added.

    :param worn: scores are left out: dead sentences count for how rare a word is, until all is written anew.
    """
    found: list[object] = [replace(article, added=None) for article in index.articles()]
    for article in index.articles():
        numbers = index.sentences_of(index.ordinal(article.id))
        found.append([article.text[s.start : s.end] for s in map(index.sentence, numbers)])
        found.append((index.vocabulary.key_terms(article.id), index.copies(article.id)))
    for question in map(normalise, questions):
        ids, scores = index.lexical.search(question_tokens(question), 1000)
        if worn:
            scores = np.zeros(len(scores))
        found.append(
            sorted(
                (s, astuple(index.sentence(i))) for i, s in zip(ids.tolist(), np.round(scores, 3).tolist(), strict=True)
            )
        )
        chunks, cosines = index.dense.search(TinyEncoder().encode_query(question), 1000)
        found.append(
            sorted(
                (s, astuple(index.chunk(i)))
                for i, s in zip(chunks.tolist(), np.round(cosines, 4).tolist(), strict=True)
            )
        )
        found.append(index.vocabulary.places_in(question))
        found.append(index.lexical.document_frequency(question_tokens(question)).tolist())
    manifest = index.manifest
    found += [manifest.articles, manifest.copies, manifest.sentences, manifest.chunks, manifest.corpus_hash]
    return found


QUESTIONS = [
    "临沭县种植多少亩茶叶",
    "凌云还有多少贫困人口",
    "青河县人均增收多少元",
    "第3年投入资金几万元",
    "苹果种了多少",
]


def check_as_rebuilt(corpus: Corpus, aside: Path) -> None:
    bring_in_line(aside, corpus.scan, TinyEncoder())
    with Index.open(corpus.index) as index, Index.open(aside) as anew:
        index.verify(TinyEncoder())
        worn = not index.alive.all()
        assert facts(index, QUESTIONS, worn) == facts(anew, QUESTIONS, worn)


def generations(corpus: Corpus) -> list[str]:
    return sorted(path.name for path in corpus.index.iterdir() if path.name.startswith("generation"))


def test_nothing_to_do_writes_nothing(corpus: Corpus) -> None:
    assert corpus.update() == Changes(unchanged=4)
    assert generations(corpus) == ["generation-000001"]
    assert not list(corpus.index.glob("building-*"))


def test_articles_enter_change_and_leave(corpus: Corpus, tmp_path: Path) -> None:
    corpus.write("5.txt", page(5))
    corpus.write("1.txt", page(1, "苹果"))
    (corpus.pages / "2.txt").unlink()
    assert dry_run(corpus.index, corpus.scan(), "tiny-1") == Changes(("5",), ("1",), ("2",), 2)
    assert generations(corpus) == ["generation-000001"]
    assert corpus.update() == Changes(("5",), ("1",), ("2",), 2)
    with Index.open(corpus.index) as index:
        assert [article.id for article in index.articles()] == ["0", "1", "3", "5"]
        assert "苹果" in index.article("1").text
        with pytest.raises(CorpusError, match="no article '2'"):
            index.article("2")
    check_as_rebuilt(corpus, tmp_path / "aside")


@pytest.mark.usefixtures("worn")
def test_rows_of_what_has_left_are_dead(corpus: Corpus) -> None:
    for number in range(4, 8):
        corpus.write(f"{number}.txt", page(number))
    corpus.update()
    (corpus.pages / "2.txt").unlink()
    corpus.update()
    with Index.open(corpus.index) as index:
        index.verify(TinyEncoder())
        assert index.manifest.ordinals == 8
        assert index.manifest.sentences == len(index.sentence_numbers) < len(index.sentences.article)
        assert {index.sentence(int(i)).article_id for i in index.sentence_numbers} == set("0134567")
        ids, _ = index.lexical.search(question_tokens("种植茶叶贫困人口简报"), 100)
        assert set(ids.tolist()) == set(index.sentence_numbers.tolist())
        chunks, _ = index.dense.search(TinyEncoder().encode_query("莘县"), 100)
        assert {index.chunk(int(i)).article_id for i in chunks} == set("0134567")
        texts = [index.sentence_text(int(i)) for i in index.sentence_numbers]
        counts = [sum(word in text for text in texts) for word in ("莘县", "临沭", "贫困")]
        assert index.lexical.document_frequency(["莘县", "临沭", "贫困"]).tolist() == counts
        assert counts[0] == 0
    (corpus.pages / "0.txt").unlink()
    (corpus.pages / "4.txt").unlink()
    corpus.update()
    with Index.open(corpus.index) as index:
        assert index.manifest.ordinals == 5, "numbered anew"
        index.verify(TinyEncoder())


def test_what_is_removed_is_nowhere_any_more(corpus: Corpus) -> None:
    corpus.write("secret.txt", page(6, "阿胶枣糕") + "\n\n  此人名叫欧阳锦绣。\n")
    corpus.update()
    (corpus.pages / "secret.txt").unlink()
    corpus.update()
    assert generations(corpus) == ["generation-000003"]
    data = b"".join(path.read_bytes() for path in corpus.index.rglob("*") if path.is_file())
    for word in ("欧阳", "锦绣", "阿胶枣糕", "secret"):
        assert word.encode() not in data, word


def test_a_reader_deletes_what_was_removed_when_it_is_through(corpus: Corpus) -> None:
    reader = Index.open(corpus.index)
    (corpus.pages / "0.txt").unlink()
    corpus.update()
    assert generations(corpus) == ["generation-000001", "generation-000002"]
    assert "临沭" in reader.article("0").text
    reader.close()
    assert generations(corpus) == ["generation-000002"]


def test_files_that_do_not_change_are_shared(corpus: Corpus) -> None:
    corpus.write("5.txt", page(5))
    corpus.update()
    old, new = (corpus.index / name / "dense" / "flat-0000000000.faiss" for name in generations(corpus))
    assert old.stat().st_ino == new.stat().st_ino
    assert (new.parent / "flat-0000000004.faiss").exists()


def test_a_file_that_was_only_touched_is_not_read_again(corpus: Corpus) -> None:
    corpus.write("1.txt", page(1))
    assert corpus.update() == Changes(unchanged=4)
    assert corpus.update() == Changes(unchanged=4)
    with Index.open(corpus.index) as index:
        assert index.stale(corpus.scan().fingerprint(), "tiny-1", index.manifest.parameters) == []
        assert read_files(index.generation / FILES)["1.txt"].mtime_ns == corpus.clock * 10**9
        assert index.manifest.ordinals == 4


def test_a_file_that_cannot_be_read_is_told_each_time_and_read_once(corpus: Corpus) -> None:
    corpus.write("empty.txt", "")
    corpus.write("odd.bin", "?")
    first = corpus.update()
    assert (first.added, [path for path, _ in first.skipped]) == ((), ["pages/empty.txt", "pages/odd.bin"])
    again = corpus.update()
    assert [error.en for _, error in again.skipped] == [error.en for _, error in first.skipped]
    assert again.unchanged == 4
    corpus.write("empty.txt", page(6))
    assert corpus.update().added == ("empty",)
    corpus.write("empty.txt", "")
    broken = corpus.update()
    assert (broken.removed, len(broken.skipped)) == (("empty",), 2)


def test_a_file_whose_name_is_no_text_is_passed_over(corpus: Corpus) -> None:
    path = os.fsencode(corpus.pages) + b"/\xff\xfe.txt"
    Path(os.fsdecode(path)).write_text(page(6), "utf-8")
    assert [path for path, _ in corpus.update().skipped] == ["'pages/\\udcff\\udcfe.txt'"]
    with Index.open(corpus.index) as index:
        assert index.manifest.articles == 4


def test_an_article_keeps_its_id_whoever_comes_and_goes(corpus: Corpus, tmp_path: Path) -> None:
    corpus.write("more/1.txt", page(9))
    assert corpus.update() == Changes(added=("more_1.txt",), unchanged=4)
    check_as_rebuilt(corpus, tmp_path / "aside")
    corpus.write("1.md", page(10))
    assert corpus.update() == Changes(added=("1.md",), unchanged=5)
    (corpus.pages / "1.txt").unlink()
    corpus.write("2.txt", page(11))
    assert dry_run(corpus.index, corpus.scan(), None) == corpus.update()
    expected = {"0.txt": "0", "1.md": "1.md", "2.txt": "2", "3.txt": "3", "more/1.txt": "more_1.txt"}
    assert known_ids(corpus.index) == expected
    assert corpus.update(rebuild=True) == Changes(unchanged=5, rebuilt=True)
    assert known_ids(corpus.index) == expected
    (corpus.index / current_name(corpus.index) / "manifest.json").write_text("{}")
    assert set(corpus.update().added) == set(expected.values())
    assert known_ids(corpus.index) == expected, "the records are read even of an index that cannot be opened"
    corpus.write("other/1.txt", page(12))
    assert corpus.update().added == ("1",), "an id that is free may be taken"


def test_without_an_index_no_id_is_known(corpus: Corpus, tmp_path: Path) -> None:
    assert known_ids(tmp_path / "nowhere") == {}
    next(corpus.index.glob("generation-*/files.sqlite")).write_bytes(b"x" * 5000)
    assert known_ids(corpus.index) == {}
    assert [file.id for file in catalogue_of(corpus.pages, corpus.index).files] == ["0", "1", "2", "3"]


def test_what_browsers_save_beside_a_page_is_told_and_not_indexed(corpus: Corpus) -> None:
    corpus.write("4.html", f"<html><title>青河</title><p>{page(4)}</p></html>")
    corpus.write("4_files/ad.txt", page(5))
    assert corpus.update() == Changes(added=("4",), unchanged=4, companions=("pages/4_files",))
    (corpus.pages / "4.html").unlink()
    (corpus.pages / "4_files" / "ad.js").write_text("x")
    assert corpus.update() == Changes(removed=("4",), unchanged=4, companions=("pages/4_files",))


def test_the_last_article_may_go(corpus: Corpus) -> None:
    for path in list(corpus.pages.iterdir()):
        path.unlink()
    assert corpus.update().removed == ("0", "1", "2", "3")
    with Index.open(corpus.index) as index:
        assert index.articles() == []
        assert len(index.dense.search(TinyEncoder().encode_query("茶"), 5)[0]) == 0
    corpus.write("0.txt", page(0))
    assert corpus.update().added == ("0",)


def test_where_nothing_can_be_read_the_index_stays(corpus: Corpus) -> None:
    for number in range(4):
        corpus.write(f"{number}.txt", "")
    before = generations(corpus)
    corpus.write("4.txt", "")
    shutil.rmtree(corpus.index)
    with pytest.raises(CorpusError, match="none of the 5 files in .* can be read; the first: pages/0.txt"):
        corpus.update()
    assert before == ["generation-000001"]


def test_when_an_article_was_added_stays(corpus: Corpus) -> None:
    with Index.open(corpus.index) as index:
        added, sha256 = index.article("0").added, index.article("0").sha256
    assert added is not None
    assert len(sha256) == 64
    db = sqlite3.connect(next(corpus.index.glob("generation-*/files.sqlite")))
    db.execute("UPDATE files SET added = '2001-01-01T00:00:00+00:00'")
    db.commit()
    db.close()
    next(corpus.index.glob("generation-*/checksums")).unlink()  # or the change would count as damage
    corpus.write("0.txt", page(0, "苹果"))
    corpus.update()
    with Index.open(corpus.index) as index:
        assert index.article("0").added == "2001-01-01T00:00:00+00:00"
        assert index.article("0").sha256 != sha256
    assert corpus.update(rebuild=True) == Changes(unchanged=4, rebuilt=True)
    with Index.open(corpus.index) as index:
        assert index.article("0").added == "2001-01-01T00:00:00+00:00"


def test_another_encoder_or_parameter_writes_all_anew(corpus: Corpus, monkeypatch: pytest.MonkeyPatch) -> None:
    other = TinyEncoder()
    other.fingerprint = "tiny-2"
    assert corpus.update(encoder=other) == Changes(unchanged=4, rebuilt=True)
    monkeypatch.setattr("povqa.index.plan.current_parameters", lambda: {"cleaning": 0})
    assert corpus.update(encoder=other) == Changes(unchanged=4, rebuilt=True)


def test_a_damaged_index_is_written_anew(corpus: Corpus) -> None:
    next(corpus.index.glob("generation-*/manifest.json")).write_text("{}")
    assert corpus.update().added == ("0", "1", "2", "3")


def test_a_second_writer_is_told(corpus: Corpus) -> None:
    with writing(corpus.index) as draft:
        draft.wanted = False
        with pytest.raises(BusyIndexError):
            corpus.update()


COPY = (
    page(0)
    + "\n\n"
    + "  这是一段很长的相同的话,讲的是同一件事,各家网站都转载了这篇稿子,内容完全一样,没有任何改动。" * 3
)


def test_copies_that_are_as_complete_stand_aside_for_the_earliest(corpus: Corpus, tmp_path: Path) -> None:
    for name, day in (("b", 3), ("a", 5), ("c", 4)):
        corpus.write(f"{name}.txt", f"{COUNTIES[0]}县简报\n\n2018-02-0{day} 09:10:00|来源:{name}报\n\n{COPY}")
    corpus.update()
    with Index.open(corpus.index) as index:
        assert index.manifest.copies == 2
        assert index.copies("b") == ("pages/a.txt", "pages/c.txt")
        assert list(index.sentences_of(index.ordinal("a"))) == []
        allowed = index.allowed(articles=["a"])
        assert allowed is not None
        assert {index.sentence(int(i)).article_id for i in np.flatnonzero(allowed.sentences)} == {"b"}
    check_as_rebuilt(corpus, tmp_path / "first")
    (corpus.pages / "b.txt").unlink()
    corpus.update()
    with Index.open(corpus.index) as index:
        assert index.copies("c") == ("pages/a.txt",)
        assert len(index.sentences_of(index.ordinal("c"))) > 2
    check_as_rebuilt(corpus, tmp_path / "second")


def test_the_most_complete_copy_is_searched_though_another_came_first(corpus: Corpus, tmp_path: Path) -> None:
    more = "  记者还了解到,红石乡的水渠由赵铁柱带人修成。\n"
    for name, day, text in (("b", 3, COPY), ("c", 4, COPY + more), ("a", 2, COPY)):
        corpus.write(f"{name}.txt", f"{COUNTIES[0]}县简报\n\n2018-02-0{day} 09:10:00|来源:{name}报\n\n{text}")
        corpus.update()
    with Index.open(corpus.index) as index:
        assert index.copies("c") == ("pages/a.txt", "pages/b.txt")
        found = index.search_sentences(question_tokens(normalise("水渠由谁带人修成")), 1)[0]
        assert "赵铁柱" in index.sentence_text(int(found[0]))
    check_as_rebuilt(corpus, tmp_path / "first")
    corpus.write("c.txt", f"{COUNTIES[0]}县简报\n\n2018-02-04 09:10:00|来源:c报\n\n{COPY}完")
    corpus.update()
    with Index.open(corpus.index) as index:
        assert index.copies("a") == ("pages/b.txt", "pages/c.txt"), "a sign more is not more complete"
    check_as_rebuilt(corpus, tmp_path / "second")


@pytest.mark.usefixtures("worn")
def test_a_copy_comes_up_where_rows_stay(corpus: Corpus, tmp_path: Path) -> None:
    for number in range(4, 12):
        corpus.write(f"{number}.txt", page(number))
    for name, day in (("b", 3), ("a", 5)):
        corpus.write(f"{name}.txt", f"{COUNTIES[0]}县简报\n\n2018-02-0{day} 09:10:00|来源:{name}报\n\n{COPY}")
    corpus.update()
    (corpus.pages / "b.txt").unlink()
    corpus.update()
    with Index.open(corpus.index) as index:
        index.verify(TinyEncoder())
        assert not index.alive.all()
        assert len(index.sentences_of(index.ordinal("a"))) > 2
        assert index.copies("a") == ()
    check_as_rebuilt(corpus, tmp_path / "aside")


STEP = st.tuples(
    st.sampled_from(["write", "write", "write", "remove", "copy", "rebuild"]), st.integers(0, 5), st.integers(0, 3)
)


@settings(max_examples=8, deadline=None)
@given(st.lists(st.lists(STEP, min_size=1, max_size=4), min_size=1, max_size=5), st.booleans())
def test_changes_step_by_step_give_what_one_build_gives(
    tmp_path_factory: pytest.TempPathFactory, rounds: list[list[tuple[str, int, int]]], small: bool
) -> None:
    corpus = Corpus(tmp_path_factory.mktemp("corpus"))
    corpus.write("always.txt", page(30))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("povqa.index.writer.SMALL", 5_000 if small else 0)
        corpus.update()
        for steps in rounds:
            for what, name, version in steps:
                if what == "remove":
                    (corpus.pages / f"{name}.txt").unlink(missing_ok=True)
                elif what == "copy":
                    corpus.write(f"{name}.txt", f"简报\n\n2018-02-0{name + 1} 09:10:00|来源:某报\n\n{COPY}")
                elif what == "write":
                    corpus.write(f"{name}.txt", page(name + 6 * version))
            corpus.update(rebuild=any(what == "rebuild" for what, _, _ in steps))
    check_as_rebuilt(corpus, corpus.index.parent / "aside")


class Stopping(TinyEncoder):
    """Encodes so many texts, and then is stopped."""

    def __init__(self, most: int) -> None:
        self.most, self.encoded = most, 0

    def encode_passages(self, texts, progress=None):  # type: ignore[no-untyped-def]
        self.encoded += len(texts)
        if self.encoded > self.most:
            raise KeyboardInterrupt
        return super().encode_passages(texts, progress)


@pytest.fixture
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("povqa.index.passages._BLOCK", 4)


def stopped(corpus: Corpus) -> Path:
    """The journal of a build of twelve articles that was stopped after the eighth."""
    for number in range(12):
        corpus.write(f"{number}.txt", page(number))
    with pytest.raises(KeyboardInterrupt):
        corpus.update(encoder=Stopping(9))
    return corpus.index / "journal"


@pytest.mark.usefixtures("small_blocks")
def test_a_build_that_was_stopped_goes_on(tmp_path: Path) -> None:
    corpus = Corpus(tmp_path)
    journal = stopped(corpus)
    journal.write_bytes(journal.read_bytes() + b"half a record")
    second = Stopping(100)
    corpus.update(encoder=second)
    assert second.encoded == 12 - 8
    assert not journal.exists()
    check_as_rebuilt(corpus, tmp_path / "aside")


@pytest.mark.usefixtures("small_blocks")
def test_a_damaged_journal_is_not_believed(tmp_path: Path) -> None:
    corpus = Corpus(tmp_path)
    journal = stopped(corpus)
    data = bytearray(journal.read_bytes())
    data[len(data) // 2] ^= 1
    journal.write_bytes(data)
    second = Stopping(100)
    corpus.update(encoder=second)
    assert 12 - 8 < second.encoded < 12
    check_as_rebuilt(corpus, tmp_path / "aside")


def test_vectors_of_other_sentences_are_seen_by_verify(corpus: Corpus) -> None:
    with Index.open(corpus.index) as index:
        index.verify(TinyEncoder())

        class Other(TinyEncoder):
            def encode_query(self, text):  # type: ignore[no-untyped-def]
                return super().encode_query(text[::-1])

        with pytest.raises(BrokenIndexError, match="the vectors and the sentences do not fit together"):
            index.verify(Other())
