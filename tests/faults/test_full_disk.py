"""A disk that takes no more: a real one of a few megabytes, where the system lets a test mount it.

tests/index/test_generations.py has the same by a limit on the size of files, everywhere.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
MOUNT = 'mount -t tmpfs -o size="$1" povqa "$2" && shift 2 && exec "$@"'
NAMESPACE = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", MOUNT, "sh"]


def on_small_disk(size: str, disk: Path, environment: dict[str, str], *words: object) -> str:
    """What a process prints that has a disk of that size at a place; the disk goes with the process."""
    disk.mkdir()
    if shutil.which("unshare") is None:
        pytest.skip("mounting a small disk needs `unshare` (Linux)")
    may = subprocess.run([*NAMESPACE, size, disk, "true"], capture_output=True, text=True, check=False)
    if may.returncode:
        pytest.skip(f"this system mounts nothing for a test: {may.stderr.strip()}")
    command = [*NAMESPACE, size, disk, sys.executable, HERE / "disk.py", disk, *words]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def check(said: str) -> list[str]:
    """Each command that failed did so in one line, and left everything as it was."""
    found = json.loads(said)
    assert found["state"]["articles"] == ["baishi", "qinghe"]
    for one in found["said"]:
        if one["code"] == 0:  # it fitted in
            continue
        assert one["code"] == 2, one
        lines = [line for line in one["err"].splitlines() if not line.startswith("povqa: building the index")]
        lines = [line for line in lines if not line.startswith("povqa: bringing the index in line")]
        assert len(lines) == 1, one
        assert "cannot be written" in lines[0] or "No space left" in lines[0], one
        assert "space" in lines[0], one
        assert one["as_before"], one
    return [one["words"] for one in found["said"] if one["code"] == 2]


@pytest.fixture
def page(tmp_path: Path) -> Path:
    path = tmp_path / "new.txt"
    body = "".join(f"红山村{year}年修了{year - 1990}公里路,种了{year * 3}亩茶。" for year in range(1991, 2021))
    path.write_text(f"红山村修路\n\n  {body}\n", "utf-8")
    return path


def test_a_full_disk_is_one_line_and_everything_as_it_was(
    environment: dict[str, str], tmp_path: Path, page: Path
) -> None:
    assert "add" in check(on_small_disk("6m", tmp_path / "disk", environment, page, "add", "100000"))


@pytest.mark.slow
def test_a_disk_that_is_full_at_any_point(environment: dict[str, str], tmp_path: Path, page: Path) -> None:
    leave = map(str, [0, 1, 5_000, 20_000, 50_000, *range(100_000, 1_000_000, 75_000)])
    failed = check(on_small_disk("6m", tmp_path / "disk", environment, page, "add,index", *leave))
    assert failed.count("add") >= 5
    assert failed.count("index") >= 5
