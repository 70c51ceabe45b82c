"""`povqa index`, `povqa info` and `povqa model`."""

import json
import os
import subprocess
import sys

import pytest

from povqa.config import Settings


def test_ask_builds_the_index_on_first_use_and_says_so_on_stderr(run, corpus, tmp_path):
    where = ["--corpus", corpus, "--index", tmp_path / "index"]
    first = run("ask", "--json", *where, "白石乡的茶厂谁负责")
    assert (first.exit_code, first.stderr) == (0, "povqa: 正在为 2 篇文章建立索引\n")
    assert json.loads(first.stdout)["answers"] == ["周大山"]
    assert run("ask", *where, "白石乡的茶厂谁负责").stderr == ""


def test_index_builds_once_and_again_where_told_or_where_an_article_changed(run, corpus, tmp_path):
    where = ["--corpus", corpus, "--index", tmp_path / "index"]
    building = "povqa: building the index of {} articles\n"
    done = run("index", *where)
    assert (done.exit_code, done.stderr) == (0, building.format(2))
    counts, fresh = done.stdout.splitlines()
    assert counts == "added 2, changed 0, unchanged 0, removed 0, skipped 0"
    assert fresh.startswith("the index is fresh: 2 articles, 5 sentences, ")
    assert run("index", *where).stderr == ""
    assert run("index", "--rebuild", *where).stderr == building.format(2)
    (corpus / "new.txt").write_text("新河镇的桥\n\n新河镇修桥3座,由镇政府出资。\n", encoding="utf-8")
    (corpus / "baishi.txt").unlink()
    (corpus / "empty.txt").write_text("")
    done = run("index", *where)
    assert done.stderr.splitlines() == [
        "povqa: bringing the index in line: 2 new or changed, 1 removed",
        "povqa: pages/empty.txt: skipped, the file is empty; remove it or put the article in",
    ]
    assert done.stdout.splitlines()[0] == "added 1, changed 0, unchanged 1, removed 1, skipped 1"


def test_a_dry_run_tells_what_would_change_and_changes_nothing(run, corpus, tmp_path):
    where = ["--corpus", corpus, "--index", tmp_path / "index"]
    run("index", *where)
    before = {path: path.stat().st_mtime_ns for path in (tmp_path / "index").rglob("*")}
    (corpus / "new.txt").write_text("新河镇的桥\n\n新河镇修桥3座,由镇政府出资。\n", encoding="utf-8")
    (corpus / "baishi.txt").unlink()
    found = json.loads(run("index", "--dry-run", "--json", *where).stdout)
    assert found == {
        "dry_run": True, "added": ["new"], "changed": [], "removed": ["baishi"], "unchanged": 1, "skipped": [],
        "rebuilt": False, "companions": [],
    }  # fmt: skip
    assert {path: path.stat().st_mtime_ns for path in (tmp_path / "index").rglob("*")} == before
    assert run("index", "--dry-run", *where).stdout.splitlines() == [
        "added 1, changed 0, unchanged 1, removed 1, skipped 0", "nothing was changed (--dry-run)",
    ]  # fmt: skip


def test_what_browsers_saved_beside_pages_is_told_of_in_one_line(run, corpus, tmp_path):
    where = ["--corpus", corpus, "--index", tmp_path / "index"]
    for name in "abcd":
        (corpus / f"{name}.htm").write_text("")
        (corpus / f"{name}_files").mkdir()
        (corpus / f"{name}_files" / "ad.txt").write_text("青河县的广告，谁都不该看到。")
    result = run("index", *where)
    folders = "pages/a_files, pages/b_files, pages/c_files, … (4)"
    said = f"povqa: passed over, for browsers save them beside a page: {folders}"
    assert said in result.stderr.splitlines()
    assert "added 2," in result.stdout
    said = f"povqa: 浏览器随网页保存的文件夹，已略过：{folders}"
    assert said in run("index", "--lang", "zh", *where).stderr.splitlines()


def test_info_says_how_much_an_index_finds_that_does_not_compare_all(run, corpus, tmp_path, monkeypatch):
    where = ["--corpus", corpus, "--index", tmp_path / "index"]
    run("index", *where)
    assert "the nearest 50" not in run("info", *where).stdout
    monkeypatch.setattr("povqa.index.dense_writer.EXACT", 0)
    run("index", "--rebuild", *where)
    assert json.loads(run("info", "--json", *where).stdout)["index"]["store"]["recall"] == 1
    (measured,) = (tmp_path / "index").glob("generation-*/dense/near.json")
    length = len(measured.read_bytes())
    for recall, said in ((0.99, "finds 0.99 of the nearest 50"), (0.97, "finds only 0.97 of the nearest 50")):
        measured.write_text(f'{{"recall":{recall}}}'.ljust(length))  # of another size it would be damaged
        assert said in run("info", *where).stdout
    assert "低于应有的 0.99" in run("info", "--lang", "zh", *where).stdout


def test_verify_tells_a_sound_index_from_one_with_a_byte_changed(run, corpus, tmp_path):
    where = ["--corpus", corpus, "--index", tmp_path / "index"]
    assert run("index", "--verify", *where).exit_code == 2
    run("index", *where)
    sound = run("index", "--verify", *where)
    assert (sound.exit_code, sound.stderr) == (0, "")
    assert sound.stdout.startswith("the index is sound")
    assert json.loads(run("index", "--verify", "--json", *where).stdout) == {"sound": True}
    table = next((tmp_path / "index").glob("generation-*/sentences.npy"))
    data = bytearray(table.read_bytes())
    data[-1] ^= 1
    table.write_bytes(data)
    broken = run("index", "--verify", *where)
    assert (broken.exit_code, broken.stdout) == (2, "")
    assert broken.stderr.count("\n") == 1
    assert "sentences.npy" in broken.stderr
    assert run("index", "--verify", "--rebuild", *where).exit_code == 2


