"""Side by side: tantivy, bm25s and SQLite FTS5 over the same tokens, at the size of a large corpus.

Run: `PYTHONPATH=src python benchmarks/lexical_engines.py FOLDER QUESTIONS [--sentences N] [--engine NAME ...]`, where
FOLDER holds `*.jsonl.gz` files with a `text` in each line and QUESTIONS is a `.jsonl` file with a `question` in each.
Each stage runs in a process of its own, so that its peak memory and its cold start are its own. bm25s is needed beside
povqa's own dependencies (`pip install bm25s`). When the folder holds fewer sentences than asked for, its articles are
gone through again. The figures are in docs/lexical-engine.md.
"""

from __future__ import annotations

import argparse
import gzip
import itertools
import json
import math
import re
import resource
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from povqa.index.tokens import tokens
from povqa.text.normalise import normalise

K = 24
K1, B = 1.2, 0.75


class Engine(Protocol):
    """One engine over a folder. The questions come as tokens, the sentences as token lists."""

    def __init__(self, folder: Path) -> None: ...

    def build(self, sentences: Iterator[list[str]]) -> None: ...

    def open(self) -> None: ...

    def search(self, question: list[str], k: int) -> list[int]: ...

    def add(self, sentences: list[list[str]], first: int) -> bool: ...


class Tantivy:
    """Rust, segments on disk, memory-mapped."""

    def __init__(self, folder: Path) -> None:
        import tantivy

        self.lib, self.folder = tantivy, folder
        builder = tantivy.SchemaBuilder()
        builder.add_unsigned_field("id", fast=True)
        builder.add_text_field("text", tokenizer_name="tokens", index_option="freq")
        self.schema = builder.build()

    def _index(self) -> Any:
        index = self.lib.Index(self.schema, str(self.folder))
        index.register_tokenizer("tokens", self.lib.TextAnalyzerBuilder(self.lib.Tokenizer.whitespace()).build())
        return index

    def _write(self, sentences: Iterator[list[str]], first: int, heap: int) -> None:
        writer = self._index().writer(heap, 1)
        for i, sentence in enumerate(sentences, first):
            document = self.lib.Document()
            document.add_unsigned("id", i)
            document.add_text("text", " ".join(sentence))
            writer.add_document(document)
        writer.commit()
        writer.wait_merging_threads()

    def build(self, sentences: Iterator[list[str]]) -> None:
        self._write(sentences, 0, 256_000_000)

    def open(self) -> None:
        self.searcher = self._index().searcher()

    def search(self, question: list[str], k: int) -> list[int]:
        query = self.lib.Query
        terms = [
            (self.lib.Occur.Should, query.boost_query(query.term_query(self.schema, "text", t, "freq"), float(n)))
            for t, n in Counter(question).items()
        ]
        hits = self.searcher.search(query.boolean_query(terms), k, count=False).hits
        return list(self.searcher.fast_field_values("id", [address for _, address in hits]))

    def add(self, sentences: list[list[str]], first: int) -> bool:
        self._write(iter(sentences), first, 20_000_000)
        return True


class Bm25s:
    """NumPy: every term's impacts computed at build time, a score for every sentence at query time."""

    def __init__(self, folder: Path) -> None:
        import bm25s

        self.lib, self.folder = bm25s, folder

    def build(self, sentences: Iterator[list[str]]) -> None:
        vocabulary: dict[str, int] = {}
        ids = [[vocabulary.setdefault(t, len(vocabulary)) for t in sentence] for sentence in sentences]
        model = self.lib.BM25(k1=K1, b=B, method="lucene")
        model.index((ids, vocabulary), show_progress=False)
        model.save(str(self.folder))

    def open(self) -> None:
        self.model = self.lib.BM25.load(str(self.folder), mmap=True)

    def search(self, question: list[str], k: int) -> list[int]:
        known = [t for t in question if t in self.model.vocab_dict]
        if not known:
            return []
        found = self.model.retrieve([known], k=k, show_progress=False, n_threads=0)
        return [int(i) for i in found.documents[0]]

    def add(self, sentences: list[list[str]], first: int) -> bool:
        return False


