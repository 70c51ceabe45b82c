"""Hard negatives: what the reader of the last training takes for an answer among the texts that it is trained on.

The corpus is the training articles, so that the candidates are those of retrieval as it is in use. A sentence that
holds the short answer, or that answers from another article all too well, is left out: it may be right. With `--news`
the corpus is other news, which never spoke of the place that the question names: what one meets in a large corpus.
"""

from __future__ import annotations

import argparse
import json
import random
import time
from pathlib import Path

from examples import Example, file_name
from fit import NEWS, write_corpus, write_news
from povqa.config import Settings
from povqa.engine import Povqa
from povqa.reader.judge import Candidate
from povqa.text.normalise import normalise
from stage import is_validation
from written import written

READ = 12  # of the candidates, the best: some five windows
KEPT = 4  # negatives a question
LEAST = -6.0  # log odds below which a sentence teaches nothing
KEPT_ELSEWHERE, LEAST_ELSEWHERE = 3, -4.0  # the same for a corpus without the question's article
ALIKE = 1.0  # log odds from which a sentence of another article may well answer
TEXTS = 41_300  # of the news, those behind what fit.py puts beside the validation articles
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


def elsewhere(example: Example, candidates: list[Candidate], names: dict[int, str]) -> list[tuple[str, str]]:
    """As `negatives`, for a corpus without the question's article: sentences of articles without the place it names."""
    strange = [candidate for candidate in candidates if candidate.features["stranger"]]
    short = {example.text.sentences[n][a:b] for n, spans in example.answers.items() for a, b in spans}
    found = [
        (names[c.ordinal], normalise(c.text))
        for c in sorted(strange, key=lambda c: -c.reading.logit)
        if c.reading.logit > LEAST_ELSEWHERE
    ]
    return [(name, text) for name, text in found if not any(answer in text for answer in short)][:KEPT_ELSEWHERE]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--articles", type=Path, required=True)
    parser.add_argument("--news", type=Path, help="a folder of news-*.jsonl.gz: mine there")
    parser.add_argument("--work", type=Path, required=True, help="where the corpus and its index go")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--minutes", type=float, default=1e9, help="questions in random order until this time is over")
    options = parser.parse_args()
    corpus = options.work / ("news" if options.news else "training")
    if not options.news:
        write_corpus(options.articles, corpus, kept=lambda article: not is_validation(article))
    elif not corpus.exists():
        write_news(options.news, corpus, NEWS, TEXTS)
    index = corpus.with_name(f"{corpus.name}-index")
    engine = Povqa.open(Settings(corpus=corpus.resolve(), index=index.resolve(), threads=2))
    names = {ordinal: engine.index.article(ordinal).id for ordinal in range(engine.index.manifest.articles)}
    examples = [example for example in written(options.articles) if not is_validation(example.text.id)]
    random.Random(3).shuffle(examples)
    begun, told = time.time(), set()
    with options.out.open("w", encoding="utf-8") as file:
        for example in examples:
            if time.time() - begun > 60 * options.minutes:
                break
            *history, question = example.question.split(_CHAIN)
            query = engine.understand(question, history)
            candidates = engine.asker.judge.judge(query, engine.asker.retrieve(query), READ)
            kept = (elsewhere if options.news else negatives)(example, candidates, names)
            views = {names[c.ordinal]: engine.asker.judge.view(c.ordinal) for c in candidates} if options.news else {}
            rows = [
                {"text": name, "header": views[name].header, "sentences": views[name].sentences}
                for name, _ in kept
                if name in views and name not in told
            ]
            told |= {str(row["text"]) for row in rows}
            rows.append({"article": example.text.id, "question": example.question, "negatives": kept})
            file.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


if __name__ == "__main__":
    main()