def test_a_build_that_is_interrupted_leaves_the_old_index_answering(run, corpus, tmp_path):
    where = ["--corpus", str(corpus), "--index", str(tmp_path / "index")]
    assert run("index", *where).exit_code == 0
    script = (
        "import os, signal, sys\n"
        "from povqa.encoder.runtime import OnnxEncoder\n"
        "from povqa.cli import main\n"
        "real = OnnxEncoder.encode_passages\n"
        "def interrupted(*args):\n"
        "    os.kill(os.getpid(), signal.SIGINT)\n"
        "    return real(*args)\n"
        "OnnxEncoder.encode_passages = interrupted\n"
        "main(sys.argv[1:])"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, "index", "--rebuild", *where], capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert done.stderr.splitlines()[1:] == ["povqa: interrupted; nothing was changed. To start again: `povqa index`"]
    asked = run("ask", "--json", *where, "白石乡的茶厂谁负责")
    assert (asked.stderr, json.loads(asked.stdout)["answers"]) == ("", ["周大山"])
    assert not list((tmp_path / "index").glob("building-*"))


def test_an_index_that_cannot_be_written_is_one_line(run, corpus, tmp_path):
    (tmp_path / "file").write_text("not a folder")
    result = run("index", "--corpus", corpus, "--index", tmp_path / "file" / "index")
    assert result.exit_code == 2
    assert len(result.stderr.splitlines()) == 1
    assert "cannot be written" in result.stderr


@pytest.mark.parametrize("damage", ["truncated", "foreign"])
def test_a_damaged_index_is_built_anew(run, corpus, tmp_path, damage):
    where = ["--corpus", corpus, "--index", tmp_path / "index"]
    run("index", *where)
    if damage == "foreign":
        (tmp_path / "index" / "CURRENT").write_text("something else")
    else:
        vectors = next((tmp_path / "index").glob("generation-*/dense/*"))
        os.truncate(vectors, vectors.stat().st_size // 2)
    done = run("ask", *where, "白石乡的茶厂谁负责")
    assert (done.exit_code, done.stderr) == (0, "povqa: 正在为 2 篇文章建立索引\n")


@pytest.mark.usefixtures("asked")
class TestInfo:
    """`povqa info` tells the state of everything, whatever it is."""

    def test_a_fresh_index(self, run, built):
        found = json.loads(run("info", "--json").stdout)
        assert found["corpus"]["files"] == 2
        assert (found["index"]["fresh"], found["index"]["stale"], found["index"]["articles"]) == (True, [], 2)
        assert found["index"]["path"] == str(built.index_path)
        assert found["model"]["prepared"] is True
        assert {"povqa", "python", "onnxruntime", "faiss-cpu"} <= set(found["versions"])

    def test_for_people(self, run):
        shown = run("info", "--lang", "zh").stdout
        assert "2 篇文章，5 个句子" in shown
        assert "\n  最新\n" in shown

    def test_a_stale_index_says_why(self, run, corpus):
        found = json.loads(run("info", "--json", "--corpus", corpus).stdout)
        assert (found["index"]["fresh"], found["index"]["stale"]) == (False, ["corpus"])
        assert "stale (the articles changed): run `povqa index`" in run("info", "--corpus", corpus).stdout

    def test_nothing_there_is_no_error(self, run, tmp_path, monkeypatch):
        monkeypatch.setenv("POVQA_CACHE", str(tmp_path / "cache"))
        result = run("info", "--corpus", tmp_path / "none", "--index", tmp_path / "none")
        assert (result.exit_code, result.stderr) == (0, "")
        assert "not prepared: run `povqa model prepare`" in result.stdout
        found = json.loads(run("info", "--json", "--index", tmp_path / "none").stdout)
        assert "povqa index" in found["index"]["error"]


class TestModel:
    """`povqa model`."""

    def test_list_marks_the_one_in_use(self, run):
        lines = run("model", "list").stdout.splitlines()
        assert len(lines) == 1
        assert lines[0].startswith("* tests/tiny\t")
        assert lines[0].endswith(" MB")

    def test_list_names_the_wanted_one_that_is_not_prepared(self, run, monkeypatch):
        monkeypatch.setenv("POVQA_ENCODER", "some/other")
        found = [json.loads(line) for line in run("model", "list", "--json").stdout.splitlines()]
        assert {model["name"]: model["prepared"] for model in found} == {"tests/tiny": True, "some/other": False}

    def test_info(self, run):
        found = json.loads(run("model", "info", "--json").stdout)
        assert (found["name"], found["card"]["dim"], found["card"]["pooling"]) == ("tests/tiny", 24, "mean")
        assert "24 · mean" in run("model", "info").stdout

    def test_remove(self, run, tmp_path, monkeypatch):
        from povqa.encoder.models import folder_of
        from tiny_model import write_tiny_model

        settings = Settings(cache=tmp_path)
        write_tiny_model(folder_of(settings, "tests/other"), "tests/other")
        monkeypatch.setenv("POVQA_CACHE", str(tmp_path))
        assert run("model", "remove", "tests/other").stdout.startswith("removed tests/other (")
        again = run("model", "remove", "tests/other")
        assert (again.exit_code, again.stdout, again.stderr.count("\n")) == (2, "", 1)
        assert "`povqa model list`" in again.stderr
