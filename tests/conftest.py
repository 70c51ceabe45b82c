"""What tests of several layers share. The small models beside this file can be imported by any test."""

import signal
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent))

from povqa.config import Settings
from povqa.encoder.models import folder_of
from povqa.encoder.telemetry import disable_telemetry
from povqa.engine import Povqa, build
from tiny_model import write_tiny_model

# A run that was started in the background ignores Ctrl-C, and so would the processes that the tests interrupt.
signal.signal(signal.SIGINT, signal.default_int_handler)

disable_telemetry()  # some tests import the libraries themselves

SEEDS = Path(__file__).resolve().parents[1] / "seeds"


@pytest.fixture(scope="session")
def seeds_engine(tmp_path_factory):
    """The corpus that ships, under a tiny encoder and the reader that ships. No test may change it."""
    folder = tmp_path_factory.mktemp("seeds")
    settings = Settings(corpus=SEEDS, index=folder / "index", cache=folder / "cache", encoder="tests/tiny")
    write_tiny_model(folder_of(settings, settings.encoder), settings.encoder)
    build(settings)
    engine = Povqa.open(settings, build=False)
    yield engine
    engine.close()
