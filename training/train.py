"""Train the reader. Stops and resumes at any step: `python training/train.py --help`."""

from __future__ import annotations

import argparse
import copy
import json
import time
from pathlib import Path

import torch
import torch.nn.functional as F  # noqa: N812 - its usual name
from tokenizers import Tokenizer
from torch import Tensor

from batches import batches, collate
from model import ReaderModel
from stage import load_stage

NULL = 0.0  # the logit of "no sentence answers": a sentence above it is likelier than none

WEIGHTS = {"pick": 1.0, "yes_no": 1.0, "ends": 1.0, "inside": 5.0, "items": 25.0}
WARM_UP = 60  # steps
REPORT, SAVE = 25, 100  # steps


def loss_of(
    judged: Tensor, marked: Tensor, labels: Tensor, token_labels: Tensor, group: Tensor, body: Tensor
) -> dict[str, Tensor]:
    """The losses: which sentence of the question's (or none), whether each does, and which tokens.

    The first is a softmax over the sentences of a question and a null of logit 0, as Rajpurkar et al. (2018) have it.
    Each right sentence stands in it by itself among the wrong ones: of a list that runs over several, all are wanted.
    """
    real, positive = labels >= 0, labels == 1
    flat = judged.float()
    yes_no = F.binary_cross_entropy_with_logits(flat[real], positive[real].float())
    pick = []
    for g in range(int(group.max()) + 1):
        rows = group == g
        scores = torch.cat([flat[rows][real[rows]], flat.new_full((1,), NULL)])
        right = torch.cat([positive[rows][real[rows]], positive.new_full((1,), not bool(positive[rows].any()))])
        pick.append(F.softplus(torch.logsumexp(scores[~right], 0) - scores[right]).mean())
    has = token_labels[..., 2].sum(-1) > 0
    ends = flat.new_zeros(())
    inside = flat.new_zeros(())
    items = flat.new_zeros(())
    if bool(has.any()):
        logits, wanted, own = marked[has].float(), token_labels[has], body[has]
        for kind in (0, 1):
            scores = logits[..., kind].masked_fill(~own, -1e4)
            share = wanted[..., kind] / wanted[..., kind].sum(-1, keepdim=True)
            ends = ends - (F.log_softmax(scores, -1) * share).sum(-1).mean() / 2
        inside = F.binary_cross_entropy_with_logits(logits[..., 2][own], wanted[..., 2][own])
        items = F.binary_cross_entropy_with_logits(logits[..., 3:][own], wanted[..., :2][own])
    return {"pick": torch.stack(pick).mean(), "yes_no": yes_no, "ends": ends, "inside": inside, "items": items}


