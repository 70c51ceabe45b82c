"""`povqa ask`, with the real engine on a small corpus."""

import json
import subprocess
import sys

import pytest

from povqa.corpus.catalogue import Catalogue

QUESTION = "白石乡的茶厂谁负责"
UNANSWERED = "今天北京天气怎么样"
pytestmark = pytest.mark.usefixtures("asked")


def povqa(*args, **options):
    return subprocess.run([sys.executable, "-m", "povqa", *args], capture_output=True, check=False, **options)


def test_an_answer_is_quoted_with_its_source(run):
    result = run("ask", "--top", "1", QUESTION)
    assert (result.exit_code, result.stderr, result.stdout) == (
        0,
        "",
        "周大山\n"
        "\n"
        "乡里的茶厂由【周大山】负责,每年付给农户工钱85万元。\n"
        "  ── 白石乡的茶园 · 白石新闻网 · 2019-05-06\n"
        "     pages/baishi.txt\n",
    )


@pytest.mark.parametrize(
    ("args", "given"),
    [
        (["ask", QUESTION], None),
        (["ask", *["白石乡", "的茶厂谁负责"]], None),
        (["ask", "-"], QUESTION),
        (["ask"], f"\ufeff {QUESTION}\r\n"),
    ],
    ids=["argument", "arguments", "dash", "piped"],
)
def test_the_question_is_an_argument_or_stdin(run, args, given):
    found = json.loads(run(*args, "--json", input=given).stdout)
    assert found["question"].replace(" ", "") == QUESTION
    assert found["answers"] == ["周大山"]


def test_json_cites_the_text_that_show_prints(run, asked):
    found = json.loads(run("ask", "--json", QUESTION).stdout)
    assert found["status"] == "answered"
    text = Catalogue(asked.corpus_path).get(found["citations"][0]["article_id"]).article.text
    for citation in found["citations"]:
        assert text[citation["start"] : citation["end"]] == citation["text"]
    marked = {citation["text"][a:b] for citation in found["citations"] for a, b in citation["highlights"]}
    assert set(found["answers"]) <= marked


@pytest.mark.parametrize(
    ("lang", "first", "second"),
    [
        ([], "文章里没有找到答案。", "最接近的一句(不是答案): "),
        (["--lang", "en"], "The articles do not hold the answer.", "The nearest sentence (not an answer): "),
    ],
)
def test_nothing_found_is_exit_code_1_in_the_questions_language_or_the_chosen_one(run, lang, first, second):
    result = run("ask", *lang, UNANSWERED)
    lines = result.stdout.splitlines()
    assert (result.exit_code, result.stderr, lines[0]) == (1, "", first)
    assert lines[1].startswith(second)
    assert "【" not in result.stdout


@pytest.mark.parametrize("question", ["", "   ", "\u3000\n", "？！"])
def test_an_empty_question_finds_nothing(run, question):
    result = run("ask", "--json", question)
    found = json.loads(result.stdout)
    assert (result.exit_code, found["status"], found["reason"]) == (1, "not_found", "empty_question")


def test_an_empty_stdin_is_an_empty_question(run):
    assert run("ask", input="").exit_code == 1


def test_a_question_that_is_too_long_is_one_line(run):
    result = run("ask", input="茶" * 100_000)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith("povqa: 问题最多")
    assert result.stderr.count("\n") == 1


def test_a_stdin_that_is_not_utf8_is_one_line(run):
    result = run("ask", input=QUESTION.encode("gb18030"))
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == (
        "povqa: the question on stdin is not UTF-8; convert it: `iconv -f GB18030 -t UTF-8 | povqa ask`\n"
    )


@pytest.mark.parametrize("question", ["\x1b[31m谁\x07负责", "😀🎉谁负责", "a\u202eb\u0000谁"])
def test_odd_characters_are_taken_as_they_are(run, question):
    result = run("ask", "--json", input=question)
    assert result.exit_code in (0, 1)
    assert json.loads(result.stdout)["question"] == question
    assert "\x1b" not in run("ask", input=question).stdout


