"""Passages a second: sentence-transformers in fp32 against the prepared encoder, in turns within one run.

    python benchmarks/encoding.py [--news FOLDER] [--passages 400] [--rounds 3]

FOLDER holds `*.jsonl.gz` files with a `text` in each line; without one, the articles of the settings' corpus are taken.
Their chunks are what an index encodes, title and all. Both encode the same texts on the threads of the settings, the
whole list at each call; sentence-transformers from the default encoder's weights, with the batch size of those tried
that is quickest here (32 is its default).
"""

from __future__ import annotations

import argparse
import gzip
import json
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from originals import encoder_folder
from povqa.config import DEFAULT_ENCODER, Settings
from povqa.corpus.catalogue import Catalogue
from povqa.encoder.models import open_encoder
from povqa.index.build import passage_text
from povqa.text.chunks import make_chunks
from povqa.text.sentences import split_sentences
from povqa.types import Article

BATCH_SIZES = (8, 16, 32, 64)
TRIED = 64  # passages that tell the quickest
Run = Callable[[Sequence[str]], Any]
TITLE = 20  # characters of a text that has none, for one


def news(folder: Path) -> Iterator[Article]:
    """Articles spread over the files."""
    for path in sorted(folder.glob("*.jsonl.gz")):
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            for line in islice(lines, 0, None, 500):
                record = json.loads(line)
                text = record["text"]
                yield Article(id=record["id"], title=text[:TITLE], text=text, path=path.name)


def passages(articles: Iterator[Article], most: int) -> list[str]:
    """What an index embeds, of as many articles as it takes."""
    found: list[str] = []
    for article in articles:
        chunks = make_chunks(article, split_sentences(article.text))
        found += [passage_text(article, chunk.start, chunk.end) for chunk in chunks]
        if len(found) >= most:
            break
    return found[:most]


def load_original(folder: Path | None, threads: int) -> Any:
    """The default encoder as sentence-transformers loads it."""
    import torch
    from sentence_transformers import SentenceTransformer

    torch.set_num_threads(threads)
    return SentenceTransformer(str(folder or encoder_folder()), device="cpu")


def timed(run: Run, texts: Sequence[str]) -> tuple[float, Any]:
    """Passages a second, and the vectors."""
    begun = time.perf_counter()
    vectors = run(texts)
    return len(texts) / (time.perf_counter() - begun), vectors


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--news", type=Path, help="a folder of *.jsonl.gz")
    parser.add_argument("--passages", type=int, default=400)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--original", type=Path, help="a folder of the default encoder, if at hand, for the download")
    options = parser.parse_args()
    settings = Settings(encoder=DEFAULT_ENCODER)
    encoder = open_encoder(settings)
    articles = (cleaned.article for cleaned in Catalogue(settings.corpus_path).load())
    texts = passages(news(options.news) if options.news else articles, options.passages)
    original = load_original(options.original, settings.threads)

    def plain(size: int, some: Sequence[str]) -> Any:
        prompted = [encoder.card.passage_prompt + text for text in some]
        return original.encode(prompted, batch_size=size, normalize_embeddings=True)

    encoder.encode_passages(texts[:8])
    plain(8, texts[:8])  # neither is cold
    tried: dict[int, float] = {size: timed(partial(plain, size), texts[:TRIED])[0] for size in BATCH_SIZES}
    size = max(BATCH_SIZES, key=lambda one: tried[one])
    runs: dict[str, Run] = {
        "povqa": encoder.encode_passages,
        f"sentence-transformers, batches of {size}": partial(plain, size),
    }
    rates: dict[str, list[float]] = {name: [] for name in runs}
    made = {}
    for _ in range(options.rounds):
        for name, run in runs.items():
            rate, made[name] = timed(run, texts)
            rates[name].append(rate)
    characters = np.mean([len(text) for text in texts])
    print(f"{len(texts)} passages of {characters:.0f} characters, {settings.threads} threads")
    for name, found in rates.items():
        print(f"{name}: {min(found):.1f} / {np.median(found):.1f} / {max(found):.1f} passages/s")
    ours, theirs = (np.array(rate) for rate in rates.values())
    one, other = made.values()
    cosine = float((one * other).sum(axis=1).mean())
    print(json.dumps({"ratio": round(float(np.median(ours / theirs)), 2), "cosine": round(cosine, 4)}))


if __name__ == "__main__":
    main()
