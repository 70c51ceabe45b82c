"""`povqa watch`."""

import json
import signal
import subprocess
import sys
import threading
from queue import Empty, Queue

import pytest


@pytest.fixture
def watching(corpus, tmp_path):
    """The command at work, and what it prints, line by line."""
    words = ["watch", "--json", "--wait", "0.3", "--corpus", str(corpus), "--index", str(tmp_path / "index")]
    process = subprocess.Popen(
        [sys.executable, "-m", "povqa", *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    lines: Queue[str] = Queue()

    def read():
        for line in process.stdout:
            lines.put(line)

    threading.Thread(target=read, daemon=True).start()
    yield process, lines
    if process.poll() is None:
        process.kill()
        process.communicate()


def test_what_comes_changes_and_goes_is_indexed_until_ctrl_c(watching, corpus, run, tmp_path):
    process, lines = watching
    assert json.loads(lines.get(timeout=60))["added"] == ["baishi", "qinghe"]
    (corpus / ".draft.txt").write_text("隐藏的文件。", encoding="utf-8")
    with pytest.raises(Empty):
        lines.get(timeout=1.5)
    (corpus / "new.txt").write_text("新河镇的桥\n\n新河镇修桥3座,由镇政府出资。\n", encoding="utf-8")
    (corpus / "baishi.txt").unlink()
    told = json.loads(lines.get(timeout=60))
    assert (told["added"], told["removed"], told["unchanged"]) == (["new"], ["baishi"], 1)
    (corpus / "new.txt").write_text("", encoding="utf-8")  # what is wrong with one is told, and it goes on
    told = json.loads(lines.get(timeout=60))
    assert [one["path"] for one in told["skipped"]] == ["pages/new.txt"]
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=20)
    assert process.returncode == 0
    assert said.splitlines()[0] == f"povqa: following {corpus}; Ctrl-C ends it"
    assert said.splitlines()[-1] == "povqa: no longer following it"


def test_a_folder_that_is_not_there(run, tmp_path):
    result = run("watch", "--corpus", tmp_path / "none", "--index", tmp_path / "index")
    assert result.exit_code == 2
    assert result.stderr.count("\n") == 1
    assert "--corpus" in result.stderr
