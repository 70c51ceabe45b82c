"""Files that find their own way into the readers, guided by coverage: a script, no test.

    pip install atheris   # Linux; no dependency of ours
    python tests/fuzz/guided.py .json -max_total_time=300

It starts from the small real files of `samples`. What fails is written to crash-* beside where it runs.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import atheris

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

with atheris.instrument_imports(include=["povqa", "docx", "trafilatura"]):
    from fuzz.samples import files, tables
    from fuzz.test_readers import check_read, check_table
    from povqa.corpus.records import RECORD_SUFFIXES


def main() -> None:
    suffix, *options = sys.argv[1:]
    work = Path(tempfile.mkdtemp(prefix="povqa-guided-"))
    (work / "corpus").mkdir()
    for number, data in enumerate(tables(suffix) if suffix in RECORD_SUFFIXES else files(suffix)):
        (work / "corpus" / str(number)).write_bytes(data)

    def one(data: bytes) -> None:
        if suffix in RECORD_SUFFIXES:
            check_table(work / f"a{suffix}", data)
        else:
            check_read(data, suffix)

    atheris.Setup([sys.argv[0], "-timeout=20", "-rss_limit_mb=2048", *options, str(work / "corpus")], one)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
