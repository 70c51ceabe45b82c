"""`povqa add`."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

CHAYUAN = (
    "红石乡的果园\n\n2019-06-07 来源:红石新闻网\n\n"
    "  红石乡种植苹果4200亩,带动贫困户310户增收。果园由孙小河负责。\n\n首页\n"
)
BRIEFING = "青山镇简报\n\n2018-08-09 来源:青山镇政府\n\n  青山镇修路7公里,投入资金90万元。\n"


@pytest.fixture
def where(corpus, tmp_path):
    return ["--corpus", corpus, "--index", tmp_path / "index"]


@pytest.fixture
def inbox(tmp_path):
    folder = tmp_path / "inbox"
    (folder / "2018").mkdir(parents=True)
    (folder / "hongshi.txt").write_text(CHAYUAN, encoding="utf-8")
    (folder / "2018" / "qingshan.txt").write_text(BRIEFING, encoding="gb18030")
    return folder


def files(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def rows(result):
    return [line.split("\t") for line in result.stdout.splitlines() if "\t" in line]


def test_a_file_is_copied_indexed_and_answers(run, where, corpus, inbox):
    result = run("add", inbox / "hongshi.txt", *where)
    assert result.exit_code == 0, result.stderr
    assert [row[:5] + row[6:] for row in rows(result)] == [
        ["added", "hongshi", "红石乡的果园", "红石新闻网", "2019-06-07", "2"],
    ]  # fmt: skip
    assert result.stdout.splitlines()[1] == "added 1, changed 0, unchanged 0, duplicate 0, skipped 0"
    assert result.stdout.splitlines()[2].startswith("the index is fresh: 3 articles, 7 sentences")
    assert (corpus / "hongshi.txt").read_text("utf-8") == CHAYUAN
    asked = run("ask", "--json", *where, "红石乡的果园谁负责")
    assert json.loads(asked.stdout)["citations"][0]["path"] == "pages/hongshi.txt"
    assert asked.stderr == ""


def test_a_folder_keeps_its_subfolders_and_what_is_no_article_is_told_of(run, where, corpus, inbox):
    (inbox / "photo.png").write_bytes(b"\x89PNG")
    (inbox / "empty.txt").write_text("")
    (inbox / ".hidden.txt").write_text(CHAYUAN)
    (inbox / "~$brief.docx").write_text("")
    (inbox / "link.txt").symlink_to(inbox / "hongshi.txt")
    (inbox / "page.html").write_text(f"<html><body><p>{CHAYUAN * 2}</p></body></html>")
    (inbox / "page_files").mkdir()
    (inbox / "page_files" / "ad.html").write_text("<p>广告</p>")
    (inbox / "page.html").unlink()
    (inbox / "page.htm").write_text("")  # a page that cannot be read, with what the browser saved beside it
    result = run("add", inbox, *where)
    assert result.exit_code == 0, result.stderr
    assert files(corpus) == {"qinghe.txt", "baishi.txt", "inbox/hongshi.txt", "inbox/2018/qingshan.txt"}
    told = result.stderr.splitlines()
    assert any("inbox/empty.txt: skipped, the file is empty" in line for line in told)
    assert any("inbox/link.txt: skipped, it is a symbolic link" in line for line in told)
    assert "povqa: passed over in folders, for they hold no article: .png 1" in told
    assert f"povqa: passed over, for browsers save them beside a page: {inbox}/page_files" in told
    assert not any("ad.html" in line or "hidden" in line or "~$" in line for line in told)
    assert "added 2, changed 0, unchanged 0, duplicate 0, skipped 5" in result.stdout


def test_again_is_unchanged_and_a_corrected_file_is_changed_even_when_it_comes_alone(run, where, corpus, inbox):
    run("add", inbox, *where)
    assert [row[0] for row in rows(run("add", inbox, *where))] == ["unchanged", "unchanged"]
    (inbox / "2018" / "qingshan.txt").write_text(BRIEFING.replace("7公里", "8公里"), encoding="utf-8")
    result = run("add", inbox / "2018" / "qingshan.txt", *where)
    assert [row[:2] for row in rows(result)] == [["changed", "qingshan"]]
    assert "8公里" in (corpus / "inbox/2018/qingshan.txt").read_text("utf-8")
    assert "8公里" in run("ask", *where, "青山镇修路多少公里").stdout


def test_a_duplicate_is_told_and_added_only_when_forced(run, where, corpus, tmp_path):
    (tmp_path / "copy.txt").write_bytes((corpus / "qinghe.txt").read_bytes())
    result = run("add", tmp_path / "copy.txt", *where)
    assert (result.exit_code, rows(result)[0][:2]) == (0, ["duplicate", "qinghe"])
    assert files(corpus) == {"qinghe.txt", "baishi.txt"}
    assert rows(run("add", "--force", tmp_path / "copy.txt", *where))[0][:2] == ["added", "copy"]


def test_a_pattern_that_the_shell_left_alone(run, where, inbox, monkeypatch):
    monkeypatch.chdir(inbox)
    assert [row[1] for row in rows(run("add", "--dry-run", "**/*.txt", *where))] == ["qingshan.txt", "hongshi.txt"]


def test_stdin_under_a_name(run, where, corpus):
    result = run("add", "-", "--name", "../果园.txt", *where, input=CHAYUAN.encode("utf-16"))
    assert result.exit_code == 0, result.stderr
    assert files(corpus) == {"qinghe.txt", "baishi.txt", "果园.txt"}


def test_a_dry_run_and_a_preview_change_nothing(run, where, corpus, inbox):
    before = {path: path.stat().st_mtime_ns for path in corpus.parent.rglob("*")}
    result = run("add", "--dry-run", inbox, *where)
    assert [row[:2] for row in rows(result)] == [["added", "inbox/hongshi.txt"], ["added", "inbox/2018/qingshan.txt"]]
    assert result.stdout.splitlines()[-1] == "nothing was changed (--dry-run)"
    previewed = run("add", "--preview", inbox / "hongshi.txt", *where)
    assert "  page controls\t首页" in previewed.stdout.splitlines()
    assert {path: path.stat().st_mtime_ns for path in corpus.parent.rglob("*")} == before


def test_json_holds_all_of_it(run, where, inbox):
    (inbox / "empty.txt").write_text("")
    found = json.loads(run("add", "--json", inbox, *where).stdout)
    assert {key: found[key] for key in ("dry_run", "added", "skipped")} == {"dry_run": False, "added": 2, "skipped": 1}
    empty, orchard, briefing = sorted(found["articles"], key=lambda article: Path(article["from"]).name)
    assert (empty["action"], empty["id"]) == ("skipped", None)
    assert "empty" in empty["reason"]
    assert (orchard["id"], orchard["path"], orchard["sentences"]) == ("hongshi", "pages/inbox/hongshi.txt", 2)
    assert briefing["published"] == "2018-08-09"
    assert "text" not in orchard
    assert "dropped" not in orchard


def test_records_of_a_table_become_files_of_a_folder(run, where, corpus, tmp_path):
    table = tmp_path / "news.jsonl"
    lines = [
        json.dumps({"id": f"a{i}", "head/line": f"第{i}条/上", "稿件": f"丙{i}县脱贫{i}00户。"}, ensure_ascii=False)
        for i in (1, 2)
    ]
    table.write_text("\n".join([lines[0], "{oops", lines[1]]), encoding="utf-8")
    mapped = ["--map", "title=head/line", "--map", "text=稿件"]
    result = run("add", table, *mapped, *where)
    assert result.exit_code == 0, result.stderr
    assert [(row[0], row[2]) for row in rows(result)] == [("added", "第1条/上"), ("added", "第2条/上")]
    assert files(corpus) == {"qinghe.txt", "baishi.txt", "news/a1.json", "news/a2.json"}
    assert "news.jsonl, line 2: skipped" in result.stderr
    assert [row[0] for row in rows(run("add", table, *mapped, *where))] == ["unchanged", "unchanged"]
    assert "丙2县脱贫【200户】。" in run("ask", *where, "丙2县脱贫多少户").stdout


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["none.txt"], "there is no such file or folder"),
        (["*.xyz"], "no file has such a name"),
        (["-"], "--name NAME.txt"),
        (["a", "b", "--name", "c.txt"], "--name is for one article"),
        (["a.jsonl", "--map", "titel=x"], "is not FIELD=COLUMN"),
        ([], "Missing argument"),
        (["http://127.0.0.1/x"], "127.0.0.1"),
        (["https://user@example.org/"], "user name"),
    ],
)
def test_what_names_nothing_is_one_line_and_exit_code_2(run, where, corpus, words, said):
    result = run("add", *words, *where)
    assert result.exit_code == 2
    assert said in result.stderr
    assert len(result.stderr.splitlines()) == 1
    assert files(corpus) == {"qinghe.txt", "baishi.txt"}


def test_a_missing_name_does_not_keep_the_others_out_but_is_an_error(run, where, corpus, inbox):
    result = run("add", "none.txt", inbox / "hongshi.txt", *where)
    assert result.exit_code == 2
    assert "hongshi.txt" in files(corpus)


def test_when_nothing_can_be_read_nothing_is_touched(run, where, corpus, tmp_path):
    (tmp_path / "empty.txt").write_text("")
    assert run("add", tmp_path / "empty.txt", *where).exit_code == 2
    assert not (tmp_path / "index").exists()
    result = run("add", tmp_path / "empty.txt", "--corpus", tmp_path / "new", "--index", tmp_path / "index")
    assert result.exit_code == 2
    assert not (tmp_path / "new").exists()


def test_when_the_index_cannot_be_written_the_corpus_is_as_before(run, corpus, inbox, tmp_path):
    (tmp_path / "file").write_text("not a folder")
    result = run("add", inbox, "--corpus", corpus, "--index", tmp_path / "file" / "index")
    assert result.exit_code == 2
    assert "cannot be written" in result.stderr
    assert files(corpus) == {"qinghe.txt", "baishi.txt"}
    assert not (corpus / "inbox").exists()


def test_an_interrupted_add_leaves_everything_as_it_was(run, where, corpus, inbox):
    script = (
        "import os, signal, sys\n"
        "from povqa.encoder.runtime import OnnxEncoder\n"
        "from povqa.cli import main\n"
        "def interrupted(*args, **more):\n"
        "    os.kill(os.getpid(), signal.SIGINT)\n"
        "OnnxEncoder.encode_passages = interrupted\n"
        "main(sys.argv[1:])"
    )
    words = [sys.executable, "-c", script, "add", str(inbox), *map(str, where)]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr.splitlines()[-1] == "povqa: interrupted; nothing was changed. To start again: `povqa add`"
    assert files(corpus) == {"qinghe.txt", "baishi.txt"}
    assert sorted(path.name for path in corpus.iterdir()) == ["baishi.txt", "qinghe.txt"]


def test_a_file_of_the_corpus_is_told_as_what_it_is_to_the_index(run, where, corpus):
    run("index", *where)
    (corpus / "hongshi.txt").write_text(CHAYUAN, encoding="utf-8")
    result = run("add", corpus, *where)
    assert sorted(row[:2] for row in rows(result)) == [
        ["added", "hongshi"], ["unchanged", "baishi"], ["unchanged", "qinghe"],
    ]  # fmt: skip


def test_the_index_within_a_folder_is_not_looked_into(run, where, corpus, tmp_path):
    run("index", *where)
    result = run("add", "--dry-run", tmp_path, "--json", *where)
    assert {article["from"].removeprefix(f"{tmp_path}/") for article in json.loads(result.stdout)["articles"]} == {
        "pages/baishi.txt", "pages/qinghe.txt",
    }  # fmt: skip
