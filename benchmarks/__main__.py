"""`make bench`: the measurements that need nothing but the project itself."""

from __future__ import annotations

import runpy
import sys
from pathlib import Path

ALONE = ("cold_start.py", "reader_latency.py", "encoding.py")

if __name__ == "__main__":
    for name in ALONE:
        print(f"== {name}", flush=True)
        sys.argv = [name]
        runpy.run_path(str(Path(__file__).with_name(name)), run_name="__main__")
