"""What the commands of both soaks have in common: their options, and how they end."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from soak_summary import verdicts
from soak_watch import Sample, rows_of


def options_of(
    description: str | None, *, minutes: float, rate: float, what: str, every: float
) -> argparse.ArgumentParser:
    """The options, with their defaults.

    :param what: there are `rate` of in a second.
    """
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=minutes)
    parser.add_argument("--rate", type=float, default=rate, help=f"{what} a second")
    parser.add_argument(
        "--every", type=float, default=every, help="seconds from one change of the articles to the next"
    )
    parser.add_argument("--sample", type=float, default=10, help="seconds between looks")
    parser.add_argument("--news", type=Path, help="a folder of news-*.jsonl.gz (`text`), from which the articles come")
    parser.add_argument("--base", type=int, default=0, help="articles beside the seeds from the start")
    parser.add_argument("--out", type=Path, help="a file for the summary and all samples")
    return parser


def conclude(found: dict[str, Any], samples: Sequence[Sample], out: Path | None, wrong: Sequence[str]) -> int:
    """Print and keep what came of a soak.

    :param wrong: what is wrong beside the verdicts on what grew or failed.
    :return: the exit code.
    """
    print(json.dumps(found, ensure_ascii=False, indent=1))
    if out:
        out.parent.mkdir(parents=True, exist_ok=True)
        whole = {**found, "samples": rows_of(samples)}
        out.write_text(json.dumps(whole, ensure_ascii=False) + "\n", encoding="utf-8")
    every = [*verdicts(found), *wrong]
    print("\n".join(every) or "nothing grew, nothing failed")
    return 1 if every else 0
