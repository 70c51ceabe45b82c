"""Which detector tells the encoding of a Chinese text: povqa's own or charset-normalizer, by length of the text.

    python benchmarks/charset_detection.py ../shared/articles

Pieces are cut from the articles and encoded; right is a detector under whose encoding the piece reads as it was.
"""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Callable
from pathlib import Path

from opencc import OpenCC

from povqa.corpus.catalogue import Catalogue
from povqa.corpus.readers import decode

LENGTHS = (10, 30, 100, 1000)
ENCODINGS = ("utf-8", "gb18030", "big5", "utf-16")
PIECES = 100


def by_povqa(data: bytes) -> str | None:
    result = decode(data)
    return result[0] if result else None


def by_charset_normalizer(data: bytes) -> str | None:
    from charset_normalizer import from_bytes

    best = from_bytes(data).best()
    return str(best) if best else None


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, nargs="?", default=Path("seeds"), help="a folder of articles")
    texts = [cleaned.article.text for cleaned in Catalogue(parser.parse_args().folder).load()]
    traditional = OpenCC("s2t")
    detectors: dict[str, Callable[[bytes], str | None]] = {
        "povqa": by_povqa,
        "charset-normalizer": by_charset_normalizer,
    }
    print("| encoding | detector | " + " | ".join(f"{length} characters" for length in LENGTHS) + " | CPU ms |")
    print("|---|---|" + "---|" * (len(LENGTHS) + 1))
    for encoding in ENCODINGS:
        for name, detect in detectors.items():
            dice = random.Random(7)
            shares, spent = [], 0.0
            for length in LENGTHS:
                right = tried = 0
                while tried < PIECES:
                    text = dice.choice(texts)
                    place = dice.randrange(max(1, len(text) - length))
                    piece = text[place : place + length]
                    piece = traditional.convert(piece) if encoding == "big5" else piece
                    data = piece.encode(encoding, errors="ignore")
                    tried += 1
                    start = time.process_time()
                    found = detect(data)
                    spent += time.process_time() - start
                    right += found == data.decode(encoding)
                shares.append(right / tried)
            spent *= 1000 / (PIECES * len(LENGTHS))
            print(f"| {encoding} | {name} | " + " | ".join(f"{share:.2f}" for share in shares) + f" | {spent:.1f} |")


if __name__ == "__main__":
    main()
