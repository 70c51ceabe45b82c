"""What the endurance runs measure with; and one minute of each."""

import itertools
import json
import mmap
import os
import random
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from povqa.config import Settings
from povqa.encoder.models import folder_of
from tiny_model import write_tiny_model

sys.path.append(str(Path(__file__).resolve().parents[1] / "benchmarks"))

from soak_changes import Articles
from soak_serve import OFF_TOPIC, mixed
from soak_summary import pace, summary, verdicts
from soak_watch import look, size_of, trend

ROOT = Path(__file__).resolve().parents[1]


def noisy(hours, growth, seed=1):
    """A figure around 200 every ten seconds, that grows by `growth` an hour."""
    chance = random.Random(seed)
    seconds = [10.0 * number for number in range(int(hours * 360))]
    return seconds, [200 + growth * second / 3600 + chance.gauss(0, 2) for second in seconds]


def test_the_trend_tells_growth_from_noise():
    still, growing = trend(*noisy(1, 0)), trend(*noisy(1, 40))
    assert still.low < 0 < still.high
    assert still.flat(0.03)
    assert growing.low < 40 < growing.high
    assert growing.low > 30
    assert not growing.flat(0.03)
    assert trend([0, 10, 20], [1, 1, 1]) is None


def test_the_trend_by_hand():
    assert trend([0, 60, 120, 180], [1, 2, 3, 4], 60).slope == 60
    assert trend([0, 60, 120, 180, 240], [1, 2, 3, 400, 5], 60).slope == 60


def test_a_process_is_seen_with_what_it_holds(tmp_path):
    before = look(os.getpid(), 0, tmp_path, tmp_path)
    path = tmp_path / "mapped"
    path.write_bytes(b"x" * 4096)
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ):
        path.unlink()
        held = mmap.mmap(-1, 20 << 20, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)  # no memory that others gave back
        held.write(os.urandom(20 << 20))
        (tmp_path / "left").touch()
        now = look(os.getpid(), 0, tmp_path, tmp_path)
    assert now.handles >= before.handles + 1
    assert (now.deleted, now.temporary) == (before.deleted + 1, before.temporary + 1)
    assert 15 < now.own - before.own < 60
    assert len(held) == 20 << 20


def test_a_file_of_two_generations_counts_once(tmp_path):
    for name in ("generation-000001", "generation-000002"):
        (tmp_path / name).mkdir()
    (tmp_path / "generation-000001" / "a").write_bytes(b"x" * 1000)
    os.link(tmp_path / "generation-000001" / "a", tmp_path / "generation-000002" / "a")
    (tmp_path / "generation-000002" / "b").write_bytes(b"x" * 10)
    assert size_of(tmp_path) == (1010, 2)


def test_the_questions_are_mixed_and_the_articles_differ():
    asked = list(itertools.islice(mixed(1), 400))
    assert {"number", "follow_up", "off_topic", "strange", "filtered"} <= {kind for kind, *_ in asked}
    assert any(history for _, _, history, _, _ in asked)
    assert {question for kind, question, *_ in asked if kind == "strange"} == set(OFF_TOPIC)
    assert sum(why for *_, why in asked) == 100
    assert len({question for kind, question, *_ in asked}) > 200
    made = Articles(None)
    pages = [made.page(number) for number in range(6)]
    assert {name.partition(".")[2] for name, _ in pages} == {"txt", "html", "md"}
    assert len({page for _, page in pages}) == 6


def test_what_grew_or_failed_is_told(tmp_path):
    flat = look(os.getpid(), 100, tmp_path, tmp_path)
    answers = [{"at": 1000.0 + second, "ms": 100.0, "kind": "number", "outcome": "answered"} for second in range(3600)]
    well = {**summary(60, 1000.0, [flat] * 9, answers, []), **pace([(5.0, 2.0, "add")], [7.5])}
    assert verdicts(well) == []
    assert (well["p50_ms"], well["p95_ms"], well["slowest_taken_up_s"]) == (100, 100, 2.5)
    assert well["an_hour"]["p95_ms"]["slope"] == 0
    assert len(verdicts({**well, "failed": 1})) == 1
    grown = {**well, "handles": [10, 60, 60], "temporary": [0, 9, 9]}
    assert [line.split(":")[0] for line in verdicts(grown)] == ["handles", "temporary"]
    leak = {"median": 200.0, "slope": 40.0, "interval": [30.0, 50.0], "flat": False}
    assert verdicts({**well, "an_hour": {"own_mb": leak}}) == ["memory grows by 40.0 MB an hour"]


def test_memory_is_judged_after_the_warm_up_alone(tmp_path):
    sample = look(os.getpid(), 0, tmp_path, tmp_path)
    samples = [
        replace(sample, second=10.0 * n, own=100.0 + min(n, 90) + chance)
        for n, chance in enumerate(random.Random(2).gauss(0, 0.2) for _ in range(360))
    ]
    quick = [{"at": 2.0 * n, "ms": 100.0, "kind": "number", "outcome": "answered"} for n in range(1800)]
    found = summary(60, 0.0, samples, quick, [])
    assert (found["settled"], found["warm_up_s"], found["an_hour"]["own_mb"]["flat"]) == (True, 1000, True)
    starved = summary(60, 0.0, samples, quick[:400], [])
    assert (starved["settled"], starved["warm_up_s"]) == (False, 540)


@pytest.mark.slow
@pytest.mark.parametrize("script", ["soak.py", "soak_bot.py"])
def test_a_minute_of_service_fails_nothing_and_leaves_nothing(tmp_path, script):
    minutes = os.environ.get("SOAK_MINUTES", "1")
    settings = Settings(cache=tmp_path / "cache", encoder="tests/tiny")
    write_tiny_model(folder_of(settings, settings.encoder), settings.encoder)
    environment = {
        **os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT / "bot")]),
        "POVQA_CACHE": str(settings.cache), "POVQA_ENCODER": settings.encoder,
    }  # fmt: skip
    command = [sys.executable, str(ROOT / "benchmarks" / script), "--minutes", minutes, "--every", "4", "--rate", "2",
               "--sample", "2", "--out", str(tmp_path / "out.json")]  # fmt: skip
    run = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout[-3000:] + run.stderr[-3000:]
    found = json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))
    assert found["answers"] > 10
    assert found["changes"]["add"] >= 1
    assert found["failed"] == 0
