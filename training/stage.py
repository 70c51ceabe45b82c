"""A stage of training: questions, each with sentences that look like answers and are none, as one file."""

from __future__ import annotations

import argparse
import json
import random
from collections import Counter, defaultdict
from collections.abc import Sequence
from math import log
from pathlib import Path
from zlib import crc32

from examples import PUBLIC_SETS, Example, Text, file_name, public, read_lines
from povqa.index.tokens import tokens
from written import written

Mined = dict[tuple[str, str], list[tuple[int, int]]]  # by article and question
BESIDE = 2  # of the lexically nearest, where the reader's own errors are known
TRANSLATED = 2500  # questions of the translated set with an answer, and as many without


class Hard:
    """BM25 over all sentences of a set of texts: the lexically nearest sentences of other texts."""

    def __init__(self, texts: Sequence[Text]) -> None:
        self.sentences = [(t, n) for t, text in enumerate(texts) for n in range(len(text.sentences))]
        self.texts = texts
        self.postings: dict[str, list[tuple[int, int]]] = defaultdict(list)
        self.lengths = []
        for i, (t, n) in enumerate(self.sentences):
            counts = Counter(tokens(texts[t].sentences[n]))
            self.lengths.append(sum(counts.values()))
            for token, count in counts.items():
                self.postings[token].append((i, count))
        self.mean = sum(self.lengths) / max(1, len(self.lengths))

    def nearest(self, question: str, most: int) -> list[tuple[int, int]]:
        """(text, sentence) numbers, nearest first."""
        scores: dict[int, float] = defaultdict(float)
        for token in set(tokens(question)):
            found = self.postings.get(token, ())
            if len(found) > 0.05 * len(self.sentences):
                continue
            weight = log(1 + (len(self.sentences) - len(found) + 0.5) / (len(found) + 0.5))
            for i, count in found:
                scores[i] += weight * count * 2.2 / (count + 1.2 * (0.25 + 0.75 * self.lengths[i] / self.mean))
        return [self.sentences[i] for i in sorted(scores, key=lambda i: (-scores[i], i))[:most]]


def is_validation(text_id: str) -> bool:
    """Whether the article is kept for validation: one in eight, by its id."""
    return crc32(text_id.encode()) % 8 == 0


def mine(examples: Sequence[Example], most: int = 8) -> list[list[tuple[int, int]]]:
    """For each question, hard sentences of other texts that hold none of its short answers.

    :return: (text, sentence) numbers into the list of texts in the order of their first question.
    """
    texts = list({example.text.id: example.text for example in examples}.values())
    hard = Hard(texts)
    found = []
    for example in examples:
        short = {example.text.sentences[n][a:b] for n, spans in example.answers.items() for a, b in spans}
        kept = []
        for t, n in hard.nearest(example.question, 4 * most):
            if texts[t] is not example.text and not any(answer in texts[t].sentences[n] for answer in short):
                kept.append((t, n))
        found.append(kept[:most])
    return found


def read_mined(path: Path, texts: Sequence[Text]) -> Mined:
    """What mine.py wrote, as (text, sentence) numbers into the list of texts."""
    place = {
        file_name(text.id): (t, {sentence: n for n, sentence in enumerate(text.sentences)})
        for t, text in enumerate(texts)
    }
    mined: Mined = {}
    for row in read_lines(path):
        found: list[tuple[str, str]] = row["negatives"]  # type: ignore[assignment]
        at = [(place[name][0], place[name][1].get(sentence)) for name, sentence in found if name in place]
        mined[str(row["article"]), str(row["question"])] = [(t, n) for t, n in at if n is not None]
    return mined


def save_stage(examples: Sequence[Example], path: Path, mined_by_reader: Path | None = None) -> None:
    texts = list({example.text.id: example.text for example in examples}.values())
    number = {text.id: i for i, text in enumerate(texts)}
    mined = read_mined(mined_by_reader, texts) if mined_by_reader else {}
    rows = [
        {
            "q": e.question,
            "t": number[e.text.id],
            "a": {str(k): v for k, v in e.answers.items()},
            "k": e.kind,
            "x": e.tempting,
            "n": _both(mined.get((e.text.id, e.question), []), n),
        }
        for e, n in zip(examples, mine(examples), strict=True)
    ]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(
        json.dumps(
            {"texts": [[t.id, t.header, t.sentences, t.places] for t in texts], "questions": rows}, ensure_ascii=False
        )
    )


def _both(by_reader: list[tuple[int, int]], by_words: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The reader's own errors and, beside them, some of the lexically nearest."""
    return list(dict.fromkeys(by_reader + by_words[:BESIDE])) if by_reader else by_words


def public_examples(folder: Path, most: int, rng: random.Random) -> list[Example]:
    """CMRC 2018, and of the translated SQuAD 2.0 as many questions with an answer as without; at most `most` of all."""
    found = [example for name in PUBLIC_SETS[:2] for example in public(folder, name)]
    translated = list(public(folder, PUBLIC_SETS[2]))
    for wanted in (True, False):
        found += rng.sample([e for e in translated if bool(e.answers) is wanted], TRANSLATED)
    return rng.sample(found, min(most, len(found)))


def load_stage(path: Path) -> list[tuple[Example, list[tuple[Example, int]]]]:
    """Questions, each with its hard negatives as (a bare example of their text, sentence)."""
    data = json.loads(path.read_text())
    texts = [Text(i, header, tuple(sentences), tuple(places)) for i, header, sentences, places in data["texts"]]
    bare = [Example("", text, {}) for text in texts]
    stage = []
    for row in data["questions"]:
        answers = {int(k): tuple((a, b) for a, b in v) for k, v in row["a"].items()}
        example = Example(row["q"], texts[row["t"]], answers, row["k"], row["x"])
        stage.append((example, [(bare[t], n) for t, n in row["n"]]))
    return stage


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--qa", type=Path, required=True, help="the folder of public sets")
    parser.add_argument("--articles", type=Path, help="the folder of articles that the written questions are about")
    parser.add_argument("--public", type=int, default=10**6, help="questions of the public sets, at most")
    parser.add_argument("--repeat", type=int, default=2, help="how often each written question stands in the stage")
    parser.add_argument("--mined", type=Path, help="negatives that the reader mined (mine.py)")
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    rng = random.Random(3)
    examples = public_examples(options.qa, options.public, rng)
    count = len(examples)
    if options.articles:
        examples += [example for example in written(options.articles) if not is_validation(example.text.id)]
    save_stage(examples, options.out, options.mined)
    data = json.loads(options.out.read_text(encoding="utf-8"))
    data["questions"] = data["questions"][:count] + data["questions"][count:] * options.repeat
    options.out.write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")
    print(f"{count} public questions, {len(examples) - count} written")


if __name__ == "__main__":
    main()
