"""The process that reads a file from a stranger: `python read_file.py FILE BYTES SECONDS`, with no more memory or time.

Prints, as JSON, what came of it ("article", "records" or the line that says why not), its peak memory in MB above that
of a process that reads a harmless one, and the seconds of the processor that it took.
"""

from __future__ import annotations

import json
import resource
import sys
from pathlib import Path

from povqa.corpus.cleaning import clean
from povqa.corpus.readers import READERS, read_data, read_raw
from povqa.corpus.records import read_records
from povqa.errors import CorpusError, PovqaError


def peak() -> int:
    return max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)) // 1024


def spent() -> float:
    """Seconds of the processor, of the process that takes PDFs apart too."""
    return sum(
        used.ru_utime + used.ru_stime
        for used in map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    )


def read(path: Path) -> str:
    if path.suffix in READERS:
        clean(read_raw(path, path.name, path.stem))
        return "article"
    skipped: list[CorpusError] = []
    count = sum(1 for _ in read_records(path, report=skipped.append))
    return f"{count} records; {skipped[0].en}" if skipped else f"{count} records"


def main() -> None:
    path, most, seconds = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    page = "<html><body><h1>山下县修路</h1><p>" + "山下县修通了进村公路，村民们都说好。" * 9 + "</p></body></html>"
    clean(read_data(page.encode(), ".html", "a.html", "a"))  # what it imports is no stranger's
    before = peak()
    resource.setrlimit(resource.RLIMIT_AS, (most, most))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    begun = spent()
    try:
        found = read(path)
    except PovqaError as error:
        found = error.en
    print(json.dumps({"found": found, "megabytes": max(0, peak() - before), "seconds": round(spent() - begun, 1)}))  # noqa: T201


if __name__ == "__main__":
    main()
