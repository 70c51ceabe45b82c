"""`povqa remove`."""

import json
import os
import pty
import subprocess
import sys

import pytest


@pytest.fixture
def where(run, corpus, tmp_path):
    where = ["--corpus", corpus, "--index", tmp_path / "index"]
    assert run("index", *where).exit_code == 0
    return where


def names(corpus):
    return sorted(path.relative_to(corpus).as_posix() for path in corpus.rglob("*"))


def test_the_file_goes_and_with_it_what_the_index_holds(run, where, corpus, tmp_path):
    result = run("remove", "--yes", "baishi", *where)
    assert result.exit_code == 0, result.stderr
    assert result.stdout.splitlines()[:2] == ["pages/baishi.txt", "removed 1, unchanged 1"]
    assert names(corpus) == ["qinghe.txt"]
    asked = run("ask", "--json", *where, "白石乡的茶厂谁负责")
    assert (asked.exit_code, asked.stderr) == (1, "")
    text = "周大山".encode()
    assert not [path for path in (tmp_path / "index").rglob("*") if path.is_file() and text in path.read_bytes()]


@pytest.mark.parametrize("word", ["ba*", "baishi.txt", "pages/baishi.txt", "[b]*"])
def test_an_article_is_named_by_pattern_or_by_path(run, where, corpus, word):
    assert run("remove", "--yes", word, *where).exit_code == 0
    assert names(corpus) == ["qinghe.txt"]


def test_an_id_is_that_of_the_index_whatever_has_come_since(run, where, corpus):
    (corpus / "aa").mkdir()
    (corpus / "baishi.txt").rename(corpus / "aa" / "baishi.txt")
    assert run("index", *where).exit_code == 0
    (corpus / "baishi.txt").write_text("白石乡的桥\n\n白石乡修桥三座，由乡政府出资。\n", encoding="utf-8")
    assert "周大山" in run("show", "baishi", *where).stdout
    assert run("remove", "--yes", "baishi", *where).exit_code == 0
    assert names(corpus) == ["baishi.txt", "qinghe.txt"]


def test_several_at_once_and_the_folder_that_they_leave_empty(run, where, corpus):
    (corpus / "sub").mkdir()
    (corpus / "baishi.txt").rename(corpus / "sub" / "baishi.txt")
    found = json.loads(run("remove", "--yes", "--json", "baishi", "baishi", *where).stdout)
    assert found == {"dry_run": False, "removed": 1, "unchanged": 1, "articles": [
        {"id": "baishi", "path": "pages/sub/baishi.txt"}
    ]}  # fmt: skip
    assert names(corpus) == ["qinghe.txt"]


def test_the_last_article_can_go_too(run, where, corpus):
    result = run("remove", "--yes", "*", *where)
    assert result.exit_code == 0, result.stderr
    assert names(corpus) == []
    asked = run("ask", *where, "白石乡的茶厂谁负责")
    assert "周大山" not in asked.stdout


def test_the_last_article_of_a_corpus_without_an_index(run, corpus, tmp_path):
    where = ["--corpus", corpus, "--index", tmp_path / "none"]
    result = run("remove", "--yes", "*", *where)
    assert result.exit_code == 0, result.stderr
    assert names(corpus) == []


def test_one_name_that_names_nothing_keeps_everything(run, where, corpus):
    before = names(corpus)
    result = run("remove", "--yes", "baishi", "qinhe", *where)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == "povqa: there is no article qinhe (nearest: qinghe); list them: `povqa articles`\n"
    assert run("remove", "--yes", "x*", *where).exit_code == 2
    assert names(corpus) == before


def test_a_dry_run_keeps_everything(run, where, corpus):
    result = run("remove", "--dry-run", "*", *where)
    assert result.exit_code == 0
    assert result.stdout.splitlines() == [
        "pages/baishi.txt", "pages/qinghe.txt", "removed 2, unchanged 0", "nothing was changed (--dry-run)",
    ]  # fmt: skip
    assert names(corpus) == ["baishi.txt", "qinghe.txt"]


def test_without_a_terminal_nobody_is_asked_and_nothing_removed(run, where, corpus):
    result = run("remove", "baishi", *where)
    assert result.exit_code == 2
    assert "`povqa remove --yes`" in result.stderr
    assert names(corpus) == ["baishi.txt", "qinghe.txt"]


@pytest.mark.parametrize(("said", "code", "left"), [("n", 1, 2), ("y", 0, 1)])
def test_on_a_terminal_one_is_asked(where, corpus, said, code, left):
    mine, theirs = pty.openpty()
    words = [sys.executable, "-m", "povqa", "remove", "baishi", *map(str, where)]
    done = subprocess.Popen(words, stdin=theirs, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    os.write(mine, f"{said}\n".encode())
    _, told = done.communicate(timeout=60)
    os.close(mine)
    os.close(theirs)
    assert "Delete these files for good? 1 of 2 [y/N]" in told
    assert (done.returncode, len(names(corpus))) == (code, left)


def test_when_the_index_cannot_be_written_the_file_stays(run, corpus, tmp_path):
    (tmp_path / "file").write_text("not a folder")
    result = run("remove", "--yes", "baishi", "--corpus", corpus, "--index", tmp_path / "file" / "index")
    assert result.exit_code == 2
    assert names(corpus) == ["baishi.txt", "qinghe.txt"]
