"""Nothing calls home: whole commands run where the first socket of the internet ends the process."""

from __future__ import annotations

import os
import platform
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from povqa.config import Settings
from povqa.encoder.models import folder_of
from tiny_model import write_tiny_model

TESTS = Path(__file__).resolve().parent
CAUGHT = 97
# What keeps libraries quiet must come from povqa, not from those who run the tests.
SWITCHES = {"ORT_DISABLE_TELEMETRY", "ORT_RUNNING_UNIT_TESTS", "HF_HUB_DISABLE_TELEMETRY", "HF_HUB_OFFLINE",
            "TRANSFORMERS_OFFLINE", "DO_NOT_TRACK", "CI", "GITHUB_ACTIONS", "TF_BUILD"}  # fmt: skip
PAGE = (
    "<!doctype html><meta charset=utf-8><title>青河县打赢脱贫攻坚战</title><h1>青河县打赢脱贫攻坚战</h1>"
    "<div>2018-02-03 来源:青河日报</div><p>青河县投入产业扶贫资金2300万元,建成扶贫车间16个。</p>"
    "<p>全县共有48个行政村,贫困户都有增收项目。</p>"
)
PYTHON = "import socket; socket.create_connection(('127.0.0.1', 9), 1)"
NAME = "import socket; socket.getaddrinfo('localhost', 80)"
NATIVE = "import ctypes; ctypes.CDLL(None).socket(2, 1, 0); print('open')"
ADDRESS = "from povqa import fetch; fetch('http://192.0.2.1/')"
KERNEL = pytest.mark.skipif(
    platform.system() != "Linux" or platform.machine() not in ("x86_64", "aarch64"), reason="Linux has such a filter"
)


@pytest.fixture
def offline(tmp_path: Path):
    (tmp_path / "pages").mkdir()
    (tmp_path / "home").mkdir()
    shutil.copy(next(iter(sorted((TESTS.parent / "seeds").glob("000_*")))), tmp_path / "pages")
    (tmp_path / "page.html").write_text(PAGE, encoding="utf-8")
    settings = Settings(cache=tmp_path / "cache", encoder="tests/tiny")
    write_tiny_model(folder_of(settings, settings.encoder), settings.encoder)
    root = TESTS.parent
    inherited = {name: value for name, value in os.environ.items() if name not in SWITCHES}
    environment = {
        **inherited, "PYTHONPATH": os.pathsep.join(map(str, (TESTS / "offline", root / "src", root / "bot"))),
        "POVQA_CORPUS": str(tmp_path / "pages"), "POVQA_INDEX": str(tmp_path / "index"),
        "POVQA_CACHE": str(settings.cache), "POVQA_ENCODER": settings.encoder, "POVQA_LANG": "zh",
        "HOME": str(tmp_path / "home"), "XDG_CACHE_HOME": str(tmp_path / "home" / "cache"),
    }  # fmt: skip

    def run(*args: str, **changes: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, *args],
            env={**environment, **changes},
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    return run


@pytest.mark.parametrize("code", [PYTHON, NAME, ADDRESS])
def test_the_watch_catches_python(offline, code):
    run = offline("-c", code)
    assert run.returncode == CAUGHT, run.stderr
    assert "offline: socket." in run.stderr


@KERNEL
def test_the_watch_catches_native_code(offline):
    run = offline("-c", NATIVE)
    assert (run.returncode, run.stdout) == (-signal.SIGSYS, "")


def test_ask_and_add_open_no_connection(offline, tmp_path):
    asked = offline("-m", "povqa", "ask", "--json", "临沭县有几个镇")
    assert asked.returncode in (0, 1), asked.stderr
    assert '"status"' in asked.stdout
    added = offline("-m", "povqa", "add", str(tmp_path / "page.html"))
    assert added.returncode == 0, added.stderr
    assert (tmp_path / "pages" / "page.html").exists()
    assert list((tmp_path / "home").rglob("*")) == [], "nobody keeps a device id"


@pytest.mark.slow
@KERNEL
def test_without_the_switch_the_tests_would_have_seen_it(offline, tmp_path):
    """Where this fails, ONNX Runtime reports no more, or in another way."""
    run = offline("-m", "povqa", "ask", "临沭县有几个镇", ORT_DISABLE_TELEMETRY="0")
    # A quick process may end before the report is sent; the device id is written at once.
    assert run.returncode == -signal.SIGSYS or list((tmp_path / "home").rglob("deviceid"))


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_preparing_a_model_of_a_folder_opens_none(offline, tmp_path):
    sys.path.insert(0, str(TESTS / "encoder"))
    from test_prepare import save_model

    model = save_model(tmp_path / "model")
    run = offline("-m", "povqa", "model", "prepare", str(model))
    assert run.returncode in (0, 2), run.stderr  # a random model may lose too much in int8
    assert "offline:" not in run.stderr
    assert "int8" in run.stderr


@pytest.mark.slow
@pytest.mark.parametrize(
    "args",
    [("index", "--rebuild"), ("index", "--verify"), ("info",), ("articles",), ("verify", "建成扶贫车间16个"),
     ("remove", "--yes", "000*"), ("model", "list"), ("--help",)],
    ids=" ".join,
)  # fmt: skip
def test_no_other_command_opens_one(offline, args):
    assert offline("-m", "povqa", "index").returncode == 0
    run = offline("-m", "povqa", *args)
    assert run.returncode in (0, 1), run.stderr
    assert "offline:" not in run.stderr