class Trainer:
    """A model in training: sums run in bfloat16, a third faster than autocast; what is learnt gathers in float32."""

    def __init__(self, encoder: Path, start: Path | None, rate: float) -> None:
        self.rate = rate
        self.model = ReaderModel(encoder)
        if start:
            self.model.load_state_dict(torch.load(start, weights_only=True))
        for name, parameter in self.model.named_parameters():
            parameter.requires_grad = "embeddings" not in name
        for module in self.model.modules():
            if isinstance(module, torch.nn.Dropout):
                module.p = 0.0
        self.worker = copy.deepcopy(self.model).to(torch.bfloat16).train()
        both = zip(self.model.parameters(), self.worker.parameters(), strict=True)
        self.pairs = [(ours, theirs) for ours, theirs in both if ours.requires_grad]
        learnt = [(name, parameter) for name, parameter in self.model.named_parameters() if parameter.requires_grad]
        body = [parameter for name, parameter in learnt if name.startswith("bert")]
        heads = [parameter for name, parameter in learnt if not name.startswith("bert")]
        parts = [{"params": body, "scale": 1.0}, {"params": heads, "scale": 5.0}]
        self.optimiser = torch.optim.AdamW(parts, lr=rate, weight_decay=0.01, fused=True, betas=(0.9, 0.98))
        self.step, self.spent = 0, 0.0

    def resume(self, checkpoint: Path) -> None:
        """Go on from a checkpoint, if there is one."""
        if checkpoint.exists():
            saved = torch.load(checkpoint, weights_only=True)
            self.model.load_state_dict(saved["model"])
            self.worker.load_state_dict(saved["model"])
            self.optimiser.load_state_dict(saved["optimiser"])
            self.step, self.spent = saved["step"], saved["spent"]

    def save(self, checkpoint: Path, spent: float) -> None:
        state = {"model": self.model.state_dict(), "optimiser": self.optimiser.state_dict()}
        torch.save({**state, "step": self.step, "spent": spent}, checkpoint)

    def learn(self, tensors: tuple[Tensor, ...], share: float) -> dict[str, float]:
        """One step at `share` of the rate.

        :return: the losses by name.
        """
        for part in self.optimiser.param_groups:
            part["lr"] = self.rate * part["scale"] * min(1.0, (self.step + 1) / WARM_UP) * share
        input_ids, attention, pooling, labels, token_labels, group = tensors
        judged, marked = self.worker(input_ids, attention, pooling)
        losses = loss_of(judged, marked, labels, token_labels, group, pooling.sum(1) > 0)
        sum((WEIGHTS[name] * value for name, value in losses.items()), torch.zeros(())).backward()
        for ours, theirs in self.pairs:
            ours.grad = None if theirs.grad is None else theirs.grad.float()
            theirs.grad = None
        torch.nn.utils.clip_grad_norm_([ours for ours, _ in self.pairs], 1.0)
        self.optimiser.step()
        with torch.no_grad():
            torch._foreach_copy_([theirs for _, theirs in self.pairs], [ours for ours, _ in self.pairs])
        self.step += 1
        return {name: float(value.detach()) for name, value in losses.items()}


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--encoder", type=Path, required=True, help="the model folder that training starts from")
    parser.add_argument("--stage", type=Path, required=True, help="questions with their negatives (stage.py)")
    parser.add_argument("--start", type=Path, help="weights of an earlier stage")
    parser.add_argument("--out", type=Path, required=True, help="checkpoints and the log; resumed if it holds one")
    parser.add_argument("--steps", type=int, required=True)
    parser.add_argument("--minutes", type=float, default=1e9, help="the schedule ends after this time, if sooner")
    parser.add_argument("--rate", type=float, default=8e-5)
    parser.add_argument("--final", type=float, default=0.03, help="the share of the rate that is left at the end")
    parser.add_argument("--budget", type=int, default=6144, help="tokens a step")
    parser.add_argument("--windows", type=int, default=3, help="windows a question")
    parser.add_argument("--seed", type=int, default=7)
    return parser.parse_args()


def main() -> None:
    options = parse()
    torch.manual_seed(options.seed)
    options.out.mkdir(parents=True, exist_ok=True)
    checkpoint = options.out / "checkpoint.pt"
    tokenizer = Tokenizer.from_file(str(options.encoder / "tokenizer.json"))
    trainer = Trainer(options.encoder, options.start, options.rate)
    trainer.resume(checkpoint)
    stage = load_stage(options.stage)
    source = batches(stage, tokenizer, options.seed + trainer.step, options.budget, options.windows)
    begun = time.time() - trainer.spent
    sums: dict[str, float] = {}
    questions = tokens = 0
    while True:
        spent = time.time() - begun
        progress = max(trainer.step / options.steps, spent / 60 / options.minutes)
        if progress >= 1:
            break
        items = next(source)
        tensors = collate(items)
        for name, value in trainer.learn(tensors, 1 - progress * (1 - options.final)).items():
            sums[name] = sums.get(name, 0.0) + value / REPORT
        questions += len(items)
        tokens += tensors[0].numel()
        if trainer.step % REPORT == 0:
            spent = time.time() - begun
            line = {"step": trainer.step, **{name: round(value, 4) for name, value in sums.items()}}
            line |= {"questions": questions, "minutes": round(spent / 60, 2)}
            line["tokens_per_second"] = round(tokens / (spent - trainer.spent))
            with (options.out / "log.jsonl").open("a") as log:
                log.write(json.dumps(line) + "\n")
            print(line, flush=True)
            sums = {}
        if trainer.step % SAVE == 0:
            trainer.save(checkpoint, spent)
    torch.save(trainer.model.state_dict(), options.out / "model.pt")


if __name__ == "__main__":
    main()
