"""Hard negatives: what the reader of the last training takes for an answer among the texts that it is trained on.

The corpus is the training articles, so that the candidates are those of retrieval as it is in use. A sentence that
holds the short answer, or that answers from another article all too well, is left out: it may be right.
"""

from __future__ import annotations

import argparse
import json
import random
import time
from pathlib import Path

from examples import Example, file_name
from fit import write_corpus
from povqa.config import Settings
from povqa.engine import Povqa
from povqa.reader.judge import Candidate
from povqa.text.normalise import normalise
from stage import is_validation
from written import written

READ = 12  # of the candidates, the best: some five windows
KEPT = 4  # negatives a question
LEAST = -6.0  # log odds below which a sentence teaches nothing
ALIKE = 1.0  # log odds from which a sentence of another article may well answer
_FACTS = ("number", "date", "person", "place", "organisation")
_CHAIN = " || "


def negatives(example: Example, candidates: list[Candidate], names: dict[int, str]) -> list[tuple[str, str]]:
    """(article, sentence as the reader saw it), the likeliest first."""
    own = file_name(example.text.id)
    right = {example.text.sentences[n] for n in example.answers}
    short = {example.text.sentences[n][a:b] for n, spans in example.answers.items() for a, b in spans}
    found = []
    for candidate in sorted(candidates, key=lambda c: -c.reading.logit):
        text = normalise(candidate.text)
        strange = names[candidate.ordinal] != own
        doubtful = strange and candidate.reading.logit > ALIKE and (not short or example.kind not in _FACTS)
        if candidate.reading.logit < LEAST or text in right or doubtful:
            continue
        if strange and any(answer in text for answer in short):
            continue
        found.append((names[candidate.ordinal], text))
    return found[:KEPT]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--articles", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True, help="where the training corpus and its index go")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--minutes", type=float, default=1e9, help="questions in random order until this time is over")
    options = parser.parse_args()
    corpus = options.work / "training"
    write_corpus(options.articles, corpus, kept=lambda article: not is_validation(article))
    engine = Povqa.open(Settings(corpus=corpus.resolve(), index=(options.work / "training-index").resolve(), threads=2))
    names = {ordinal: engine.index.article(ordinal).id for ordinal in range(engine.index.manifest.articles)}
    examples = [example for example in written(options.articles) if not is_validation(example.text.id)]
    random.Random(3).shuffle(examples)
    begun = time.time()
    with options.out.open("w", encoding="utf-8") as file:
        for example in examples:
            if time.time() - begun > 60 * options.minutes:
                break
            *history, question = example.question.split(_CHAIN)
            query = engine.understand(question, history)
            candidates = engine.asker.judge.judge(query, engine.asker.retrieve(query), READ)
            row = {"article": example.text.id, "question": example.question}
            row |= {"negatives": negatives(example, candidates, names)}
            file.write(json.dumps(row, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