class Fts5:
    """SQLite's full-text table, without a copy of the text."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "fts5.sqlite"

    def _connect(self) -> sqlite3.Connection:
        return sqlite3.connect(self.path)

    def build(self, sentences: Iterator[list[str]]) -> None:
        with self._connect() as db:
            db.execute(
                "CREATE VIRTUAL TABLE s USING fts5(text, content='',"
                " tokenize=\"unicode61 remove_diacritics 0 tokenchars '.%'\")"
            )
            self._insert(db, sentences, 0)
            db.execute("INSERT INTO s(s) VALUES('optimize')")

    def _insert(self, db: sqlite3.Connection, sentences: Iterator[list[str]], first: int) -> None:
        rows = ((i, " ".join(sentence)) for i, sentence in enumerate(sentences, first))
        db.executemany("INSERT INTO s(rowid, text) VALUES(?, ?)", rows)

    def open(self) -> None:
        self.db = self._connect()

    def search(self, question: list[str], k: int) -> list[int]:
        match = " OR ".join(f'"{t}"' for t in question)
        return [i for (i,) in self.db.execute("SELECT rowid FROM s WHERE s MATCH ? ORDER BY rank LIMIT ?", (match, k))]

    def add(self, sentences: list[list[str]], first: int) -> bool:
        with self._connect() as db:
            self._insert(db, iter(sentences), first)
        return True


ENGINES: dict[str, type[Engine]] = {"tantivy": Tantivy, "bm25s": Bm25s, "fts5": Fts5}


def read_sentences(folder: Path, limit: int) -> Iterator[str]:
    """`limit` sentences, cut at full stops and line ends; the folder is gone through again when it has fewer."""
    files = sorted(folder.glob("*.jsonl.gz"))
    count = 0
    for _ in itertools.count():
        for path in files:
            with gzip.open(path, "rt", encoding="utf-8") as lines:
                for line in lines:
                    for sentence in re.split(r"(?<=[。！？])|\n", json.loads(line)["text"]):
                        if sentence.strip():
                            yield sentence
                            count += 1
                            if count == limit:
                                return


def read_questions(path: Path, limit: int = 200) -> list[list[str]]:
    """The tokens of `limit` questions, evenly spread over the file."""
    texts = [json.loads(line)["question"] for line in path.read_text(encoding="utf-8").splitlines()]
    return [tokens(normalise(text)) for text in texts[:: max(1, len(texts) // limit)][:limit]]


def brute_force(sentences: Sequence[list[str]], question: list[str]) -> np.ndarray:
    """BM25 with exact lengths, a score for every sentence."""
    average = sum(map(len, sentences)) / len(sentences)
    scores = np.zeros(len(sentences))
    counts = [Counter(s) for s in sentences]
    for token in question:
        df = sum(token in c for c in counts)
        idf = math.log(1 + (len(sentences) - df + 0.5) / (df + 0.5))
        for i, c in enumerate(counts):
            if tf := c[token]:
                scores[i] += idf * tf * (K1 + 1) / (tf + K1 * (1 - B + B * len(sentences[i]) / average))
    return scores


def stage_build(engine: Engine, args: argparse.Namespace) -> dict[str, Any]:
    spent = time.perf_counter()
    prepared = (tokens(normalise(s)) for s in read_sentences(args.folder, args.sentences))
    engine.build(prepared)
    return {"build_s": round(time.perf_counter() - spent, 1)}


def stage_cold(engine_type: type[Engine], folder: Path, args: argparse.Namespace) -> dict[str, Any]:
    question = tokens(normalise("凌云县下面有多少个行政村"))
    spent = time.perf_counter()
    engine = engine_type(folder)
    engine.open()
    engine.search(question, K)
    return {"cold_ms": round(1000 * (time.perf_counter() - spent), 1)}


def stage_query(engine: Engine, args: argparse.Namespace) -> dict[str, Any]:
    engine.open()
    questions = read_questions(args.questions)
    took = []
    for question in questions * 2:
        spent = time.perf_counter()
        engine.search(question, K)
        took.append(1000 * (time.perf_counter() - spent))
    warm = sorted(took[len(questions) :])
    return {"p50_ms": round(statistics.median(warm), 1), "p95_ms": round(warm[int(0.95 * len(warm))], 1)}


def stage_add(engine: Engine, args: argparse.Namespace) -> dict[str, Any]:
    more = [tokens(normalise(s)) for s in read_sentences(args.folder, 100)]
    spent = time.perf_counter()
    done = engine.add(more, args.sentences)
    return {"add_100_ms": round(1000 * (time.perf_counter() - spent)) if done else None}


def stage_agree(engine: Engine, args: argparse.Namespace) -> dict[str, Any]:
    """How many of brute force's ten best an engine finds, over 2,000 sentences; a tie with the tenth counts."""
    sentences = [tokens(normalise(s)) for s in read_sentences(args.folder, 2000)]
    engine.build(iter(sentences))
    engine.open()
    shared = total = 0
    for question in read_questions(args.questions, 50):
        scores = brute_force(sentences, question)
        tenth = np.sort(scores)[-10]
        total += 10
        shared += sum(scores[i] >= tenth - 1e-6 for i in engine.search(question, 10))
    return {"agree_at_10": round(shared / total, 4)}


