"""Train the reader. Stops and resumes at any step: `python training/train.py --help`."""

from __future__ import annotations

import argparse
import copy
import json
import random
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812 - its usual name
from augment import vary
from examples import Example
from model import ReaderModel
from stage import load_stage
from tokenizers import Tokenizer
from torch import Tensor

from povqa.reader.windows import Batch, Window, encode, spans, window

LENGTHS = (96, 128, 160, 192, 256)  # a new shape compiles new kernels, so few occur
NULL = 0.0  # the logit of "no sentence answers": a sentence above it is likelier than none

Marks = list[tuple[tuple[int, int], ...] | None]
Item = tuple[Batch, list[Window], list[Marks]]


def context(example: Example, number: int, rng: random.Random) -> tuple[int, int]:
    """A window that holds sentence `number`, most often as answering would cut it, else with other neighbours."""
    lengths = [len(sentence) for sentence in example.text.sentences]
    if rng.random() < 0.3:
        extra = [n for n in range(number - 3, number + 4) if 0 <= n < len(lengths) and rng.random() < 0.4]
        cuts = spans(lengths, [number, *extra])
    else:
        cuts = spans(lengths, [number])
    return next((a, b) for a, b in cuts if a <= number < b)


def windows_of(example: Example, negatives: list[tuple[Example, int]], rng: random.Random, most: int) -> list[tuple[Window, Marks]]:
    """Windows with, for each sentence, the spans of its short answers (None: it does not answer)."""
    chosen: list[tuple[Example, int, int]] = []
    wanted = list(example.answers) or ([example.tempting] if example.tempting is not None else [])
    rng.shuffle(wanted)
    for number in wanted[:2]:
        if not any(text is example and a <= number < b for text, a, b in chosen):
            chosen.append((example, *context(example, number, rng)))
    own = [n for n in range(len(example.text.sentences)) if not any(a <= n < b for _, a, b in chosen)]
    candidates = [(example, n) for n in rng.sample(own, min(len(own), 2))] + negatives
    for text, number in candidates:
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


def loss_of(judged: Tensor, marked: Tensor, labels: Tensor, token_labels: Tensor, group: Tensor, body: Tensor) -> dict[str, Tensor]:
    """Three losses: which sentence of the question's (or none), whether each does, and which tokens.

    The first is a softmax over all sentences of a question and a null of logit 0, as in Rajpurkar et al. 2018 (SQuAD 2.0).
    """
    real, positive = labels >= 0, labels == 1
    flat = judged.float()
    yes_no = F.binary_cross_entropy_with_logits(flat[real], positive[real].float())
    pick = []
    for g in range(int(group.max()) + 1):
        rows = group == g
        scores = torch.cat([flat[rows][real[rows]], flat.new_full((1,), NULL)])
        right = torch.cat([positive[rows][real[rows]], positive.new_full((1,), not bool(positive[rows].any()))])
        pick.append(torch.logsumexp(scores, 0) - torch.logsumexp(scores[right], 0))
    has = token_labels[..., 2].sum(-1) > 0
    ends = flat.new_zeros(())
    inside = flat.new_zeros(())
    if bool(has.any()):
        logits, wanted, own = marked[has].float(), token_labels[has], body[has]
        for kind in (0, 1):
            scores = logits[..., kind].masked_fill(~own, -1e4)
            share = wanted[..., kind] / wanted[..., kind].sum(-1, keepdim=True)
            ends = ends - (F.log_softmax(scores, -1) * share).sum(-1).mean() / 2
        inside = F.binary_cross_entropy_with_logits(logits[..., 2][own], wanted[..., 2][own])
    return {"pick": torch.stack(pick).mean(), "yes_no": yes_no, "ends": ends, "inside": inside}


WEIGHTS = {"pick": 1.0, "yes_no": 1.0, "ends": 1.0, "inside": 2.0}


