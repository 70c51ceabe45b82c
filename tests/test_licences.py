"""Every package that set-up installs has a licence that is known and may be used so."""

import importlib.util
import re
import sys
from importlib import metadata
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
# Licences that ask of users what MIT does not; and what is no licence.
NOTABLE = re.compile(r"GPL|SSPL|BUSL|Commons|NonCommercial|NC-|Proprietary|UNKNOWN|^$", re.IGNORECASE)


@pytest.fixture(scope="module")
def made():
    spec = importlib.util.spec_from_file_location("make_licences", ROOT / "docs" / "make_licences.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def page(made):
    lines = made.PAGE.read_text(encoding="utf-8").splitlines()
    cells = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines if line.startswith("| ")][1:]
    return {row[0]: made.Row(*row) for row in cells}


def test_the_page_lists_what_set_up_installs_and_nothing_else(made, page):
    assert {row.name: row.version for row in page.values()} == dict(made.constrained().values())
    assert [row.name for row in page.values() if not row.installed] == [], "constraints that nothing requires"


def test_the_page_says_what_the_installed_packages_say(made, page):
    same = [row for row in made.rows() if installed(row.name) == row.version]
    assert len(same) > 40
    assert [row for row in same if (row.licence, row.note) != (page[row.name].licence, page[row.name].note)] == []


def installed(name):
    try:
        return metadata.version(name).partition("+")[0]
    except metadata.PackageNotFoundError:
        return None


def test_no_licence_is_unknown_or_asks_for_more_without_a_note(page):
    assert [row for row in page.values() if NOTABLE.search(row.licence) and not row.note] == []
    assert {row.name for row in page.values() if NOTABLE.search(row.licence)} == {
        "jiojio", "python-telegram-bot", "tld"
    }  # fmt: skip


def test_what_is_under_the_gpl_is_never_imported():
    sources = [*(ROOT / "src").rglob("*.py"), *(ROOT / "bot").rglob("*.py"), *(ROOT / "training").rglob("*.py")]
    pattern = re.compile(r"^\s*(?:import|from)\s+(?:jiojio|jionlp)\b", re.MULTILINE)
    assert len(sources) > 100
    assert [path for path in sources if pattern.search(path.read_text(encoding="utf-8"))] == []
