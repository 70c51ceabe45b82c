"""`make bench`: all measurements, their results by date and commit, and the page that shows them.

    python -m benchmarks [--news FOLDER] [--ready TEXTS=CORPUS:INDEX …] [--only PART…] [--draw]

Writes `benchmarks/results/<date>-<commit>.json` and draws docs/benchmarks.md anew. Without `--news` growth is left out,
and the page keeps the newest figures there are of it. `--draw` measures nothing. What an earlier run on the same day
and commit measured stays unless it is measured again.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import time
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
RESULTS = HERE / "results"
PARTS = {"peers": "side_by_side.py", "limit": "limit.py", "start_up": "start_up.py", "growth": "growth.py"}
# Scripts with a page of their own in docs/, or figures in the README: what they print is kept as it is.
PRINTED = ("cold_start.py", "reader_latency.py", "encoding.py")


def said(command: list[str]) -> str:
    """What a command that must succeed prints; its errors go to the terminal."""
    return subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, encoding="utf-8").stdout


def commit() -> str:
    """The short name of the commit that is measured, with a plus where files have changed since."""
    name = said(["git", "-C", str(HERE), "rev-parse", "--short", "HEAD"]).strip()
    changed = said(["git", "-C", str(HERE), "status", "--porcelain", "--untracked-files=no", "--", "../src"])
    return f"{name}+" if changed else name


def machine() -> dict[str, Any]:
    """What it was measured on."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        processor = next(line.split(":")[1].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        processor = platform.processor() or platform.machine()
    return {
        "processor": processor,
        "cores": os.cpu_count(),
        "system": platform.system(),
        "python": platform.python_version(),
    }


def busy(seconds: float = 3.0) -> float:
    """The share of the processors that others use, while this process waits."""

    def ticks() -> tuple[int, int]:
        fields = [int(field) for field in Path("/proc/stat").read_text(encoding="ascii").split("\n", 1)[0].split()[1:9]]
        return fields[3] + fields[4], sum(fields)  # idle and waiting for a disk; all

    try:
        idle, total = ticks()
        time.sleep(seconds)
        later = ticks()
    except OSError:
        return min(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))
    return 1 - (later[0] - idle) / max(1, later[1] - total)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--news", help="a folder of news-*.jsonl.gz, for growth")
    parser.add_argument(
        "--ready", nargs="*", default=[], metavar="TEXTS=CORPUS:INDEX", help="indexes that stand already"
    )
    parser.add_argument("--texts", nargs="*", default=[], help="sizes at which growth is measured")
    parser.add_argument("--only", nargs="*", choices=[*PARTS, "printed"], help="measure these parts")
    parser.add_argument("--draw", action="store_true", help="measure nothing, draw the page")
    options = parser.parse_args()
    wanted = [] if options.draw else options.only or [*PARTS, "printed"]
    if not options.news:
        wanted = [part for part in wanted if part != "growth"]
    sizes = ["--texts", *options.texts] if options.texts else []
    arguments = {"growth": ["--news", options.news, "--ready", *options.ready, *sizes]}
    name = commit()
    path = RESULTS / f"{date.today().isoformat()}-{name}.json"
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    found |= {"date": date.today().isoformat(), "commit": name, "machine": machine()}
    for part in wanted:
        print(f"== {part}", file=sys.stderr, flush=True)
        others = busy()
        if part == "printed":
            result: Any = {script: said([sys.executable, str(HERE / script)]).splitlines() for script in PRINTED}
        else:
            result = json.loads(said([sys.executable, str(HERE / PARTS[part]), *arguments.get(part, [])]))
        at = datetime.now(UTC).isoformat(timespec="seconds")
        found[part] = {"at": at, "busy_before": round(others, 3), "figures": result}
        RESULTS.mkdir(exist_ok=True)
        path.write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    subprocess.run([sys.executable, str(HERE / "page.py")], check=True)


if __name__ == "__main__":
    main()