def test_an_argument_that_is_no_text_never_ends_in_a_traceback():
    done = povqa("ask", "--json", b"\xff\x80\xe8\xb0\x81")
    if done.returncode == 2:
        assert (done.stdout, done.stderr.count(b"\n")) == (b"", 1)
        assert b"a fault in povqa" not in done.stderr
    else:
        assert json.loads(done.stdout)["question"] == "\udcff\udc80谁"


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        (["--article", "baishi"], True),
        (["--article", "qinghe"], False),
        (["--article", "qinghe", "--article", "baishi"], True),
        (["--since", "2019"], True),
        (["--since", "2020"], False),
        (["--until", "2019-05"], True),
        (["--until", "2019-04"], False),
    ],
)
def test_filters_leave_articles_out(run, filters, found):
    answer = json.loads(run("ask", "--json", *filters, QUESTION).stdout)
    assert (answer["answers"] == ["周大山"]) is found
    ids = {citation["article_id"] for citation in answer["citations"] + answer["nearest"]}
    if "--article" in filters:
        assert ids <= set(filters[1::2])


def test_an_unknown_article_is_one_line(run):
    result = run("ask", "--article", "nope", QUESTION)
    assert (result.exit_code, result.stdout, result.stderr.count("\n")) == (2, "", 1)
    assert "nope" in result.stderr


def test_explain_tells_how_the_answer_came_about(run):
    shown = run("ask", "--explain", "--top", "1", QUESTION).stdout
    assert "\nquestion   " in shown
    assert "understood kind person" in shown
    found = json.loads(run("ask", "--explain", "--json", QUESTION).stdout)
    assert found["trace"]["query"]["kind"] == "person"
    assert found["trace"]["judgements"]


class TestBatch:
    """A line out for each line in."""

    def test_each_line_is_answered_in_order(self, run, tmp_path):
        file = tmp_path / "questions.txt"
        file.write_text(f'{QUESTION}\n\n{{"question": "{QUESTION}", "history": ["青河县有多少个村"]}}\n', "utf-8")
        result = run("ask", "--batch", file)
        found = [json.loads(line) for line in result.stdout.splitlines()]
        assert [answer["question"] for answer in found] == [QUESTION, "", QUESTION]
        assert [answer["reason"] for answer in found] == [None, "empty_question", None]
        assert (result.exit_code, result.stderr) == (1, "")

    def test_all_answered_is_exit_code_0(self, run):
        assert run("ask", "--batch", "-", input=QUESTION).exit_code == 0

    def test_lines_are_answered_as_they_come(self):
        child = subprocess.Popen(
            [sys.executable, "-m", "povqa", "ask", "--batch", "-"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        with child:
            for question in (QUESTION, UNANSWERED):
                child.stdin.write(f"{question}\n".encode())
                child.stdin.flush()
                assert json.loads(child.stdout.readline())["question"] == question
            child.stdin.close()
        assert child.returncode == 1

    def test_bad_lines_are_told_of_after_the_others_were_answered(self, run):
        lines = ['{"question": 7}', QUESTION, "茶" * 5000, UNANSWERED]
        result = run("ask", "--batch", "-", input="\n".join(lines))
        assert [json.loads(line)["question"] for line in result.stdout.splitlines()] == [QUESTION, UNANSWERED]
        assert result.exit_code == 2
        assert result.stderr.startswith("povqa: line 1 of stdin (and 1 more) was not answered: question: Input should")
        assert result.stderr.count("\n") == 1

    def test_an_empty_file_is_no_error(self, run):
        result = run("ask", "--batch", "-", input="")
        assert (result.exit_code, result.stdout, result.stderr) == (0, "", "")

    @pytest.mark.parametrize("args", [["--batch", "/nowhere/x"], ["--batch", "-", QUESTION]])
    def test_a_batch_that_cannot_be_read_is_one_line(self, run, args):
        result = run("ask", *args)
        assert (result.exit_code, result.stdout, result.stderr.count("\n")) == (2, "", 1)


def test_ask_imports_nothing_that_only_preparing_or_a_terminal_needs():
    script = (
        "import sys; from povqa.cli import main\n"
        f"try: main(['ask', '--json', {QUESTION!r}])\n"
        "except SystemExit as leaving: assert leaving.code == 0, leaving.code\n"
        "print(*sorted({name.partition('.')[0] for name in sys.modules}), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    loaded = set(done.stderr.split())
    assert {"povqa", "onnxruntime"} <= loaded
    unwanted = {"torch", "sentence_transformers", "transformers", "telegram", "pandas", "rich", "jieba", "onnx", "lxml"}
    assert not loaded & unwanted