def batches(stage: list[tuple[Example, list[tuple[Example, int]]]], tokenizer: Tokenizer, seed: int, budget: int, most: int) -> Iterator[list[Item]]:
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


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--encoder", type=Path, required=True, help="the model folder that training starts from")
    parser.add_argument("--stage", type=Path, required=True, help="questions with their negatives (stage.py)")
    parser.add_argument("--start", type=Path, help="weights of an earlier stage")
    parser.add_argument("--out", type=Path, required=True, help="checkpoints and the log; resumed if it holds one")
    parser.add_argument("--steps", type=int, required=True)
    parser.add_argument("--minutes", type=float, default=1e9, help="the schedule ends after this time instead, if sooner")
    parser.add_argument("--rate", type=float, default=8e-5)
    parser.add_argument("--final", type=float, default=0.03, help="the share of the rate that is left at the end")
    parser.add_argument("--budget", type=int, default=6144, help="tokens a step")
    parser.add_argument("--windows", type=int, default=3, help="windows a question")
    parser.add_argument("--freeze", type=int, default=0, help="lowest layers that stay as they are")
    parser.add_argument("--seed", type=int, default=7)
    options = parser.parse_args()

    torch.manual_seed(options.seed)
    options.out.mkdir(parents=True, exist_ok=True)
    tokenizer = Tokenizer.from_file(str(options.encoder / "tokenizer.json"))
    model = ReaderModel(options.encoder)
    if options.start:
        model.load_state_dict(torch.load(options.start, weights_only=True))
    for name, parameter in model.named_parameters():
        layer = int(name.split("layer.")[1].split(".")[0]) if "encoder.layer." in name else -1
        parameter.requires_grad = not ("embeddings" in name or (name.startswith("bert") and 0 <= layer < options.freeze))
    for module in model.modules():
        if isinstance(module, torch.nn.Dropout):
            module.p = 0.0
    # The sums run in bfloat16, a third faster here than autocast; what is learnt gathers in float32.
    worker = copy.deepcopy(model).to(torch.bfloat16).train()
    pairs = [(ours, theirs) for ours, theirs in zip(model.parameters(), worker.parameters(), strict=True) if ours.requires_grad]
    body = [p for n, p in model.named_parameters() if p.requires_grad and n.startswith("bert")]
    heads = [p for n, p in model.named_parameters() if p.requires_grad and not n.startswith("bert")]
    optimiser = torch.optim.AdamW([{"params": body, "scale": 1.0}, {"params": heads, "scale": 5.0}], lr=options.rate, weight_decay=0.01, fused=True, betas=(0.9, 0.98))
    step, spent = 0, 0.0
    checkpoint = options.out / "checkpoint.pt"
    if checkpoint.exists():
        saved = torch.load(checkpoint, weights_only=True)
        model.load_state_dict(saved["model"])
        worker.load_state_dict(saved["model"])
        optimiser.load_state_dict(saved["optimiser"])
        step, spent = saved["step"], saved["spent"]
    source = batches(load_stage(options.stage), tokenizer, options.seed + step, options.budget, options.windows)
    begun = time.time() - spent
    sums: dict[str, float] = {}
    questions = 0
    tokens = 0
    while step < options.steps:
        progress = max(step / options.steps, (time.time() - begun) / 60 / options.minutes)
        if progress >= 1:
            break
        warm = min(1.0, (step + 1) / 60)
        for part in optimiser.param_groups:
            part["lr"] = options.rate * part["scale"] * warm * (1 - progress * (1 - options.final))
        items = next(source)
        input_ids, attention, pooling, labels, token_labels, group = collate(items)
        judged, marked = worker(input_ids, attention, pooling)
        losses = loss_of(judged, marked, labels, token_labels, group, pooling.sum(1) > 0)
        total = sum((WEIGHTS[name] * value for name, value in losses.items()), torch.zeros(()))
        total.backward()
        for ours, theirs in pairs:
            ours.grad = None if theirs.grad is None else theirs.grad.float()
            theirs.grad = None
        torch.nn.utils.clip_grad_norm_([ours for ours, _ in pairs], 1.0)
        optimiser.step()
        with torch.no_grad():
            torch._foreach_copy_([theirs for _, theirs in pairs], [ours for ours, _ in pairs])
        step += 1
        questions += len(items)
        tokens += int(input_ids.numel())
        for name, value in losses.items():
            sums[name] = sums.get(name, 0.0) + float(value.detach())
        if step % 25 == 0:
            row = {name: round(value / 25, 4) for name, value in sums.items()}
            seconds = time.time() - begun
            line = {"step": step, **row, "questions": questions, "minutes": round(seconds / 60, 2), "tokens_per_second": round(tokens / (seconds - spent))}
            with (options.out / "log.jsonl").open("a") as log:
                log.write(json.dumps(line) + "\n")
            print(line, flush=True)
            sums = {}
        if step % 100 == 0:
            torch.save({"model": model.state_dict(), "optimiser": optimiser.state_dict(), "step": step, "spent": time.time() - begun}, checkpoint)
    torch.save(model.state_dict(), options.out / "model.pt")


if __name__ == "__main__":
    main()
