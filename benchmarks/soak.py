"""An hour of service: one process answers mixed questions while another adds and removes articles.

    python benchmarks/soak.py --minutes 60 [--rate 2] [--every 20] [--news FOLDER --base 200] [--out FILE]

The process that answers is looked at from outside every ten seconds: memory, open files, threads, mapped files that are
deleted, temporary files, the index folder. Articles come and go by `povqa add` and `povqa remove`, so that their number
stays as it is. Without `--news` they are put together from sentences of the seeds. Prints a minute a line, and a
summary; fails where a question failed or something grew.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

from soak_changes import Articles, Changer
from soak_command import conclude, options_of
from soak_summary import lately, pace, summary
from soak_watch import Sample, look, rows_of


def ended(server: subprocess.Popen[str]) -> int:
    """The exit code of a process that was told to end."""
    try:
        return server.wait(60)
    except subprocess.TimeoutExpired:
        server.kill()
        return server.wait()


class Soak:
    """One run."""

    def __init__(self, work: Path, options: argparse.Namespace) -> None:
        self.options = options
        self.changer = Changer(work, Articles(options.news), options.every)
        self.samples: list[Sample] = []
        self.answers: list[dict[str, Any]] = []
        self.failed: list[dict[str, Any]] = []
        self.taken_up: list[float] = []
        self.left: dict[str, Any] = {}
        self.ready = threading.Event()

    def read(self, out: Any) -> None:
        """What the server tells."""
        for line in out:
            told = json.loads(line)
            event = told.pop("event")
            if event == "answer":
                self.answers.append(told)
            elif event == "failed":
                self.failed.append(told)
            elif event == "index":
                self.taken_up.append(told["at"])
            elif event == "left":
                self.left = told
            else:
                self.ready.set()
        self.ready.set()

    def run(self) -> dict[str, Any]:
        changer = self.changer
        changer.prepare(self.options.base)
        command = [sys.executable, str(Path(__file__).with_name("soak_serve.py")), "--rate", str(self.options.rate)]
        server = subprocess.Popen(
            command, env=changer.environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        threads = [threading.Thread(target=self.read, args=(server.stdout,)), threading.Thread(target=changer.change)]
        try:
            threads[0].start()
            if not self.ready.wait(300) or server.poll() is not None:
                raise SystemExit("the server does not start")
            begun = time.time()
            threads[1].start()
            while (second := time.time() - begun) < self.options.minutes * 60 and server.poll() is None:
                self.samples.append(look(server.pid, second, changer.index, changer.temporary))
                if len(self.samples) % max(1, round(60 / self.options.sample)) == 0:
                    print(json.dumps(self.minute()), flush=True)
                time.sleep(self.options.sample)
        finally:
            changer.over.set()
            assert server.stdin is not None
            server.stdin.close()
            for thread in threads:
                if thread.ident is not None:
                    thread.join()
            code = ended(server)
        if code:
            self.failed.append({"kind": "server", "error": f"ended with {code}"})
        self.failed += changer.failed
        return {
            **summary(self.options.minutes, begun, self.samples, self.answers, self.failed),
            **pace(changer.changes, self.taken_up), "left": self.left,
        }  # fmt: skip

    def minute(self) -> dict[str, Any]:
        last = rows_of(self.samples[-1:])[0]
        return {**last, **lately(self.answers), "failed": len(self.failed) + len(self.changer.failed),
                "changes": len(self.changer.changes)}  # fmt: skip


def main() -> int:
    options = options_of(__doc__, minutes=60, rate=2, what="questions", every=20).parse_args()
    with tempfile.TemporaryDirectory(prefix="soak-") as folder:
        soak = Soak(Path(folder), options)
        found = soak.run()
    wrong = [f"{found['left']} are left"] if found["left"].get("indexes") != 1 else []
    return conclude(found, soak.samples, options.out, wrong)


if __name__ == "__main__":
    sys.exit(main())
