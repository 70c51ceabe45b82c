"""`povqa chat`: with lines piped in, and on a terminal."""

import os
import re
import select
import subprocess
import sys
import time

import pytest

pytestmark = pytest.mark.usefixtures("asked")
FIRST, FOLLOW_UP = "青河县有多少个行政村", "现在呢"
STYLE = re.compile(r"\x1b\[[0-9;?]*[a-zA-Z]")


def test_each_line_is_answered_and_a_follow_up_keeps_the_place(run):
    first, follow_up = run("chat", input=f"{FIRST}\n").stdout, run("chat", input=f"{FOLLOW_UP}\n").stdout
    both = run("chat", input=f"{FIRST}\n\n{FOLLOW_UP}\n").stdout
    assert first.startswith("48个\n")
    assert both.startswith(first)
    assert "qinghe.txt" in both.removeprefix(first)
    assert both != first + follow_up


def test_new_forgets_the_questions_before(run):
    follow_up = run("chat", input=f"{FOLLOW_UP}\n").stdout
    afresh = run("chat", input=f"{FIRST}\n/new\n{FOLLOW_UP}\n").stdout
    assert afresh.endswith(f"The questions before are forgotten.\n{follow_up}")


@pytest.mark.parametrize(
    ("line", "said"),
    [("/help", "/new   forget"), ("/nwe", "There is no command /nwe; /help lists them."), ("/quit", "")],
)
def test_commands(run, line, said):
    result = run("chat", input=f"{line}\n")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.startswith(said)


def test_quit_leaves_the_lines_after_it_alone(run):
    assert run("chat", input="/quit\n白石乡的茶厂谁负责\n").stdout == ""


def test_a_question_that_cannot_be_taken_does_not_end_the_chat(run):
    result = run("chat", "--top", "1", input="茶" * 5000 + "\n白石乡的茶厂谁负责\n")
    assert result.exit_code == 0
    assert result.stderr.startswith("povqa: 问题最多")
    assert result.stdout.startswith("周大山\n")


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
def test_on_a_terminal_ctrl_c_cancels_the_line_and_ctrl_d_leaves():
    import pty

    ours, theirs = pty.openpty()
    environ = os.environ | {"TERM": "xterm", "LANG": "C.UTF-8"}
    child = subprocess.Popen(
        [sys.executable, "-m", "povqa", "chat", "--top", "1"],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env=environ,
        start_new_session=True,
        preexec_fn=lambda: __import__("fcntl").ioctl(0, __import__("termios").TIOCSCTTY, 0),
    )
    os.close(theirs)
    try:
        _expect(ours, "Ctrl-D leaves.")
        _expect(ours, "> ")
        os.write(ours, "没有写完".encode())
        _expect(ours, "写完")
        time.sleep(0.3)  # Python's readline notices Ctrl-C at once only while it waits for a key
        os.write(ours, b"\x03")
        _expect(ours, "> ")
        os.write(ours, "白石乡的茶厂谁负责\n".encode())
        _expect(ours, "pages/baishi.txt")
        _expect(ours, "> ")
        os.write(ours, b"\x04")
        assert child.wait(20) == 0
    finally:
        child.kill()
        child.wait()
        os.close(ours)


def _expect(terminal, text):
    """Read until the text has come; fail if it does not within twenty seconds."""
    seen, until = b"", time.monotonic() + 20
    while text not in STYLE.sub("", seen.decode(errors="ignore")):
        ready, _, _ = select.select([terminal], [], [], max(0.0, until - time.monotonic()))
        assert ready, f"{text!r} did not come; what came: {seen.decode(errors='replace')!r}"
        seen += os.read(terminal, 1)