def run_stage(stage: str, name: str, folder: Path, args: argparse.Namespace) -> dict[str, Any]:
    if stage == "cold":
        figures = stage_cold(ENGINES[name], folder, args)
    else:
        stages = {"build": stage_build, "query": stage_query, "add": stage_add, "agree": stage_agree}
        figures = stages[stage](ENGINES[name](folder), args)
    figures[f"{stage}_peak_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return figures


def child(stage: str, name: str, folder: Path, args: argparse.Namespace) -> dict[str, Any]:
    command = [sys.executable, __file__, str(args.folder), str(args.questions), "--sentences", str(args.sentences)]
    command += ["--engine", name, "--stage", stage, "--at", str(folder)]
    out = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return dict(json.loads(out))


def measure(name: str, args: argparse.Namespace) -> dict[str, Any]:
    folder = Path(tempfile.mkdtemp(prefix=f"lexical-{name}-", dir=args.work))
    small = Path(tempfile.mkdtemp(prefix=f"lexical-{name}-small-", dir=args.work))
    try:
        figures = {"engine": name, "sentences": args.sentences, **child("build", name, folder, args)}
        figures["size_mb"] = sum(p.stat().st_size for p in folder.rglob("*") if p.is_file()) // 1_000_000
        cold = [child("cold", name, folder, args)["cold_ms"] for _ in range(5)]
        figures["cold_ms"] = statistics.median(cold)
        for stage in ("query", "add"):
            figures.update(child(stage, name, folder, args))
        figures.update(agree_at_10=child("agree", name, small, args)["agree_at_10"])
    finally:
        shutil.rmtree(folder)
        shutil.rmtree(small)
    return figures


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("folder", type=Path)
    parser.add_argument("questions", type=Path)
    parser.add_argument("--sentences", type=int, default=1_000_000)
    parser.add_argument("--engine", nargs="+", choices=sorted(ENGINES), default=list(ENGINES))
    parser.add_argument("--work", type=Path, help="where the indexes are written, for the time of the run")
    parser.add_argument("--stage", help=argparse.SUPPRESS)
    parser.add_argument("--at", type=Path, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.stage:
        print(json.dumps(run_stage(args.stage, args.engine[0], args.at, args)))
        return
    for name in args.engine:
        print(json.dumps(measure(name, args)), flush=True)


if __name__ == "__main__":
    main()
