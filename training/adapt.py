"""Learn the matrix that moves a question's vector (encoder/adapter.py): InfoNCE over all chunks of the training texts.

Prints how often a chunk that answers is among the first k, on the validation articles, before and after.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from examples import file_name
from fit import Asked, is_evidence, opened, questions
from povqa.config import DEFAULT_ENCODER
from povqa.encoder.adapter import file_of
from povqa.engine import Povqa
from povqa.retrieval import dense_text
from stage import is_validation

TEMPERATURE = 0.005  # far below the usual 0.05: this encoder's cosines all lie between 0.7 and 0.9
RATE, DECAY, EPOCHS, BATCH = 1e-3, 1e-2, 12, 256
FIRST = (1, 3, 10, 40)

Vectors = NDArray[np.float32]


def pairs(engine: Povqa, asked: Sequence[Asked]) -> tuple[Vectors, Vectors, list[list[int]]]:
    """Questions' vectors (n, dim), chunks' vectors (m, dim), for each question the chunks that hold its evidence."""
    index, encoder = engine.index, engine.encoder
    assert encoder is not None
    by_name = {index.article(ordinal).id: ordinal for ordinal in range(index.manifest.articles)}
    vectors, answers = [], []
    for one in asked:
        ordinal = by_name.get(file_name(one.article))
        if ordinal is None:
            continue
        own = [n for n in index.sentences_of(ordinal) if is_evidence(index.sentence_text(n), one)]
        if own:
            query = engine.understand(one.question, one.history)
            vectors.append(encoder.encode_query(dense_text(query.normalised)))
            answers.append(sorted({int(index.chunk_of(n)) for n in own}))
    return np.array(vectors), index.dense.rows(np.arange(index.manifest.chunks)), answers


def learn(asked: Tensor, chunks: Tensor, answers: Sequence[Sequence[int]]) -> Tensor:
    """The matrix (dim, dim): a question's vector plus its product with it lies near the chunks that answer."""
    matrix = torch.zeros(asked.shape[1], asked.shape[1], requires_grad=True)
    optimiser = torch.optim.AdamW([matrix], lr=RATE, weight_decay=DECAY)
    order = list(range(len(asked)))
    steps, done = EPOCHS * (len(order) // BATCH), 0
    for epoch in range(EPOCHS):
        random.Random(epoch).shuffle(order)
        for start in range(0, len(order) - BATCH + 1, BATCH):
            batch = order[start : start + BATCH]
            rows = asked[batch]
            scores = (rows + rows @ matrix) @ chunks.T / TEMPERATURE
            right = torch.full_like(scores, -1e4)
            for row, number in enumerate(batch):
                right[row, answers[number]] = 0
            loss = (torch.logsumexp(scores, 1) - torch.logsumexp(scores + right, 1)).mean()
            for part in optimiser.param_groups:
                part["lr"] = RATE * (1 - done / steps)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            done += 1
    return matrix.detach()


def recall(asked: Vectors, chunks: Vectors, answers: Sequence[Sequence[int]]) -> str:
    order = np.argsort(-(asked @ chunks.T), axis=1)
    ranks = np.array([np.flatnonzero(np.isin(row, own))[0] for row, own in zip(order, answers, strict=True)])
    return ", ".join(f"first {k}: {(ranks < k).mean():.3f}" for k in FIRST)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--articles", type=Path, required=True, help="the folder of training articles")
    parser.add_argument("--work", type=Path, required=True, help="where the corpora and their indexes go")
    options = parser.parse_args()
    torch.manual_seed(3)
    training = opened(options.articles, options.work, "training", lambda article: not is_validation(article))
    everything = [one for one in questions(options.articles, lambda article: True) if one.evidence]
    asked, chunks, answers = pairs(training, everything)
    print(f"{len(asked)} questions over {len(chunks)} chunks")
    matrix = learn(torch.from_numpy(asked), torch.from_numpy(chunks), answers).numpy()
    path = file_of(DEFAULT_ENCODER)
    path.parent.mkdir(exist_ok=True)
    np.save(path, matrix.astype(np.float16))
    validation = opened(options.articles, options.work, "validation", is_validation)
    asked, chunks, answers = pairs(validation, everything)
    print(f"{len(asked)} validation questions, {len(chunks)} chunks; before: {recall(asked, chunks, answers)}")
    print(f"after: {recall(asked + asked @ matrix, chunks, answers)}")


if __name__ == "__main__":
    main()
