"""What a user would pick instead, on the same machine, corpus, encoder and questions.

    python benchmarks/side_by_side.py [--cold 3] [--only NAME…]

Each peer is a short program in `peers/`, as its library's documentation has it, and runs in a process of its own. All
get the article files of `seeds/`, and in a second run the texts as povqa cleans them; the encoder is the same one in
fp32, of which povqa's is made. A peer's threshold is chosen on `dev` so that at most 5 % of the answerable questions
are refused; the figures are of `held_out`. A follow-up is put after the questions before it. Prints JSON.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Sequence
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from statistics import median
from typing import Any

from judging import Given, figures, user_lines
from originals import encoder_folder
from povqa.corpus.catalogue import Catalogue
from povqa.evaluation.questions import Question, read_questions

HERE = Path(__file__).parent
ROOT = HERE.parent
PEERS = {
    "povqa_itself": "povqa",
    "plain_script": "sentence-transformers",
    "haystack_hybrid": "haystack-ai",
    "haystack_bm25": "haystack-ai",
    "txtai_hybrid": "txtai",
    "bm25s_jieba": "bm25s",
}
WARM_UP = 3
# None of them may ask a model hub, or tell anybody that it ran.
OFFLINE = {"HF_HUB_OFFLINE": "1", "HAYSTACK_TELEMETRY_ENABLED": "False", "HF_HUB_DISABLE_TELEMETRY": "1"}


class NotMeasuredError(Exception):
    """A peer that cannot run here."""


class Child:
    """A peer's process."""

    def __init__(self, name: str, folder: Path, encoder: Path) -> None:
        self.begun = time.perf_counter()
        errors, path = tempfile.mkstemp(suffix=".stderr")
        self.errors = Path(path)
        self.process = subprocess.Popen(
            [sys.executable, str(HERE / "peers" / "child.py"), name, str(folder), str(encoder)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors, text=True, encoding="utf-8",
            env={**os.environ, **OFFLINE},
        )  # fmt: skip
        os.close(errors)

    def say(self, line: dict[str, Any]) -> dict[str, Any]:
        """What it answers to a line.

        :raises NotMeasuredError: it has died.
        """
        assert self.process.stdin
        with suppress(BrokenPipeError):  # its end of output says more
            self.process.stdin.write(json.dumps(line, ensure_ascii=False) + "\n")
            self.process.stdin.flush()
        return self._read()

    def _read(self) -> dict[str, Any]:
        assert self.process.stdout
        answer = self.process.stdout.readline()
        if not answer:
            said = self._let_go().strip().splitlines()
            raise NotMeasuredError((said or ["it said nothing"])[-1])
        return dict(json.loads(answer))

    def age(self) -> float:
        """Seconds since it was started."""
        return time.perf_counter() - self.begun

    def end(self) -> float:
        """Let it end.

        :return: the most memory it has had, in MB.
        """
        assert self.process.stdin
        self.process.stdin.close()
        peak = float(self._read()["peak_mb"])
        self._let_go()
        return peak

    def _let_go(self) -> str:
        """Wait for its end.

        :return: what it said on stderr.
        """
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe:
                with suppress(BrokenPipeError):  # what it never read
                    pipe.close()
        self.process.wait()
        said = self.errors.read_text(encoding="utf-8", errors="replace")
        self.errors.unlink()
        return said


def put(child: Child, questions: Iterable[Question]) -> list[Given]:
    found = []
    for question in questions:
        said = child.say({"question": question.question, "history": list(question.history)})
        found.append(Given(said["path"], said["sentence"], said["score"], said["ms"]))
    return found


def indexed(name: str, files: Sequence[Path], folder: Path, encoder: Path) -> tuple[float, float]:
    """Index the files.

    :return: seconds of the whole process, and its peak memory in MB.
    """
    child = Child(name, folder, encoder)
    child.say({"index": [str(file) for file in files]})
    seconds = child.age()
    return seconds, child.end()


def asked(name: str, questions: Sequence[Question], folder: Path, encoder: Path) -> tuple[list[Given], float]:
    child = Child(name, folder, encoder)
    put(child, questions[:WARM_UP])
    given = put(child, questions)
    return given, child.end()


def measure(name: str, questions: Sequence[Question], encoder: Path, cold: int, scratch: Path) -> dict[str, Any]:
    """Everything about one peer."""
    folder = scratch / name
    folder.mkdir()
    seconds, index_peak = indexed(name, sorted((ROOT / "seeds").glob("*.txt")), folder, encoder)
    size = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
    given, peak = asked(name, questions, folder, encoder)
    starts = []
    for _ in range(cold):
        child = Child(name, folder, encoder)
        put(child, questions[:1])
        starts.append(child.age())
        child.end()
    return figures(questions, given) | {
        "cold_s": median(starts),
        "cold_all_s": starts,
        "index_s": seconds,
        "index_bytes": size,
        "index_peak_mb": index_peak,
        "peak_mb": peak,
        "lines": user_lines(HERE / "peers" / f"{name}.py"),
    }


def on_clean_texts(name: str, questions: Sequence[Question], encoder: Path, scratch: Path) -> dict[str, Any]:
    """The figures of a peer that is handed the titles and texts as povqa cleans them."""
    texts, folder = scratch / "clean", scratch / f"{name}-clean"
    folder.mkdir()
    if not texts.exists():
        texts.mkdir()
        for cleaned in Catalogue(ROOT / "seeds").load():
            article = cleaned.article
            (texts / f"{article.id}.txt").write_text(f"{article.title}\n{article.text}\n", encoding="utf-8")
    indexed(name, sorted(texts.iterdir()), folder, encoder)
    return figures(questions, asked(name, questions, folder, encoder)[0])


def side_by_side(cold: int, only: Sequence[str] = ()) -> dict[str, Any]:
    """The figures of every peer by its module's name; of one that cannot run here, the reason."""
    questions = read_questions(ROOT / "eval" / "questions.jsonl")
    encoder = encoder_folder()
    found: dict[str, Any] = {}
    with tempfile.TemporaryDirectory(prefix="povqa-peers-") as folder:
        for name, package in PEERS.items():
            if only and name not in only:
                continue
            try:
                found[name] = {"version": version(package)}
            except PackageNotFoundError:
                found[name] = {}
            print(f"  {name}", file=sys.stderr, flush=True)
            try:
                found[name] |= measure(name, questions, encoder, cold, Path(folder))
                if name != "povqa_itself":
                    found[name]["clean"] = on_clean_texts(name, questions, encoder, Path(folder))
            except NotMeasuredError as error:
                found[name]["not_measured"] = str(error)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cold", type=int, default=3, help="starts from cold of each")
    parser.add_argument("--only", nargs="*", default=[], choices=PEERS)
    options = parser.parse_args()
    print(json.dumps(side_by_side(options.cold, options.only), ensure_ascii=False, indent=1))


if __name__ == "__main__":
    main()
