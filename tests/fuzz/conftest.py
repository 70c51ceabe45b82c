"""The number of inputs, at the end of a run that fuzzes."""

import sys
from pathlib import Path

import pytest

from fuzz.profile import TIMES, counted

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "bot"))  # what checks Telegram's markup


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if TIMES and counted:
        for name, count in sorted(counted.items()):
            terminalreporter.write_line(f"{count:>9,}  {name}")
        terminalreporter.write_line(f"{counted.total():>9,}  inputs in all")
