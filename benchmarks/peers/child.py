"""A peer in a process of its own, spoken to in lines of JSON.

    python benchmarks/peers/child.py MODULE FOLDER ENCODER

In: {"index": [files]}, or {"question": …, "history": […]}. Out, a line for each: {"seconds": …}, or {"path": …,
"sentence": …, "score": …, "ms": …}; and at the end of the input {"peak_mb": …}.
"""

from __future__ import annotations

import importlib
import json
import os
import resource
import sys
import time
from pathlib import Path
from typing import Any


def peak_mb() -> float:
    """The most memory that this process has had; `ru_maxrss` counts what its parent had when it started it."""
    try:
        lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
        return int(next(line for line in lines if line.startswith("VmHWM")).split()[1]) / 1024
    except (OSError, StopIteration):
        unit = 1024**2 if sys.platform == "darwin" else 1024
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit


def main() -> None:
    name, folder, encoder = sys.argv[1:]
    # What libraries print must not come between the lines.
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)

    def say(line: dict[str, Any]) -> None:
        out.write(json.dumps(line, ensure_ascii=False) + "\n")
        out.flush()

    peer, opened = importlib.import_module(name).Peer(Path(folder), encoder), False
    for line in sys.stdin:
        asked = json.loads(line)
        begun = time.perf_counter()
        if "index" in asked:
            peer.index([Path(file) for file in asked["index"]])
            say({"seconds": time.perf_counter() - begun})
            continue
        if not opened:
            peer.open()
            opened = True
            begun = time.perf_counter()
        path, sentence, score = peer.ask(asked["question"], asked["history"])
        milliseconds = (time.perf_counter() - begun) * 1000
        say({"path": path, "sentence": sentence, "score": float(score), "ms": milliseconds})
    say({"peak_mb": peak_mb()})


if __name__ == "__main__":
    main()
