"""Which library finds the article in a news page: characters, title, date, source, author, and processor time.

    python benchmarks/html_extraction.py ../shared/articles

Every article of the folder is put into nine site layouts (news_pages.py). A library that is not installed is left out.
"""

from __future__ import annotations

import argparse
import re
import sys
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from statistics import mean, median

sys.path.insert(0, str(Path(__file__).parent))

from news_pages import MadePage, make_pages
from povqa.corpus.cleaning import clean
from povqa.corpus.header import find_date
from povqa.corpus.readers import decode, read_data
from povqa.types import RawDocument

GRAM = 8


@dataclass(frozen=True, slots=True)
class Found:
    """What a library makes of a page; None where it does not look for it."""

    text: str
    title: str | None = None
    published: str | None = None
    source: str | None = None
    author: str | None = None


Extractor = Callable[[bytes], Found]


def decoded(data: bytes) -> str:
    result = decode(data)
    assert result is not None
    return result[0]


def by_trafilatura(**options: bool) -> Extractor:
    import trafilatura

    def extract(data: bytes) -> Found:
        page = trafilatura.bare_extraction(decoded(data), with_metadata=True, include_comments=False, **options)
        if page is None:
            return Found("")
        return Found(page.text or "", page.title, page.date, page.sitename, page.author)

    return extract


def by_resiliparse(data: bytes) -> Found:
    from resiliparse.extract.html2text import extract_plain_text

    return Found(extract_plain_text(decoded(data), main_content=True, comments=False, alt_texts=False))


def by_gne(data: bytes) -> Found:
    found = gne_extractor().extract(decoded(data))
    return Found(found["content"], found["title"], find_date(found["publish_time"]), None, found["author"])


@cache
def gne_extractor():  # noqa: ANN201
    from gne import GeneralNewsExtractor

    return GeneralNewsExtractor()


def by_magic_html(data: bytes) -> Found:
    import lxml.html

    found = magic_extractor().extract(decoded(data), base_url="https://news.example.com/")
    body = lxml.html.fromstring(found["html"] or "<p></p>")
    return Found("\n".join(body.itertext()), found.get("title"))


@cache
def magic_extractor():  # noqa: ANN201
    from magic_html import GeneralExtractor

    return GeneralExtractor()


def by_povqa_reader(data: bytes) -> Found:
    return of_raw(read_data(data, ".html", "a.html", "a"))


def of_raw(raw: RawDocument) -> Found:
    return Found(raw.text, raw.title, raw.published, raw.source, raw.author)


def by_povqa(data: bytes) -> Found:
    article = clean(read_data(data, ".html", "a.html", "a")).article
    return Found(article.text, article.title, article.published, article.source, article.author)


def contestants() -> dict[str, Extractor]:
    found: dict[str, Extractor] = {}
    if find_spec("trafilatura"):
        found["trafilatura"] = by_trafilatura()
        found["trafilatura, precision"] = by_trafilatura(favor_precision=True)
        found["trafilatura, recall"] = by_trafilatura(favor_recall=True)
    for name, module, extractor in (
        ("resiliparse", "resiliparse", by_resiliparse),
        ("gne", "gne", by_gne),
        ("magic-html", "magic_html", by_magic_html),
    ):
        if find_spec(module):
            found[name] = extractor
        else:
            print(f"{name} is not installed and left out", file=sys.stderr)
    return found | {"povqa's reader": by_povqa_reader, "the same, cleaned": by_povqa}


def squeezed(text: str) -> str:
    return re.sub(r"\s", "", text)


def covered(text: str, other: str) -> int:
    """How many characters of `text` stand in one of its runs of eight that `other` has too."""
    grams = {other[place : place + GRAM] for place in range(len(other) - GRAM + 1)}
    marks = bytearray(len(text))
    for place in range(len(text) - GRAM + 1):
        if text[place : place + GRAM] in grams:
            marks[place : place + GRAM] = b"\1" * GRAM
    return sum(marks)


def scores(page: MadePage, found: Found) -> dict[str, float]:
    truth, text = squeezed(page.text), squeezed(found.text)
    title = squeezed(page.title)
    if text.startswith(title) and not truth.startswith(title):
        text = text[len(title) :]  # some give the title with the text: that is no fault
    result = {
        "precision": covered(text, truth) / len(text) if text else 0.0,
        "recall": covered(truth, text) / len(truth),
        "title": float(squeezed(found.title or "") == title),
        "date": float(found.published == page.published),
        "source": float(squeezed(found.source or "") == squeezed(page.source)),
    }
    if page.author:
        names = set(re.findall(r"\w+", page.author))
        result["author"] = float(set(re.findall(r"\w+", found.author or "")) == names)
    return result


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, nargs="?", default=Path("seeds"), help="a folder of articles")
    parser.add_argument("--most", type=int, help="use only so many articles")
    parser.add_argument("--library", action="append", default=[], help="only this library (may be repeated)")
    parser.add_argument("--layout", action="append", default=[], help="only this layout (may be repeated)")
    options = parser.parse_args()
    pages = list(make_pages(options.folder, options.layout, options.most))
    print(f"{len(pages)} pages\n")
    overall, by_layout = [], []
    for name, extract in contestants().items():
        if options.library and name not in options.library:
            continue
        rows: dict[str, list[dict[str, float]]] = defaultdict(list)
        times = []
        extract(pages[0].data)
        for page in pages:
            start = time.process_time()
            found = extract(page.data)
            times.append(1000 * (time.process_time() - start))
            rows[page.layout].append(scores(page, found))
        every = [row for some in rows.values() for row in some]
        columns = [mean(row[key] for row in every if key in row) for key in ("precision", "recall")]
        columns.append(2 * columns[0] * columns[1] / max(sum(columns), 1e-9))
        columns += [mean(row[key] for row in every if key in row) for key in ("title", "date", "source", "author")]
        overall.append(f"| {name} | " + " | ".join(f"{value:.3f}" for value in columns) + f" | {median(times):.1f} |")
        cells = [
            f"{mean(r['precision'] for r in some):.2f}/{mean(r['recall'] for r in some):.2f}" for some in rows.values()
        ]
        by_layout.append(f"| {name} | " + " | ".join(cells) + " |")
    print("| library | precision | recall | F1 | title | date | source | author | CPU ms a page |")
    print("|---|---|---|---|---|---|---|---|---|")
    print("\n".join(overall))
    names = list(dict.fromkeys(page.layout for page in pages))
    print("\nprecision/recall by layout\n")
    print("| library | " + " | ".join(names) + " |")
    print("|---|" + "---|" * len(names))
    print("\n".join(by_layout))


if __name__ == "__main__":
    main()
