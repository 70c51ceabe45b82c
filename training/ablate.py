"""What each kind of training data is worth: the same short training without it, from the same start, at the same cost.

Prints, on questions over the validation articles: how often the right sentence is first among those of its article and
the lexically nearest of others; how well the highest log odds tell answerable questions from near misses (AUROC); and,
the right sentence given, right short answers and right lists. The float network alone, without the linear models.
"""

from __future__ import annotations

import argparse
import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np
import torch
from sklearn.metrics import roc_auc_score
from tokenizers import Tokenizer

import augment
from augment import Stage
from batches import batches, collate
from examples import Example
from povqa.reader.judge import Candidate
from povqa.reader.model import Reading, readings_of
from povqa.reader.question import kind_of, last_question
from povqa.reader.select import short_answers
from povqa.reader.windows import Window, encode, spans, window
from povqa.types import Query
from stage import Hard, is_validation, load_stage
from train import Trainer
from written import written

NEAREST = 3  # sentences of other articles beside the question's own
LATIN = re.compile("[a-z]{3}")


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of data.

    :param kept: the questions that stay without it.
    :param switched_off: the shares of `augment` that are zero without it.
    :param alone: whether negatives of other texts go.
    """

    kept: Callable[[Example], bool] = lambda _: True
    switched_off: tuple[str, ...] = ()
    alone: bool = False


KINDS = {
    "nothing": Kind(),
    "public sets": Kind(lambda e: "/" not in e.text.id),
    "written near misses": Kind(lambda e: bool(e.answers) or "/" in e.text.id),
    "lists": Kind(lambda e: sum(map(len, e.answers.values())) < 2),
    "how and why, definitions": Kind(lambda e: e.kind not in ("how_why", "definition")),
    "English": Kind(lambda e: not LATIN.search(e.question)),
    "follow-ups": Kind(lambda e: "||" not in e.question),
    "negatives of other texts": Kind(alone=True),
    "other places, years, months": Kind(switched_off=("SWAP_PLACE", "SWAP_YEAR", "DATED")),
    "other articles, no business": Kind(switched_off=("STRANGER", "CHAT")),
    "changes of topic": Kind(switched_off=("BEHIND",)),
    "headlines": Kind(switched_off=("HEADLINE",)),
    "typos, no question mark": Kind(switched_off=("TYPO", "NO_MARK")),
}


def trained(kind: Kind, stage: Stage, tokenizer: Tokenizer, options: argparse.Namespace) -> Trainer:
    """The network after `--steps` steps without a kind of data."""
    torch.manual_seed(7)
    shares = {name: getattr(augment, name) for name in kind.switched_off}
    for name in shares:
        setattr(augment, name, 0.0)
    left = [(example, [] if kind.alone else negatives) for example, negatives in stage if kind.kept(example)]
    trainer = Trainer(options.encoder, options.start, options.rate)
    for step, items in enumerate(islice(batches(left, tokenizer, 7, 6144, 3), options.steps)):
        trainer.learn(collate(items), 1 - step / options.steps)
    for name, share in shares.items():
        setattr(augment, name, share)
    return trainer


def windows_around(example: Example, hard: Hard) -> Iterator[tuple[Example, Window]]:
    """All windows of the question's article, and those around the lexically nearest sentences of others."""
    lengths = [len(sentence) for sentence in example.text.sentences]
    for a, b in spans(lengths, range(len(lengths))):
        yield example, window(example.text.header, example.text.sentences, a, b)
    others = [(t, n) for t, n in hard.nearest(example.question, 40) if hard.texts[t] is not example.text]
    for t, n in others[:NEAREST]:
        text = hard.texts[t]
        ((a, b),) = spans([len(sentence) for sentence in text.sentences], [n])
        yield Example("", text, {}), window(text.header, text.sentences, a, b)


@torch.no_grad()
def readings(trainer: Trainer, tokenizer: Tokenizer, question: str, windows: list[Window]) -> list[list[Reading]]:
    """What the network says of each sentence of each window."""
    batch = encode(tokenizer, question, windows)
    arrays = (batch.input_ids, batch.attention_mask, batch.pooling)
    judged, marked = trainer.worker(*(torch.from_numpy(array) for array in arrays))
    outputs = zip(windows, batch.tokens, judged.float().numpy(), marked.float().numpy(), strict=True)
    return [readings_of(one, tokens, of_sentences, of_tokens) for one, tokens, of_sentences, of_tokens in outputs]


def scores(trainer: Trainer, tokenizer: Tokenizer, asked: list[Example], hard: Hard) -> dict[str, float]:
    """The four figures, each a share of the questions that it applies to."""
    trainer.worker.eval()
    counted: dict[str, list[bool]] = {"first": [], "short": [], "lists": []}
    highest, answerable = [], []
    for example in asked:
        around = list(windows_around(example, hard))
        found = readings(trainer, tokenizer, example.question, [one for _, one in around])
        judged = [
            (
                reading.logit,
                example.answers.get(one.first + place) if owner is example else None,
                reading,
                owner,
                one.first + place,
            )
            for (owner, one), read in zip(around, found, strict=True)
            for place, reading in enumerate(read)
        ]
        highest.append(max(logit for logit, *_ in judged))
        answerable.append(bool(example.answers))
        right = [item for item in judged if item[1]]
        if not right:
            continue
        counted["first"].append(max(judged, key=lambda item: item[0])[1] is not None)
        _, spans_, reading, _, number = right[0]
        text = example.text.sentences[number]
        query = Query(example.question, example.question, kind_of(last_question(example.question)))
        got = (
            {text[a:b] for a, b in short_answers(query, Candidate(0, 0, text, 0, reading))}
            if reading.offsets
            else set()
        )
        counted["lists" if len(spans_ or ()) > 1 else "short"].append(got == {text[a:b] for a, b in spans_ or ()})
    auroc = float(roc_auc_score(answerable, highest))
    return {**{name: float(np.mean(values)) for name, values in counted.items()}, "auroc": auroc}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--encoder", type=Path, required=True, help="the model folder that training starts from")
    parser.add_argument("--start", type=Path, help="weights that every training starts from")
    parser.add_argument("--stage", type=Path, required=True, help="questions with their negatives (stage.py)")
    parser.add_argument("--articles", type=Path, required=True)
    parser.add_argument("--steps", type=int, default=100)
    parser.add_argument("--rate", type=float, default=8e-5)
    parser.add_argument("--questions", type=int, default=500, help="validation questions that are put")
    parser.add_argument("--kinds", nargs="*", default=list(KINDS), choices=list(KINDS))
    options = parser.parse_args()
    tokenizer = Tokenizer.from_file(str(options.encoder / "tokenizer.json"))
    stage = load_stage(options.stage)
    validation = [example for example in written(options.articles) if is_validation(example.text.id)]
    hard = Hard(list({example.text.id: example.text for example in validation}.values()))
    asked = random.Random(7).sample(validation, options.questions)
    for name in options.kinds:
        found = scores(trained(KINDS[name], stage, tokenizer, options), tokenizer, asked, hard)
        print(f"without {name}: " + ", ".join(f"{score} {value:.3f}" for score, value in found.items()), flush=True)


if __name__ == "__main__":
    main()
