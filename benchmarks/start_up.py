"""Where the time of a cold `povqa ask` goes, and whether anything is loaded that nothing uses.

    python benchmarks/start_up.py [--rounds 5]

Three looks at the same command: whole processes by the clock; the stages inside of one, each timed where it is called;
`python -X importtime`, the own time of every module (the least of the rounds), by package. A last run notes which
modules have code that was ever called: those without are listed as idle, with what they cost (a module of constants or
types is idle by this measure too, and so is one that is only loaded by another). Prints JSON.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
from collections import defaultdict
from statistics import median
from typing import Any

from cold_start import QUESTION, timed

ASK = ["-m", "povqa", "ask", "--json", QUESTION]
LEAST_MS = 1.0  # packages and modules below are left out
_LINE = re.compile(r"import time:\s+(\d+) \|\s+(\d+) \| ( *)(\S+)")

# Runs `povqa ask` with some of its steps timed. Steps that run side by side overlap.
STAGES = """
import sys, time
begun = time.perf_counter()
found = []
def timed(owner, name, label):
    work = getattr(owner, name)
    def run(*given, **named):
        start = time.perf_counter()
        try:
            return work(*given, **named)
        finally:
            found.append((label, start - begun, time.perf_counter() - begun))
    setattr(owner, name, staticmethod(run) if isinstance(owner.__dict__.get(name), staticmethod) else run)
import povqa.cli
found.append(("import the command line", 0.0, time.perf_counter() - begun))
start = time.perf_counter()
import povqa.engine, povqa.cli.ask
found.append(("import the engine", start - begun, time.perf_counter() - begun))
timed(povqa.engine, "fresh_index", "open the index, compare it with the corpus")
timed(povqa.engine, "open_encoder", "open the encoder's card")
timed(povqa.engine.Povqa, "warm", "load networks, FAISS and tantivy, side by side")
timed(povqa.engine.Povqa, "ask", "answer")
import povqa.render
timed(povqa.render, "answer_json", "render")
sys.argv = ["povqa", "ask", "--json", sys.argv[1]]
try:
    povqa.cli.main()
except SystemExit:
    pass
found.append(("all inside of python", 0.0, time.perf_counter() - begun))
import json
print(json.dumps(found), file=sys.stderr)
"""

# Runs `povqa ask` and names the modules with a function that was called after they were loaded.
CALLED = """
import sys, threading
called = set()
def note(frame, event, argument):
    if event == "call":
        if frame.f_code.co_name not in ("<module>", "<lambda>") and not frame.f_code.co_name[:1].isupper():
            called.add(frame.f_globals.get("__name__", ""))
    elif event == "c_call":
        called.add(getattr(argument, "__module__", None) or "")
threading.setprofile(note)
sys.setprofile(note)
sys.argv = ["povqa", "ask", "--json", sys.argv[1]]
try:
    from povqa.cli import main
    main()
except SystemExit:
    pass
sys.setprofile(None)
import json
print(json.dumps(sorted(called)), file=sys.stderr)
"""


def run(command: list[str]) -> str:
    """What a command that must succeed says on stderr."""
    done = subprocess.run([sys.executable, *command], capture_output=True, text=True, check=True, encoding="utf-8")
    return done.stderr


def package(module: str) -> str:
    """What a module is counted under: povqa's own parts one by one, others by their top package."""
    parts = module.split(".")
    return ".".join(parts[:2]) if parts[0] == "povqa" else parts[0]


def own_times(said: str) -> dict[str, float]:
    """Milliseconds of every module, without those that it loads in turn, from what `-X importtime` says."""
    times: defaultdict[str, float] = defaultdict(float)
    for own, _, _, module in _LINE.findall(said):
        times[module] += int(own) / 1000
    return dict(times)


def by_package(times: dict[str, float]) -> dict[str, dict[str, float]]:
    """Milliseconds and modules of each package, the dearest first; of the standard library together."""
    groups: dict[str, dict[str, float]] = {}
    for module, milliseconds in times.items():
        top = package(module)
        name = "standard library" if top.lstrip("_") in {one.lstrip("_") for one in sys.stdlib_module_names} else top
        group = groups.setdefault(name, {"ms": 0.0, "modules": 0})
        group["ms"] += milliseconds
        group["modules"] += 1
    return dict(sorted(groups.items(), key=lambda item: -item[1]["ms"]))


def idle(times: dict[str, float], called: set[str]) -> dict[str, float]:
    """Modules of which no function was called, nor of anything below them, with their milliseconds."""
    used = {name.rsplit(".", depth)[0] for name in called for depth in range(name.count(".") + 1)}
    return {
        module: milliseconds
        for module, milliseconds in sorted(times.items(), key=lambda item: -item[1])
        if module not in used and milliseconds >= LEAST_MS
    }


def start_up(rounds: int) -> dict[str, Any]:
    """All looks at a cold `povqa ask`."""
    run(ASK)
    whole = [timed([sys.executable, *ASK]) for _ in range(rounds)]
    nothing = [timed([sys.executable, "-c", "pass"])[0] for _ in range(rounds)]
    stages: dict[str, list[float]] = {}
    for _ in range(rounds):
        for label, begun, ended in json.loads(run(["-c", STAGES, QUESTION]).splitlines()[-1]):
            stages.setdefault(label, []).append((ended - begun) * 1000)
    rows = [own_times(run(["-X", "importtime", *ASK])) for _ in range(rounds)]
    times = {module: min(row[module] for row in rows if module in row) for module in rows[-1]}
    called = set(json.loads(run(["-c", CALLED, QUESTION]).splitlines()[-1]))
    packages = by_package(times)
    return {
        "whole_s": median(seconds for seconds, _ in whole),
        "peak_mb": max(peak for _, peak in whole),
        "python_alone_s": median(nothing),
        "stages_ms": {label: median(found) for label, found in stages.items()},
        "modules": len(times),
        "import_ms": sum(times.values()),
        "packages": {name: group for name, group in packages.items() if group["ms"] >= LEAST_MS},
        "idle_ms": idle(times, called),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    os.environ["PYTHONDONTWRITEBYTECODE"] = "1"
    print(json.dumps(start_up(options.rounds), ensure_ascii=False, indent=1))


if __name__ == "__main__":
    main()
