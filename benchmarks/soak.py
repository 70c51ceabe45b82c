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
from soak_summary import lately, pace, summary, verdicts
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
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--rate", type=float, default=2, help="questions a second")
    parser.add_argument("--every", type=float, default=20, help="seconds from one change of the articles to the next")
    parser.add_argument("--sample", type=float, default=10, help="seconds between looks")
    parser.add_argument("--news", type=Path, help="a folder of news-*.jsonl.gz (`text`), from which the articles come")
    parser.add_argument("--base", type=int, default=0, help="articles beside the seeds from the start")
    parser.add_argument("--out", type=Path, help="a file for the summary and all samples")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="soak-") as folder:
        soak = Soak(Path(folder), options)
        found = soak.run()
    print(json.dumps(found, ensure_ascii=False, indent=1))
    if options.out:
        options.out.parent.mkdir(parents=True, exist_ok=True)
        whole = {**found, "samples": rows_of(soak.samples)}
        options.out.write_text(json.dumps(whole, ensure_ascii=False) + "\n", encoding="utf-8")
    wrong = verdicts(found)
    if found["left"].get("indexes") != 1:
        wrong.append(f"{found['left']} are left")
    print("\n".join(wrong) or "nothing grew, nothing failed")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
