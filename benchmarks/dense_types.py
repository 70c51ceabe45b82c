"""FAISS index types on the vectors of an index: recall of the nearest 50, time a question, size, time to build.

    python benchmarks/dense_types.py --index FOLDER [--sizes 5000,25000,all] [--types HNSW32,SQ8 IVF,SQ8]

The folder is an index of povqa's own; it is only read. Questions are those made from its articles, by which the width
of the search is chosen when an index is built, and, apart, those of the eval set. Each type is searched one question
at a time, on one thread, and takes twice as many as asked for, which are scored again by the vectors themselves. Times
are of the processor, so another job beside it disturbs them little.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import faiss
import numpy as np
from numpy.typing import NDArray

from povqa.config import Settings
from povqa.encoder.models import open_encoder
from povqa.index.dense import AGAIN, RECALL, TAKEN
from povqa.index.passages import sample_questions
from povqa.index.store import Index

ROOT = Path(__file__).parents[1]
WIDTHS = (64, 128, 256, 384, 512, 768, 1024, 1536, 2048, 3072, 4096)
PROBES = (16, 64, 128, 256, 384, 512, 768, 1024)
Vectors = NDArray[np.float32]


def spent(work: Callable[[], object]) -> float:
    """Seconds of the processor."""
    begun = time.process_time()
    work()
    return time.process_time() - begun


def nearest(index: Any, vectors: Vectors, question: Vectors) -> NDArray[np.int64]:
    """The 50 nearest that an index proposes, by the vectors themselves."""
    found = index.search(question[np.newaxis], AGAIN * TAKEN)[1][0]
    found = found[found >= 0]
    return found[np.argsort(-(vectors[found] @ question), kind="stable")[:TAKEN]]


def measure(index: Any, vectors: Vectors, sets: Sequence[Vectors], true: Sequence[NDArray[np.int64]]) -> dict[str, Any]:
    recalls, seconds = [], 0.0
    for questions, best in zip(sets, true, strict=True):
        found: list[NDArray[np.int64]] = []
        seconds += spent(lambda: found.extend(nearest(index, vectors, row) for row in questions))  # noqa: B023
        recalls.append(np.mean([len(np.intersect1d(a, b)) / len(b) for a, b in zip(found, best, strict=True)]))
    count = sum(map(len, sets))
    return {"made": round(float(recalls[0]), 4), "eval": round(float(recalls[1]), 4), "ms": seconds / count * 1000}


def types(
    vectors: Vectors, names: Sequence[str]
) -> Iterator[tuple[str, Any, float, Callable[[int], None], Sequence[int]]]:
    """Name, built index, seconds to build, how to set the width of its search, widths."""
    count, dim = vectors.shape
    lists = int(4 * np.sqrt(count))
    for name in [name.replace("IVF", f"IVF{lists}") for name in names]:
        index: Any = faiss.index_factory(dim, name, faiss.METRIC_INNER_PRODUCT)

        def build(index: Any = index, name: str = name) -> None:
            if name.startswith("HNSW"):
                index.hnsw.efConstruction = 100
            index.train(vectors[np.random.default_rng(0).choice(count, min(count, 65_536), replace=False)])
            index.add(vectors)

        def width(value: int, index: Any = index, name: str = name) -> None:
            if name.startswith("HNSW"):
                index.hnsw.efSearch = value
            else:
                index.nprobe = value

        yield name, index, spent(build), width, WIDTHS if name.startswith("HNSW") else PROBES


def size(index: Any) -> float:
    """MB on disk."""
    return len(faiss.serialize_index(index)) / 1e6


def run(vectors: Vectors, sets: Sequence[Vectors], names: Sequence[str]) -> None:
    count = len(vectors)
    flat = faiss.IndexFlatIP(vectors.shape[1])
    flat.add(vectors)
    true: list[NDArray[np.int64]] = []
    seconds = 0.0
    for questions in sets:
        found: list[NDArray[np.int64]] = []
        seconds += spent(lambda: found.extend(flat.search(row[np.newaxis], TAKEN)[1][0] for row in questions))  # noqa: B023
        true.append(np.stack(found))
    about = {"chunks": count, "type": "Flat", "width": None, "built_s": 0.0, "mb": size(flat)}
    show(about | {"made": 1.0, "eval": 1.0, "ms": seconds / sum(map(len, sets)) * 1000})
    for name, index, built, width, widths in types(vectors, names):
        megabytes = size(index)
        for value in widths:
            width(value)
            row = measure(index, vectors, sets, true)
            show({"chunks": count, "type": name, "width": value, "built_s": built, "mb": megabytes} | row)
            if min(row["made"], row["eval"]) >= RECALL:
                break


def show(row: dict[str, Any]) -> None:
    print(
        json.dumps({key: round(value, 3) if isinstance(value, float) else value for key, value in row.items()}),
        flush=True,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--index", type=Path, required=True)
    parser.add_argument("--sizes", default="5000,25000,50000,100000,all", help="chunks, drawn at random")
    parser.add_argument("--questions", type=int, default=200, help="of each kind")
    parser.add_argument("--types", nargs="*", default=["HNSW32,SQ8", "HNSW32,Flat", "IVF,SQ8", "IVF,Flat"])
    options = parser.parse_args()
    faiss.omp_set_num_threads(1)
    encoder = open_encoder(Settings())
    rows = [json.loads(line) for line in (ROOT / "eval/questions.jsonl").read_text(encoding="utf-8").splitlines()]
    with Index.open(options.index.resolve()) as index:
        alive = np.flatnonzero(index.alive[index.chunks.article])
        ordinals = np.flatnonzero(index.alive).tolist()
        step = max(1, len(ordinals) // options.questions)
        texts = sample_questions(ordinals[::step][: options.questions], lambda some: map(index.article, some), encoder)
        asked = np.stack([encoder.encode_query(row["question"]) for row in rows[: options.questions]])
        print(json.dumps({"index": index.manifest.dense, "chunks": len(alive), "questions": [len(texts), len(asked)]}))
        for word in options.sizes.split(","):
            count = len(alive) if word == "all" else int(word)
            if count <= len(alive):
                chosen = np.sort(np.random.default_rng(1).choice(alive, count, replace=False))
                run(index.local_dense.rows(chosen), (texts, asked), options.types)


if __name__ == "__main__":
    main()
