"""Files that come into the corpus folder together, or not at all."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from povqa.corpus.placing import Planned, inside, placing
from povqa.errors import CorpusError


def tree(folder: Path) -> dict[str, str]:
    return {path.relative_to(folder).as_posix(): path.read_text() for path in folder.rglob("*") if path.is_file()}


def stage(place, number, text):
    path = place.staging / str(number)
    path.write_text(text)
    return path


@pytest.fixture
def corpus(tmp_path):
    folder = tmp_path / "corpus"
    (folder / "sub").mkdir(parents=True)
    (folder / "a.txt").write_text("old a")
    (folder / "sub" / "b.txt").write_text("old b")
    return folder


def change_everything(place):
    place.place([
        Planned(stage(place, 0, "new a"), "a.txt", True),
        Planned(stage(place, 1, "c"), "new/deep/c.txt", False),
    ])  # fmt: skip
    place.remove(["sub/b.txt"])


def change_everything_and_raise(corpus, error):
    with placing(corpus) as place:
        change_everything(place)
        assert tree(corpus)["a.txt"] == "new a"
        raise error


def test_files_are_placed_replaced_and_removed_and_nothing_else_is_left(corpus):
    with placing(corpus) as place:
        change_everything(place)
    assert tree(corpus) == {"a.txt": "new a", "new/deep/c.txt": "c"}
    assert sorted(path.name for path in corpus.iterdir()) == ["a.txt", "new"]


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
@pytest.mark.parametrize("links", [True, False], ids=["links", "no links"])
def test_an_error_undoes_all_of_it(corpus, error, links, monkeypatch):
    if not links:  # as on a memory stick

        def refuse(*args, **more):
            raise PermissionError(1, "no hard links here")

        monkeypatch.setattr(os, "link", refuse)
    before = tree(corpus)
    with pytest.raises(error):
        change_everything_and_raise(corpus, error)
    assert tree(corpus) == before
    assert sorted(path.name for path in corpus.iterdir()) == ["a.txt", "sub"]


def test_a_folder_that_was_made_goes_again_where_nothing_came_into_it(tmp_path):
    with placing(tmp_path / "x" / "y"):
        pass
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(CorpusError), placing(tmp_path / "x" / "y") as place:
        place.place([Planned(stage(place, 0, "a"), "a.txt", False), Planned(stage(place, 1, "b"), "../b.txt", False)])
    assert list(tmp_path.iterdir()) == []


def test_what_appeared_meanwhile_is_not_overwritten(corpus):
    with pytest.raises(CorpusError, match="has appeared"), placing(corpus) as place:
        place.place([Planned(stage(place, 0, "c"), "c.txt", False), Planned(stage(place, 1, "x"), "a.txt", False)])
    assert tree(corpus) == {"a.txt": "old a", "sub/b.txt": "old b"}


def test_a_link_does_not_lead_out_of_the_folder(corpus, tmp_path):
    outside = tmp_path / "outside"
    outside.mkdir()
    (corpus / "door").symlink_to(outside)
    with pytest.raises(CorpusError, match="no folder of the corpus"), placing(corpus) as place:
        place.place([Planned(stage(place, 0, "c"), "door/c.txt", False)])
    assert list(outside.iterdir()) == []


@pytest.mark.parametrize("relative", ["../x.txt", "a/../../x.txt", "", "x/", "/x.txt", "a\0.txt", "a.txt/b.txt"])
def test_a_path_that_leaves_the_folder_is_refused_whoever_made_it(corpus, relative):
    with pytest.raises(CorpusError):
        inside(corpus, relative)


def test_many_files_at_once(corpus):
    with placing(corpus) as place:
        place.place([Planned(stage(place, n, str(n)), f"many/{n}.txt", False) for n in range(100)])
    assert tree(corpus / "many") == {f"{n}.txt": str(n) for n in range(100)}


def test_a_folder_that_cannot_be_written_is_one_line(tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(CorpusError, match="--corpus"), placing(tmp_path / "file" / "corpus"):
        pass


SCRIPT = """
import os, signal, sys
from pathlib import Path
from povqa.corpus.placing import Planned, placing
with placing(Path(sys.argv[1]), lambda: print("waiting", flush=True)) as place:
    staged = place.staging / "0"
    staged.write_text("new")
    place.place([Planned(staged, "a.txt", True)])
    if sys.argv[2] == "die":
        os.kill(os.getpid(), signal.SIGKILL)
    print("in", flush=True)
    sys.stdin.readline()
"""


def start(corpus, how):
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    words = [sys.executable, "-c", SCRIPT, str(corpus), how]
    return subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment)


def test_two_processes_take_turns(corpus):
    with start(corpus, "wait") as first:
        assert first.stdout.readline() == "in\n"
        with start(corpus, "wait") as second:
            assert second.stdout.readline() == "waiting\n"
            first.communicate("\n")
            assert second.stdout.readline() == "in\n"
            second.communicate("\n")


def test_what_a_killed_process_left_is_swept_away_and_what_it_placed_stays(corpus):
    with start(corpus, "die") as killed:
        killed.communicate()
    assert killed.returncode == -9
    assert len(list(corpus.glob(".povqa-*"))) == 1
    with placing(corpus):
        pass
    assert tree(corpus) == {"a.txt": "new", "sub/b.txt": "old b"}
