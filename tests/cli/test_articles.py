"""`povqa articles` and `povqa show`."""

import json

import pytest


def test_articles_are_tab_separated_when_piped(run, corpus):
    result = run("articles", "--corpus", corpus)
    assert result.exit_code == 0
    rows = [line.split("\t") for line in result.stdout.splitlines()]
    assert [row[:4] for row in rows] == [
        ["baishi", "白石乡的茶园", "白石新闻网", "2019-05-06"],
        ["qinghe", "青河县打赢脱贫攻坚战", "青河日报", "2018-02-03"],
    ]
    assert [row[5] for row in rows] == ["2", "3"]


def test_articles_as_json_is_a_line_each_without_the_text(run, corpus):
    found = [json.loads(line) for line in run("articles", "--json", "--corpus", corpus).stdout.splitlines()]
    assert [article["id"] for article in found] == ["baishi", "qinghe"]
    assert found[1]["path"] == "pages/qinghe.txt"
    assert found[1]["sentences"] == 3
    assert "text" not in found[1]


def test_a_file_that_cannot_be_read_is_told_of_and_the_others_are_listed(run, corpus):
    (corpus / "photo.txt").write_bytes(bytes(range(256)) * 8)
    result = run("articles", "--corpus", corpus)
    assert result.exit_code == 0
    assert len(result.stdout.splitlines()) == 2
    assert result.stderr.startswith("povqa: pages/photo.txt")
    assert result.stderr.count("\n") == 1


def test_show_prints_the_cleaned_article(run, corpus):
    lines = run("show", "qinghe", "--corpus", corpus).stdout.split("\n")
    assert lines[0] == "青河县打赢脱贫攻坚战"
    assert lines[1].startswith("青河日报 · 2018-02-03")
    assert lines[2] == "pages/qinghe.txt"
    assert lines[4].startswith("2017年底,青河县还有贫困人口120户")
    assert "首页" not in lines


def test_show_as_json_gives_the_text_that_offsets_count_in(run, corpus):
    found = json.loads(run("show", "qinghe", "--json", "--corpus", corpus).stdout)
    assert found["id"] == "qinghe"
    assert found["text"].split("\n")[0].endswith("其中贫困村9个。")
    assert isinstance(found["place"], list)


def test_show_dropped_gives_the_rule_and_the_text(run, corpus):
    pieces = [line.split("\t") for line in run("show", "qinghe", "--dropped", "--corpus", corpus).stdout.splitlines()]
    assert ["首页"] in [piece[1:] for piece in pieces]
    told = json.loads(run("show", "qinghe", "--dropped", "--json", "--corpus", corpus).stdout)["dropped"]
    assert [[piece["rule"], " ".join(piece["text"].split())] for piece in told] == pieces


@pytest.mark.parametrize(
    ("lang", "line"),
    [
        ("en", "povqa: there is no article qinhe (nearest: qinghe); list them: `povqa articles`\n"),
        ("zh", "povqa: 没有文章 qinhe（最接近的：qinghe）；查看列表：`povqa articles`\n"),
    ],
)
def test_an_unknown_id_gets_the_nearest_ones(run, corpus, lang, line):
    result = run("show", "qinhe", "--corpus", corpus, "--lang", lang)
    assert (result.exit_code, result.stdout, result.stderr) == (2, "", line)


@pytest.mark.parametrize("words", ["povqa show q", "povqa --corpus {} ask --article q"])
def test_the_shell_completes_ids(run, monkeypatch, corpus, words):
    monkeypatch.setenv("POVQA_CORPUS", str(corpus))
    monkeypatch.setenv("_POVQA_COMPLETE", "bash_complete")
    monkeypatch.setenv("COMP_WORDS", words.format(corpus))
    monkeypatch.setenv("COMP_CWORD", str(len(words.split()) - 1))
    assert run(prog_name="povqa").stdout == "plain,qinghe\n"


@pytest.mark.parametrize("command", [["articles"], ["show", "x"]])
def test_a_missing_corpus_is_one_line(run, tmp_path, command):
    result = run(*command, "--corpus", tmp_path / "none")
    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr.count("\n") == 1
    assert "--corpus" in result.stderr
