"""The questions written for this project, over articles that are not part of it.

`questions.jsonl` holds a question a line: the article's id, the question (a follow-up behind the questions before it,
` || ` between them), its kind, the short answers, and where the evidence stands: [start, end) offsets into the stored
text of the article, white space removed. The articles themselves are not committed.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from pathlib import Path

from examples import Example, Text, read_lines
from povqa.corpus.cleaning import clean
from povqa.reader.windows import header
from povqa.text.normalise import normalise
from povqa.text.sentences import split_sentences
from povqa.types import Article, RawDocument

QUESTIONS = Path(__file__).with_name("questions.jsonl")
# Where a name begins is known only behind another: 定陶区冉堌镇朱楼村.
_PLACE = re.compile("(?<=[省市县区州镇乡])[一-鿿]{2,3}?(?:自治县|县|区|镇|乡|村)")
_SUFFIX = re.compile("(?:自治州|自治县|省|市|县|区|州|盟|旗|镇|乡|村)$")
_NOT_NAMES = frozenset(
    [
        "中国",
        "我国",
        "全国",
        "全省",
        "全市",
        "全县",
        "全村",
        "全镇",
        "农村",
        "山区",
        "社区",
        "景区",
        "地区",
        "贫困县",
        "贫困村",
    ]
)
_BROADCAST_DATE = re.compile(r"^XWLB-VIDE.*?(1\d|2\d)(0\d|1[0-2])([0-3]\d)$")


def stored(folder: Path) -> Iterator[RawDocument]:
    """Every article of the folder as it is stored: the numbered files, then the pool."""
    with (folder / "index.tsv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file, delimiter="\t"):
            path = folder / f"{row['NNN']}.txt"
            if path.exists():
                yield RawDocument(row["NNN"], path.name, path.read_text(encoding="utf-8"))
    for row in read_lines(folder / "pool.jsonl"):
        pid = str(row["pid"])
        date = _BROADCAST_DATE.match(pid)
        published = f"20{date[1]}-{date[2]}-{date[3]}" if date else None
        yield RawDocument(pid, pid, str(row["text"]), title=str(row["title"]) or None, published=published)


def places_in(article: Article) -> tuple[str, ...]:
    """Names of places as a question may write them, the longest first: 临沭县, 临沭."""
    import rjieba

    body = f"{article.title}\n{article.text}"
    tagged = {word for word, tag in rjieba.tag(body) if tag == "ns"}
    names: set[str] = set()
    for name in {*article.place, *_PLACE.findall(body), *tagged} - _NOT_NAMES:
        names |= {form for form in (name, _SUFFIX.sub("", name)) if len(form) >= 2}
    return tuple(sorted(map(normalise, names), key=lambda name: (-len(name), name)))


def as_text(article: Article) -> Text:
    folded = normalise(article.text)
    sentences = tuple(folded[a:b] for a, b in split_sentences(article.text))
    return Text(
        article.id, normalise(header(article.title, article.place, article.published)), sentences, places_in(article)
    )


def squash(text: str) -> str:
    return re.sub(r"\s+", "", text)


def written(folder: Path, questions: Path = QUESTIONS) -> Iterator[Example]:
    """The written questions, over the articles as cleaning leaves them; one whose evidence was dropped is left out."""
    texts: dict[str, tuple[str, Text, list[str]]] = {}
    wanted = {str(row["article"]) for row in read_lines(questions)}
    for raw in stored(folder):
        if raw.id in wanted:
            text = as_text(clean(raw).article)
            whole = squash(raw.text if raw.title is None else f"{raw.title}\n{raw.text}")
            texts[raw.id] = (normalise(whole), text, [squash(sentence) for sentence in text.sentences])
    for row in read_lines(questions):
        whole, text, squashed = texts[str(row["article"])]
        places: list[tuple[int, int]] = row["evidence"]  # type: ignore[assignment]
        numbers = []
        for start, end in places:
            evidence = whole[start:end]
            numbers += [n for n, own in enumerate(squashed) if len(own) > 5 and (own in evidence or evidence in own)]
        if not numbers:
            continue
        question = normalise(str(row["question"]))
        answers: list[str] = row["answers"]  # type: ignore[assignment]
        if not answers:
            yield Example(question, text, {}, str(row["kind"]), numbers[0])
            continue
        found: dict[int, list[tuple[int, int]]] = {}
        missing = 0
        for answer in map(normalise, answers):
            at = [(n, text.sentences[n].find(answer)) for n in dict.fromkeys(numbers) if answer in text.sentences[n]]
            missing += not at
            for n, start in at:
                found.setdefault(n, []).append((start, start + len(answer)))
        if found and missing <= len(answers) // 4:
            yield Example(
                question, text, {n: tuple(sorted(set(spans))) for n, spans in found.items()}, str(row["kind"])
            )
