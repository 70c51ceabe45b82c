"""What the tests of the command line share: a small corpus of real files, its index, and a way to run a command."""

import os
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from povqa.cli import main
from povqa.config import Settings
from povqa.encoder.models import folder_of
from povqa.engine import build
from tiny_model import write_tiny_model

PAGES = {
    "qinghe.txt": (
        "青河县打赢脱贫攻坚战\n\n2018-02-03 09:10:00|来源:青河日报|编辑:李明\n\n"
        "  2017年底,青河县还有贫困人口120户、301人。全县共有48个行政村,其中贫困村9个。\n\n"
        "  青河县投入产业扶贫资金2300万元,建成扶贫车间16个,吸纳贫困户就业512人。\n\n首页\n"
    ),
    "baishi.txt": (
        "白石乡的茶园\n\n2019-05-06 来源:白石新闻网 作者:王芳\n\n"
        "  白石乡种植茶叶3600亩,带动贫困户210户增收。乡里的茶厂由周大山负责,每年付给农户工钱85万元。\n"
    ),
}
ENCODER = "tests/tiny"


def write_pages(folder: Path) -> Path:
    folder.mkdir()
    for name, text in PAGES.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def cache(tmp_path_factory) -> Path:
    """A cache with a prepared model."""
    folder = tmp_path_factory.mktemp("cache")
    write_tiny_model(folder_of(Settings(cache=folder, encoder=ENCODER), ENCODER), ENCODER)
    return folder


@pytest.fixture(scope="session")
def built(tmp_path_factory, cache) -> Settings:
    """A corpus with a fresh index, which no test may change."""
    folder = tmp_path_factory.mktemp("built")
    corpus = write_pages(folder / "pages")
    settings = Settings(corpus=corpus, index=folder / "index", cache=cache, encoder=ENCODER)
    build(settings)
    return settings


@pytest.fixture(autouse=True)
def _plain_environment(monkeypatch, cache):
    for name in [name for name in os.environ if name.startswith("POVQA_")]:
        monkeypatch.delenv(name)
    for name in ("LC_ALL", "LC_MESSAGES", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANG", "en_GB.UTF-8")
    monkeypatch.setenv("POVQA_CACHE", str(cache))
    monkeypatch.setenv("POVQA_ENCODER", ENCODER)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(path for path in sys.path if path))


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    """A corpus that a test may change."""
    return write_pages(tmp_path / "pages")


@pytest.fixture
def asked(monkeypatch, built) -> Settings:
    """The built corpus, named by the environment."""
    monkeypatch.setenv("POVQA_CORPUS", str(built.corpus_path))
    monkeypatch.setenv("POVQA_INDEX", str(built.index_path))
    return built


@pytest.fixture
def run():
    def invoke(*args, input=None, **extra):
        return CliRunner().invoke(main, [str(arg) for arg in args], input=input, **extra)

    return invoke
