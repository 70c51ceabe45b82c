"""A large corpus: build, one article added and removed, questions to it.

    python benchmarks/scale.py --news FOLDER --texts 46303 --work FOLDER [--stand-in]

The corpus is news texts (news-*.jsonl.gz, objects with `date` and `text`) beside the seed articles. `--stand-in` takes
random unit vectors for those of the encoder: times of everything but encoding, with no hours of encoding before.
"""

from __future__ import annotations

import argparse
import gzip
import json
import resource
import shutil
import time
import zlib
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from povqa.config import Settings
from povqa.corpus.catalogue import Catalogue
from povqa.encoder.models import open_encoder
from povqa.encoder.runtime import OnnxEncoder
from povqa.engine import Povqa
from povqa.index.store import Index
from povqa.index.update import bring_in_line

ROOT = Path(__file__).parents[1]
QUESTIONS = ROOT / "eval" / "questions.jsonl"
ASKED = 120
NEW = "临沭县种茶\n\n2023-07-28 09:00:00|来源:新闻网\n\n临沭县种植茶叶37亩，人均增收1300元。全县还有贫困人口3309户。\n"


class StandIn:
    """Random unit vectors, the same for the same text."""

    name, fingerprint, dim = "stand-in", "stand-in", 384

    def encode_query(self, text: str) -> NDArray[np.float32]:
        return self.encode_passages([text])[0]

    def encode_passages(
        self, texts: Sequence[str], progress: Callable[[int, int], None] | None = None
    ) -> NDArray[np.float32]:
        rows = [np.random.default_rng(zlib.crc32(text.encode())).standard_normal(self.dim) for text in texts]
        matrix = np.array(rows, np.float32).reshape(-1, self.dim)
        return matrix / np.linalg.norm(matrix, axis=1, keepdims=True)


def write_corpus(news: Path, folder: Path, most: int) -> None:
    """The seed articles and so many news texts, a thousand files a folder."""
    shutil.copytree(ROOT / "seeds", folder)
    written = 0
    for part in sorted(news.glob("news-*.jsonl.gz")):
        with gzip.open(part, "rt", encoding="utf-8") as lines:
            for line in lines:
                if written >= most:
                    return
                row = json.loads(line)
                inside = folder / f"{written // 1000:03d}"
                inside.mkdir(exist_ok=True)
                page = f"{row['date'][:10]} 09:00:00|来源:新闻网\n\n{row['text']}\n"
                (inside / f"n{written:06d}.txt").write_text(page, encoding="utf-8")
                written += 1


def memory() -> int:
    """The most that this process has had in memory, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def timed(what: str, work: Callable[[], object]) -> None:
    begun, spent = time.perf_counter(), time.process_time()
    work()
    wall, cpu = time.perf_counter() - begun, time.process_time() - spent
    print(f"{what}: {wall:.2f} s, of the processor {cpu:.2f} s, {memory()} MB at most", flush=True)


def ask(settings: Settings, encoder: OnnxEncoder) -> None:
    begun = time.perf_counter()
    # Not `Povqa.open`: with the stand-in's vectors it would refuse the encoder of the questions.
    povqa = Povqa(settings, Index.open(settings.index_path), encoder)
    povqa.warm()
    print(f"open: {time.perf_counter() - begun:.2f} s")
    rows = [json.loads(line) for line in QUESTIONS.read_text(encoding="utf-8").splitlines()]
    milliseconds = []
    for row in [row for row in rows if row["split"] == "dev"][:ASKED]:
        begun = time.perf_counter()
        povqa.ask(row["question"], row.get("history") or [])
        milliseconds.append((time.perf_counter() - begun) * 1000)
    p50, p95 = np.percentile(milliseconds, (50, 95))
    print(f"{len(milliseconds)} questions: p50 {p50:.0f} ms, p95 {p95:.0f} ms, {memory()} MB at most")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--news", type=Path, required=True)
    parser.add_argument("--texts", type=int, default=46_303)
    parser.add_argument("--work", type=Path, required=True, help="where the corpus and its index go; kept")
    parser.add_argument("--stand-in", action="store_true")
    options = parser.parse_args()
    corpus = options.work.resolve() / "corpus"
    if not corpus.exists():
        write_corpus(options.news, corpus, options.texts)
    settings = Settings(corpus=corpus, index=options.work.resolve() / "index")
    real = open_encoder(settings)
    encoder = StandIn() if options.stand_in else real

    def bring() -> None:
        changes = bring_in_line(settings.index_path, lambda: Catalogue(corpus), encoder)
        print(f"  added {len(changes.added)}, removed {len(changes.removed)}, unchanged {changes.unchanged}")

    timed("build", bring)
    with Index.open(settings.index_path) as index:
        about = index.manifest
        print(f"  {about.articles} articles, {about.sentences} sentences, {about.chunks} chunks, dense {about.dense}")
    (corpus / "new.txt").write_text(NEW, encoding="utf-8")
    timed("add one", bring)
    (corpus / "new.txt").unlink()
    timed("remove one", bring)
    ask(settings, real)


if __name__ == "__main__":
    main()
