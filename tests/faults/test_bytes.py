"""A byte of an index changed, a file of it cut short: in words or without effect, never another answer, never a crash.

    PYTHONPATH=src:tests python tests/faults/test_bytes.py INDEX_FOLDER HOW COUNT [STAGES]

counts what comes of so many faults in an index at hand, of the real encoder; see probe.py for HOW.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path

import pytest

from povqa.config import Settings
from povqa.corpus.catalogue import Catalogue
from povqa.index.store import Index
from povqa.index.update import bring_in_line
from tiny import TinyEncoder

HERE = Path(__file__).resolve().parent
QUESTIONS = ["目前临沭县还有多少户贫困人口", "凌云县种了多少亩茶叶", "井冈山是哪天宣布脱贫的"]
TEXTS = {"qinghe": "2017年", "baishi": "白石乡种植"}
Fault = tuple[str, str, int, int]  # file, "flip" or "cut", place, the bits that change


def faults(index: Path, chance: random.Random, *, each: int | None = None) -> Iterator[Fault]:
    """Faults of every file of an index in turn, without end.

    :param each: end after so many rounds of the files.
    """
    files = sorted(path for path in index.rglob("*") if path.is_file() and path.stat().st_size)
    rounds = 0
    while each is None or rounds < each:
        for path in files:
            name, size = path.relative_to(index).as_posix(), path.stat().st_size
            # Heads and tails of files say how the rest is read.
            place = chance.choice([chance.randrange(size), chance.randrange(min(size, 64)), size - 1 - rounds % size])
            yield name, "flip", place, chance.choice([1 << chance.randrange(8), chance.randrange(1, 256)])
            yield name, "cut", chance.choice([0, place, size - 1]), 0
        rounds += 1


def every_byte_of(index: Path, most: int) -> Iterator[Fault]:
    """Each byte of each file of at most so many."""
    for path in sorted(path for path in index.rglob("*") if path.is_file() and path.stat().st_size <= most):
        for place in range(path.stat().st_size):
            yield path.relative_to(index).as_posix(), "flip", place, 1 << (place + place // 8) % 8


def probed(settings: Settings, how: str, wanted: Sequence[Fault], stages: str = "full") -> list[tuple[str, Fault]]:
    """What comes of each fault; "crash" where the process died of it or was at it for a minute.

    :param stages: "fused" compares the first sentences of retrieval; the reader takes longer.
    """
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    command = [sys.executable, str(HERE / "probe.py"), settings.model_dump_json(), how, json.dumps(QUESTIONS)]
    command.append(stages)
    kept = {path: path.read_bytes() for path in settings.index_path.rglob("*") if path.is_file()}
    found: list[tuple[str, Fault]] = []
    while len(found) < len(wanted):
        pipe = subprocess.PIPE
        with subprocess.Popen(command, env=environment, stdin=pipe, stdout=pipe, stderr=pipe, text=True) as child:
            assert child.stdin is not None
            assert child.stdout is not None
            assert child.stderr is not None
            if child.stdout.readline() != "ready\n":
                raise AssertionError(child.stderr.read())
            for fault in wanted[len(found) :]:
                child.stdin.write(json.dumps(fault) + "\n")
                child.stdin.flush()
                said = child.stdout.readline()
                found.append((json.loads(said) if said else "crash", fault))
                if not said:
                    break
            child.stdin.close()
        for path, data in kept.items():
            path.write_bytes(data)
    return found


def check(found: list[tuple[str, Fault]], most_same: float) -> None:
    """:param most_same: the share that may have no effect: what answering does not read."""
    wrong = [one for one in found if one[0] not in ("same", "error")]
    assert wrong == []
    counts = Counter(outcome for outcome, _ in found)
    assert counts["error"], "the faults are seen"
    assert counts["same"] <= most_same * len(found)


def test_a_fault_in_any_file_is_told_or_has_no_effect(index_of_seeds: Settings) -> None:
    wanted = list(faults(index_of_seeds.index_path, random.Random(7), each=1))
    assert len({fault[0] for fault in wanted}) >= 16, "every file"
    check(probed(index_of_seeds, "large", wanted, "fused"), 0.35)


@pytest.mark.slow
@pytest.mark.parametrize("how", ["all", "large"])
def test_thousands_of_faults(index_of_seeds: Settings, how: str) -> None:
    check(probed(index_of_seeds, how, list(faults(index_of_seeds.index_path, random.Random(8), each=60))), 0.35)


@pytest.mark.slow
def test_every_byte_of_the_small_files(index_of_seeds: Settings) -> None:
    wanted = list(every_byte_of(index_of_seeds.index_path, 4096))
    check(probed(index_of_seeds, "all", wanted, "fused"), 0.15)  # the list of checksums itself may be damaged


def damaged(index: Path, fault: Fault) -> None:
    name, change, place, value = fault
    data = bytearray((index / name).read_bytes())
    if change == "cut":
        del data[place:]
    else:
        data[place] ^= value
    (index / name).write_bytes(data)


def check_the_next_generation(own: Settings, whole: Path, wanted: Iterable[Fault]) -> None:
    """What is damaged is not handed on, and `povqa index` mends it, whether an article has come or not."""
    encoder = TinyEncoder()
    for number, fault in enumerate(wanted):
        new = own.corpus_path / "new.txt"
        new.unlink(missing_ok=True)
        index = own.index_path.with_name(f"index{number}")
        shutil.copytree(whole, index)
        damaged(index, fault)
        if number % 2:
            new.write_text("红山村修路\n\n  红山村2018年修了25公里路。\n", "utf-8")
        bring_in_line(index, lambda: Catalogue(own.corpus_path), encoder)
        with Index.open(index) as opened:
            opened.verify(encoder)
            texts = {article.id: article.text[:5] for article in opened.articles()}
        assert texts == TEXTS | ({"new": "红山村修路"} if number % 2 else {}), fault


def test_an_update_does_not_go_on_from_what_is_damaged(own: Settings) -> None:
    bring_in_line(own.index_path, lambda: Catalogue(own.corpus_path), TinyEncoder())
    wanted = faults(own.index_path, random.Random(9), each=1)
    check_the_next_generation(own, own.index_path, islice(wanted, 0, None, 5))


@pytest.mark.slow
def test_hundreds_of_updates_of_a_damaged_index(own: Settings) -> None:
    bring_in_line(own.index_path, lambda: Catalogue(own.corpus_path), TinyEncoder())
    check_the_next_generation(own, own.index_path, faults(own.index_path, random.Random(11), each=10))


def main() -> None:
    """Count what comes of faults in an index at hand; it is copied first."""
    folder, how, count = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
    with tempfile.TemporaryDirectory() as scratch:
        shutil.copytree(folder, Path(scratch) / "index")
        settings = Settings(index=Path(scratch) / "index")
        wanted = list(islice(faults(settings.index_path, random.Random(10)), count))
        found = probed(settings, how, wanted, sys.argv[4] if len(sys.argv) > 4 else "full")
    table: dict[str, Counter[str]] = {}
    for outcome, fault in found:
        name = Path(fault[0]).name if not Path(fault[0]).suffix else Path(fault[0]).name[-18:]
        table.setdefault(name, Counter())[outcome.partition(":")[0]] += 1
        if outcome not in ("same", "error"):
            print(outcome, fault)  # noqa: T201
    for name, counts in sorted(table.items()):
        print(f"{name:>20}  {dict(counts)}")  # noqa: T201
    print(how, dict(Counter(outcome.partition(":")[0] for outcome, _ in found)))  # noqa: T201


if __name__ == "__main__":
    main()
