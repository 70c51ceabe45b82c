"""The protocol between the harness and a peer's process, with a peer that needs no library."""

import pytest

from povqa.evaluation.questions import Question
from side_by_side import Child, NotMeasuredError, put

PEER = """
class Peer:
    def __init__(self, folder, encoder):
        self.folder = folder
    def index(self, files):
        print("a library that talks")
        (self.folder / "all.txt").write_text("".join(file.read_text("utf-8") for file in files), "utf-8")
    def open(self):
        self.text = (self.folder / "all.txt").read_text("utf-8")
    def ask(self, question, history):
        return "one.txt", self.text, len(" ".join([*history, question]))
"""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    (tmp_path / "made_up_peer.py").write_text(PEER, "utf-8")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    return tmp_path


def test_a_peer_indexes_and_answers(folder):
    file = folder / "one.txt"
    file.write_text("全县下辖7个镇。", "utf-8")
    child = Child("made_up_peer", folder, folder)
    assert child.say({"index": [str(file)]})["seconds"] >= 0
    given = put(child, [Question(id="q", question="几个镇", history=("临沭",), answers=["7个"])])
    assert [(one.path, one.sentence, one.score) for one in given] == [("one.txt", "全县下辖7个镇。", 6.0)]
    assert child.age() > given[0].ms / 1000
    assert child.end() > 1
    assert child.process.returncode == 0


def test_a_peer_that_is_not_installed_says_why(folder):
    with pytest.raises(NotMeasuredError, match="No module named 'nobody_has_this'"):
        Child("nobody_has_this", folder, folder).say({"index": []})
