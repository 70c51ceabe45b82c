"""Compare what a registry hands out with the files that everything was tested with.

    pip install --quiet --dry-run --ignore-installed --no-deps --report REPORT -r constraints.txt
    python .ci/hashes.py REPORT             # compare: a file of a known name with another content is an error
    python .ci/hashes.py REPORT --write     # add the files of this platform to .ci/hashes.txt

A file that the list does not know (another platform, another index's build) is counted, not refused.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from urllib.parse import unquote, urlsplit

LIST = Path(__file__).with_name("hashes.txt")


def reported(report: Path) -> dict[str, str]:
    """SHA-256 by file name, of pip's report of an installation."""
    found = {}
    for item in json.loads(report.read_text(encoding="utf-8"))["install"]:
        archive = item["download_info"].get("archive_info")
        if archive is None:  # the project itself, from its folder
            continue
        name = unquote(urlsplit(item["download_info"]["url"]).path).rpartition("/")[2]
        found[name] = archive.get("hashes", {}).get("sha256", "")
    return found


def known(listing: Path = LIST) -> dict[str, str]:
    """SHA-256 by file name, of the list."""
    pairs = (line.split(None, 1) for line in listing.read_text(encoding="utf-8").splitlines() if line.strip())
    return {name.strip(): digest for digest, name in pairs}


def compare(found: dict[str, str], listed: dict[str, str]) -> tuple[list[str], list[str]]:
    """The files that are not what they were, and those that the list does not know."""
    other = sorted(name for name, digest in found.items() if name in listed and digest != listed[name])
    return other, sorted(set(found) - set(listed))


def main(args: list[str]) -> int:
    """Compare or write; 1 where a file is not what it was."""
    found = reported(Path(args[0]))
    listed = known() if LIST.exists() else {}
    if "--write" in args:
        lines = sorted(f"{digest}  {name}\n" for name, digest in {**listed, **found}.items())
        LIST.write_text("".join(lines), encoding="utf-8")
        return 0
    other, unknown = compare(found, listed)
    for name in other:
        sys.stderr.write(f"{name} is not the file that was tested: do not install it, and ask where it comes from\n")
    same = len(found) - len(other) - len(unknown)
    sys.stderr.write(f"{same} files as tested, {len(other)} different, {len(unknown)} not known: {' '.join(unknown)}\n")
    return 1 if other else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
