"""`povqa verify`."""

import json

import pytest

from povqa.cli.verify import split_quotes


@pytest.fixture
def env(built):
    return ["--corpus", str(built.corpus), "--index", str(built.index)]


def test_word_for_word(run, env):
    result = run(*env, "verify", "青河县还有贫困人口120户、301人")
    assert result.exit_code == 0
    assert result.stdout.splitlines()[0] == "一字不差。"
    assert "青河县打赢脱贫攻坚战 · 青河日报 · 2018-02-03" in result.stdout


def test_a_changed_number_is_marked(run, env):
    result = run(*env, "verify", "青河县还有贫困人口102户、301人")
    assert result.exit_code == 1
    assert "引文：青河县还有贫困人口【102】户、301人\n原文：青河县还有贫困人口【120】户、301人\n" in result.stdout


def test_nothing_near(run, env):
    result = run(*env, "verify", "量子计算机击败了围棋冠军")
    assert (result.exit_code, result.stdout) == (1, "文章中没有这段话。\n")


def test_json_tells_where(run, env, built):
    result = run(*env, "verify", "--json", "建成扶贫车间16个……吸纳贫困户就业512人")
    found = json.loads(result.stdout)
    assert found["verdict"] == "verbatim"
    (match,) = found["matches"]
    assert match["path"] == "pages/qinghe.txt"
    assert [len(span) for span in match["spans"]] == [2, 2]
    assert match["text"].startswith("建成扶贫车间16个")
    assert match["text"].endswith("就业512人")


def test_a_file_of_quotes(run, env, tmp_path):
    path = tmp_path / "quotes.txt"
    path.write_text("建成扶贫车间16个\n乡里的茶厂由周大山负责\n", encoding="utf-8")
    result = run(*env, "verify", "--json", "--file", str(path))
    assert result.exit_code == 0
    assert [json.loads(line)["verdict"] for line in result.stdout.splitlines()] == ["verbatim", "verbatim"]
    result = run(*env, "verify", "-", input="建成扶贫车间61个")
    assert result.exit_code == 1


def test_paragraphs_or_lines():
    assert split_quotes("甲\n乙\n") == ["甲", "乙"]
    assert split_quotes("甲\n乙\n\n丙") == ["甲\n乙", "丙"]


@pytest.mark.parametrize("words", [["verify"], ["verify", "-"], ["verify", " "]])
def test_no_quote(run, env, words):
    assert run(*env, *words, input="").exit_code == 2
