"""What holds for every command: help, languages, errors in one line, and what is imported."""

import errno
import os
import re
import subprocess
import sys
from pathlib import Path

import click
import pytest

from povqa.cli import main
from povqa.cli.app import App, describe, fancy, write_json
from povqa.errors import CorpusError
from povqa.messages import language_of, locale_language, printable

ROOT = Path(__file__).parents[2]


def all_commands(command, path=()):
    yield path, command
    for name, child in getattr(command, "commands", {}).items():
        yield from all_commands(child, (*path, name))


COMMANDS = list(all_commands(main))


@pytest.mark.parametrize(("path", "command"), COMMANDS, ids=[" ".join(path) or "povqa" for path, _ in COMMANDS])
def test_every_command_has_help_an_example_and_the_common_options(run, path, command):
    result = run(*path, "--help")
    assert result.exit_code == 0
    assert result.stderr == ""
    assert re.search(r"Examples?:\n +(\$ )?\S*(povqa|POVQA)", result.stdout)
    assert {"--corpus", "--index", "--lang"} <= {option for param in command.params for option in param.opts}


def test_without_a_command_the_help_is_printed(run):
    assert run().stdout == run("--help").stdout


def test_the_reference_is_what_the_commands_say():
    sys_path = str(ROOT / "docs")
    written = subprocess.run(
        [sys.executable, "-c", "import make_cli; print(make_cli.render(), end='')"],
        env={**os.environ, "PYTHONPATH": os.pathsep.join([sys_path, *sys.path]), "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        check=True,
    ).stdout.decode()
    assert (ROOT / "docs" / "cli.md").read_text(encoding="utf-8") == written, "run `make docs`"


@pytest.mark.parametrize(
    ("args", "line"),
    [
        (["aks"], "povqa: No such command 'aks'. Did you mean 'ask'? see `povqa --help`\n"),
        (["ask", "--tpo", "1", "x"], "povqa: No such option '--tpo'. Did you mean '--top'? see `povqa ask --help`\n"),
        (["ask", "--tpo", "1", "多少户"], "povqa: 没有选项 --tpo；用法见 `povqa ask --help`\n"),
        (["show"], "povqa: Missing argument 'ID'; see `povqa show --help`\n"),
        (["--lang", "zh", "show"], "povqa: 缺少 ID；用法见 `povqa show --help`\n"),
        (["show", "--lang", "zh"], "povqa: 缺少 ID；用法见 `povqa show --help`\n"),
        (["还剩多少户"], "povqa: 没有命令 还剩多少户；要提问，请用 `povqa ask 还剩多少户`\n"),
        (
            ["--lang", "en", "还剩多少户"],
            "povqa: there is no command 还剩多少户; to ask a question: `povqa ask 还剩多少户`\n",
        ),
    ],
)
def test_a_wrong_command_line_is_one_line_that_ends_in_what_to_run(run, args, line):
    result = run(*args)
    assert (result.exit_code, result.stdout, result.stderr) == (2, "", line)


def test_a_setting_without_a_legal_value_is_named(run, monkeypatch, corpus):
    monkeypatch.setenv("POVQA_THREADS", "many")
    result = run("articles", "--corpus", corpus)
    assert result.exit_code == 2
    assert result.stderr.startswith("povqa: POVQA_THREADS has no legal value")
    assert result.stderr.endswith("`unset POVQA_THREADS`\n")
    assert result.stderr.count("\n") == 1


@pytest.mark.parametrize("place", ["before", "after", "environment"])
def test_the_corpus_is_named_before_or_after_the_command_or_by_the_environment(run, monkeypatch, corpus, place):
    if place == "before":
        result = run("--corpus", corpus, "articles")
    elif place == "after":
        result = run("--corpus", "/nowhere", "articles", "--corpus", corpus)
    else:
        monkeypatch.setenv("POVQA_CORPUS", str(corpus))
        result = run("articles")
    assert [line.split("\t")[0] for line in result.stdout.splitlines()] == ["baishi", "qinghe"]


def test_a_corpus_named_on_the_command_line_starts_from_the_current_folder(run, monkeypatch, corpus, tmp_path):
    monkeypatch.setenv("POVQA_ROOT", "/nowhere")
    monkeypatch.chdir(tmp_path)
    assert run("articles", "--corpus", "pages").exit_code == 0


@pytest.mark.parametrize(
    ("error", "en"),
    [
        (OSError(errno.ENOSPC, "No space left on device", "/x/y"), "/x/y: No space left on device"),
        (PermissionError(errno.EACCES, "Permission denied"), "Permission denied"),
        (MemoryError(), "out of memory"),
        (ZeroDivisionError("division by zero"), "a fault in povqa itself (ZeroDivisionError: division by zero)"),
    ],
)
def test_any_error_becomes_a_line_in_both_languages_ending_in_a_command(error, en):
    told = describe(error)
    assert told.message("en").startswith(en)
    assert told.message("zh") != told.message("en")
    for lang in ("en", "zh"):
        assert re.search(r"`[^`]*povqa[^`]*`", told.message(lang))


class TestUnexpected:
    """Errors that no command foresees."""

    @pytest.fixture
    def command(self):
        @main.command("boom", hidden=True)
        @click.argument("kind")
        def boom(kind):
            click.echo("half an answer")
            raise {"fault": ValueError("two\nlines \x1b[31m"), "ctrl-c": KeyboardInterrupt()}[kind]

        yield boom
        del main.commands["boom"]

    def test_a_fault_is_one_line_without_a_traceback_or_control_characters(self, run, command):
        result = run("boom", "fault")
        assert result.exit_code == 2
        assert result.stderr.startswith("povqa: a fault in povqa itself (ValueError: two lines \ufffd[31m)")
        assert result.stderr.count("\n") == 1

    def test_the_traceback_is_there_for_who_asks(self, run, command, monkeypatch):
        monkeypatch.setenv("POVQA_TRACEBACK", "1")
        assert isinstance(run("boom", "fault").exception, ValueError)

    def test_ctrl_c_is_one_line_and_exit_code_2(self, run, command):
        result = run("boom", "ctrl-c")
        assert (result.exit_code, result.stderr) == (
            2,
            "povqa: interrupted; nothing was changed. To start again: `povqa boom`\n",
        )


def test_an_error_is_told_in_the_language_asked_for_even_when_it_has_one_only():
    error = CorpusError("no such folder")
    assert (error.message("zh"), error.message("en")) == ("no such folder", "no such folder")


@pytest.mark.parametrize(
    ("question", "lang"),
    [
        ("还剩多少户", "zh"),
        ("how many households", "en"),
        ("GDP是多少", "zh"),
        ("", None),
        ("2017?", None),
        ("\ud800", None),
    ],
)
def test_the_question_tells_the_language(question, lang):
    assert language_of(question) == lang


@pytest.mark.parametrize(
    ("environ", "lang"),
    [
        ({"LANG": "zh_CN.UTF-8"}, "zh"),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": "C"}, "en"),
        ({"LANG": "en_GB.UTF-8", "LC_MESSAGES": "zh_TW"}, "zh"),
        ({"LC_ALL": "", "LANG": "zh"}, "zh"),
        ({}, "en"),
    ],
)
def test_the_locale_tells_the_language(environ, lang):
    assert locale_language(environ) == lang


def test_the_language_is_the_chosen_one_then_the_questions_then_the_locales(monkeypatch):
    monkeypatch.setenv("LANG", "zh_CN.UTF-8")
    assert App(chosen="en").lang_for("多少户") == "en"
    assert App().lang_for("how many") == "en"
    assert App().lang_for("2017?") == "zh"
    monkeypatch.setenv("POVQA_LANG", "en")
    assert App().lang_for("多少户") == "en"


def test_text_from_outside_cannot_drive_the_terminal():
    assert printable("a\x1b[2J\x9bb\u202ec\td\ne") == "a\ufffd[2J\ufffdb\ufffdc\td\ne"


@pytest.mark.parametrize(("name", "value"), [("NO_COLOR", "1"), ("TERM", "dumb")])
def test_styles_are_for_terminals_that_show_them(monkeypatch, name, value):
    class Terminal:
        def isatty(self):
            return True

    monkeypatch.setenv("TERM", "xterm-256color")
    assert fancy(Terminal())
    monkeypatch.setenv(name, value)
    assert not fancy(Terminal())


def test_a_reader_that_leaves_early_is_no_error(corpus):
    script = "from povqa.cli import main; import click\n"
    script += "main.command('flood')(lambda: [click.echo('x' * 1000) for _ in range(10000)]); main(['flood'])"
    child = subprocess.Popen(
        [sys.executable, "-c", script], env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}, stdout=-1, stderr=-1
    )
    child.stdout.readline()
    child.stdout.close()
    with child.stderr:
        assert child.stderr.read() == b""
    assert child.wait() == 141


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk_under_the_output_is_one_line(corpus):
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "povqa", "articles", "--corpus", str(corpus)],
            env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
        )
    assert done.returncode == 2
    assert "No space left on device" in done.stderr
    assert done.stderr.count("\n") == 1


def test_help_imports_nothing_heavy():
    script = (
        "import sys; from povqa.cli import main\n"
        "try: main(['--help'])\n"
        "except SystemExit: pass\n"
        "print(*sorted({name.partition('.')[0] for name in sys.modules}), file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        check=True,
    )
    loaded = set(done.stderr.split())
    assert "povqa" in loaded
    assert not loaded & {
        "numpy",
        "pydantic",
        "rich",
        "faiss",
        "onnxruntime",
        "tokenizers",
        "jieba",
        "torch",
        "telegram",
    }


def test_json_is_utf8_and_escapes_what_utf8_cannot_hold(capfdbinary):
    write_json('{"question": "谁\ud800"}')
    assert capfdbinary.readouterr().out == '{"question": "谁\\ud800"}\n'.encode()


def test_a_command_loads_no_other():
    script = (
        "import sys; from povqa.cli import main; main.get_command(None, 'ask'); "
        "print(sorted(name for name in sys.modules if name.startswith('povqa.cli.')))"
    )
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "['povqa.cli.app', 'povqa.cli.ask']"
