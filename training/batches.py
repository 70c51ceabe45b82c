"""From questions to tensors: windows with what answers in them, in groups of one length."""

from __future__ import annotations

import random
from collections.abc import Iterator

import numpy as np
import torch
from tokenizers import Tokenizer
from torch import Tensor

from augment import vary
from examples import Example
from povqa.index.tokens import tokens
from povqa.reader.windows import Batch, Window, encode, spans, window

OTHER_CUT = 0.5  # of the windows, how many are cut around further sentences too
LENGTHS = (96, 128, 160, 192, 256)  # a new shape compiles new kernels, so few occur
HARD_SHARE = 0.75  # of the negatives from the question's own text that are drawn from the HARDEST few
HARDEST = 4
Marks = list[tuple[tuple[int, int], ...] | None]
Item = tuple[Batch, list[Window], list[Marks]]


def context(example: Example, number: int, rng: random.Random) -> tuple[int, int]:
    """A window that holds sentence `number`: cut around it alone, or around others that are to be read as well."""
    lengths = [len(sentence) for sentence in example.text.sentences]
    if rng.random() < OTHER_CUT:
        extra = [n for n in range(number - 3, number + 4) if 0 <= n < len(lengths) and rng.random() < 0.4]
        cuts = spans(lengths, [number, *extra])
    else:
        cuts = spans(lengths, [number])
    return next((a, b) for a, b in cuts if a <= number < b)


def windows_of(
    example: Example, negatives: list[tuple[Example, int]], rng: random.Random, most: int
) -> list[tuple[Window, Marks]]:
    """Windows with, for each sentence, the spans of its short answers (None: it does not answer)."""
    chosen: list[tuple[Example, int, int]] = []
    wanted = list(example.answers) or ([example.tempting] if example.tempting is not None else [])
    rng.shuffle(wanted)
    for number in wanted[:2]:
        if not any(text is example and a <= number < b for text, a, b in chosen):
            chosen.append((example, *context(example, number, rng)))
    own = [n for n in range(len(example.text.sentences)) if not any(a <= n < b for _, a, b in chosen)]
    candidates = [(example, n) for n in _tempting(example, own, rng)]
    if negatives:
        candidates.insert(min(len(candidates), rng.choice((0, 1))), negatives[0])
    for text, number in candidates + negatives[1:]:
        if len(chosen) >= most:
            break
        cut = context(text, number, rng)
        if not any(t.text is text.text and cut[0] < b and a < cut[1] for t, a, b in chosen):
            chosen.append((text, *cut))
    found = []
    for text, a, b in chosen:
        same = text.text is example.text
        marks: Marks = [example.answers.get(n) if same else None for n in range(a, b)]
        found.append((window(text.text.header, text.text.sentences, a, b), marks))
    return found


def _tempting(example: Example, numbers: list[int], rng: random.Random) -> list[int]:
    """Up to three of the sentences: mostly one that shares much with the question, and others at random."""
    if not numbers:
        return []
    asked = set(tokens(example.question))
    near = sorted(numbers, key=lambda n: -len(asked & set(tokens(example.text.sentences[n]))))[:HARDEST]
    picked = [rng.choice(near if rng.random() < HARD_SHARE else numbers) for _ in range(3)]
    return list(dict.fromkeys(picked))


def targets(batch: Batch, marks: list[Marks], windows: list[Window]) -> tuple[np.ndarray, np.ndarray]:
    """Labels of sentences (B, S; -1 where there is none) and of tokens (B, T, 3: start, end, inside)."""
    sentence = np.full(batch.pooling.shape[:2], -1, np.int64)
    token = np.zeros((*batch.input_ids.shape, 3), np.float32)
    for b, one in enumerate(windows):
        for s, (spans_, own) in enumerate(zip(marks[b], batch.tokens[b], strict=True)):
            if not own:
                continue
            sentence[b, s] = spans_ is not None
            at = one.offsets[s][0]
            for start, end in spans_ or ():
                inside = [t for t, x, y in own if x < at + end and y > at + start]
                if inside:
                    token[b, inside[0], 0] = token[b, inside[-1], 1] = 1
                    token[b, inside, 2] = 1
    return sentence, token


def batches(
    stage: list[tuple[Example, list[tuple[Example, int]]]], tokenizer: Tokenizer, seed: int, budget: int, most: int
) -> Iterator[list[Item]]:
    """Groups of questions of about one length, `budget` tokens a group, in random order, for ever."""
    rng = random.Random(seed)
    waiting: dict[int, list[Item]] = {length: [] for length in LENGTHS}
    while True:
        order = list(range(len(stage)))
        rng.shuffle(order)
        for number in order:
            example, negatives = vary(*stage[number], stage, rng)
            picked = rng.sample(negatives, min(len(negatives), most))
            made = windows_of(example, picked, rng, most)
            windows, marks = [w for w, _ in made], [m for _, m in made]
            batch = encode(tokenizer, example.question, windows, step=1)
            length = next(size for size in LENGTHS if batch.input_ids.shape[1] <= size)
            waiting[length].append((batch, windows, marks))
            if sum(len(item[1]) for item in waiting[length]) * length >= budget:
                yield waiting[length]
                waiting[length] = []


def collate(items: list[Item]) -> tuple[Tensor, ...]:
    length = next(size for size in LENGTHS if max(item[0].input_ids.shape[1] for item in items) <= size)
    width = max(item[0].pooling.shape[1] for item in items)
    parts: list[list[np.ndarray]] = [[] for _ in range(5)]
    group: list[int] = []
    for number, (batch, windows, marks) in enumerate(items):
        sentence, token = targets(batch, marks, windows)
        pad = length - batch.input_ids.shape[1]
        tall = width - batch.pooling.shape[1]
        parts[0].append(np.pad(batch.input_ids, ((0, 0), (0, pad)), constant_values=1))
        parts[1].append(np.pad(batch.attention_mask, ((0, 0), (0, pad))))
        parts[2].append(np.pad(batch.pooling, ((0, 0), (0, tall), (0, pad))))
        parts[3].append(np.pad(sentence, ((0, 0), (0, tall)), constant_values=-1))
        parts[4].append(np.pad(token, ((0, 0), (0, pad), (0, 0))))
        group += [number] * len(windows)
    return (*(torch.from_numpy(np.concatenate(part)) for part in parts), torch.tensor(group))
