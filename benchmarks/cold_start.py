"""A question from a cold start: `povqa ask` against the usual script, in turns within one run.

    python benchmarks/cold_start.py [--rounds 5]

The script is what tutorials show: import sentence-transformers, load the same encoder, read chunk vectors from FAISS,
embed the question, search. Index and models are prepared beforehand for both. Prints wall time and peak memory of whole
processes, and the ratio of the medians.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from originals import encoder_folder

QUESTION = "临沭还剩多少户没脱贫"

SCRIPT = """
import sys
import faiss
import numpy
from sentence_transformers import SentenceTransformer
encoder, folder, question = sys.argv[1:]
model = SentenceTransformer(encoder, device="cpu")
index = faiss.read_index(f"{folder}/chunks.faiss")
chunks = open(f"{folder}/chunks.txt", encoding="utf-8").read().split("\\0")
vector = model.encode(["query: " + question], normalize_embeddings=True)
for number in index.search(numpy.asarray(vector, dtype="float32"), 3)[1][0]:
    print(chunks[number])
"""


def prepare_script(encoder: Path, folder: Path) -> None:
    """The encoder's vectors of every chunk of the corpus, as sentence-transformers makes them."""
    import faiss
    import numpy as np
    from sentence_transformers import SentenceTransformer

    from povqa.config import Settings
    from povqa.index.store import Index

    with Index.open(Settings().index_path) as index:
        chunks = [index.chunk(number) for number in range(index.manifest.chunks)]
        texts = [index.article(chunk.article_id).text[chunk.start : chunk.end] for chunk in chunks]
    vectors = SentenceTransformer(str(encoder), device="cpu").encode(
        [f"passage: {text}" for text in texts], normalize_embeddings=True
    )
    table = faiss.IndexFlatIP(vectors.shape[1])
    table.add(np.asarray(vectors, dtype=np.float32))
    faiss.write_index(table, str(folder / "chunks.faiss"))
    (folder / "chunks.txt").write_text("\0".join(texts), encoding="utf-8")


def timed(command: list[str]) -> tuple[float, float]:
    """Seconds and peak MB of a process that must succeed."""
    begun = time.perf_counter()
    pid = os.posix_spawn(
        command[0], command, os.environ, file_actions=[(os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)]
    )
    _, status, used = os.wait4(pid, 0)
    if status:
        raise SystemExit(f"{command[:3]} failed")
    return time.perf_counter() - begun, used.ru_maxrss / 1024


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--prepare", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.prepare:
        prepare_script(encoder_folder(), options.prepare)
        return
    ask = [sys.executable, "-m", "povqa", "ask", "--json", QUESTION]
    subprocess.run(ask, check=True, stdout=subprocess.DEVNULL)
    with tempfile.TemporaryDirectory() as scratch:
        # In a process of its own: what this one has held would count as the peak of those that it starts.
        subprocess.run([sys.executable, __file__, "--prepare", scratch], check=True, stderr=subprocess.DEVNULL)
        script = [sys.executable, "-c", SCRIPT, str(encoder_folder()), scratch, QUESTION]
        timed(script)
        runs: dict[str, list[tuple[float, float]]] = {"povqa ask": [], "script": []}
        for _ in range(options.rounds):
            runs["povqa ask"].append(timed(ask))
            runs["script"].append(timed(script))
    for name, found in runs.items():
        seconds, memory = [s for s, _ in found], [m for _, m in found]
        print(
            f"{name}: {min(seconds):.2f} / {median(seconds):.2f} / {max(seconds):.2f} s, {max(memory):.0f} MB at most"
        )
    medians = {name: median(s for s, _ in found) for name, found in runs.items()}
    print(json.dumps({"ratio": round(medians["script"] / medians["povqa ask"], 1)}))


if __name__ == "__main__":
    main()
