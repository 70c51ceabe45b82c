"""Turn trained weights into the int8 model that ships, and say how far the two are apart.

The activations of such a network have channels many times larger than the rest, which an int8 of one scale for all
cannot hold. So the scale of each channel is moved into the weights behind it first (SmoothQuant, Xiao et al. 2023).
"""

from __future__ import annotations

import argparse
import copy
import shutil
from collections import defaultdict
from pathlib import Path

import numpy as np
import torch
from tokenizers import Tokenizer
from torch import Tensor, nn

from batches import batches, collate
from model import ReaderModel
from povqa.encoder.prepare import export_int8
from povqa.encoder.runtime import start_session
from stage import load_stage

ALPHA = 0.75  # how much of the range goes into the weights: 0.5 was too little here, 0.75 to 0.9 alike
CALIBRATION = 4  # batches


class Smoothed(nn.Module):
    """A linear layer that scales its input's channels down and its weights up."""

    def __init__(self, linear: nn.Linear, scale: Tensor) -> None:
        super().__init__()
        self.register_buffer("inverse", 1 / scale)
        self.linear = copy.deepcopy(linear)
        self.linear.weight.data *= scale

    def forward(self, states: Tensor) -> Tensor:
        return self.linear(states * self.inverse)


def smooth(model: ReaderModel, inputs: list[tuple[Tensor, ...]], alpha: float = ALPHA) -> ReaderModel:
    """A copy of the model with smoothed linear layers, calibrated on `inputs`."""
    model = copy.deepcopy(model)
    modules = dict(model.named_modules())
    layers = {
        name: module for name, module in modules.items() if isinstance(module, nn.Linear) and name.startswith("bert")
    }
    largest: dict[str, Tensor] = {}

    def watch(name: str):  # noqa: ANN202 - a hook
        def hook(_: nn.Module, given: tuple[Tensor, ...]) -> None:
            peak = given[0].detach().abs().flatten(0, -2).amax(0)
            largest[name] = torch.maximum(largest.get(name, peak), peak)

        return hook

    hooks = [module.register_forward_pre_hook(watch(name)) for name, module in layers.items()]
    with torch.no_grad():
        for one in inputs:
            model(*one)
    for hook in hooks:
        hook.remove()
    sharing: dict[str, list[str]] = defaultdict(list)  # query, key and value have one input, and so one scale
    for name in layers:
        parent, _, own = name.rpartition(".")
        sharing[parent if own in ("query", "key", "value") else name].append(name)
    for names in sharing.values():
        weights = torch.stack([layers[name].weight.abs().amax(0) for name in names]).amax(0).clamp(min=1e-4)
        scale = (largest[names[0]].clamp(min=1e-4) ** alpha / weights ** (1 - alpha)).clamp(min=1e-3)
        for name in names:
            parent, _, own = name.rpartition(".")
            setattr(modules[parent], own, Smoothed(layers[name], scale))
    return model


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--encoder", type=Path, required=True, help="the model folder that training started from")
    parser.add_argument("--weights", type=Path, required=True, help="model.pt or checkpoint.pt of the last stage")
    parser.add_argument("--stage", type=Path, required=True, help="questions to calibrate on")
    parser.add_argument(
        "--out", type=Path, required=True, help="the folder for reader.onnx, reader.bin and tokenizer.json"
    )
    parser.add_argument("--tokenizer", type=Path, help="the prepared encoder's tokenizer.json: an equal file is shared")
    options = parser.parse_args()
    model = ReaderModel(options.encoder).eval()
    saved = torch.load(options.weights, weights_only=True)
    model.load_state_dict(saved.get("model", saved))
    tokenizer = Tokenizer.from_file(str(options.encoder / "tokenizer.json"))
    source = batches(load_stage(options.stage), tokenizer, seed=1, budget=2048, most=3)
    inputs = [collate(next(source))[:3] for _ in range(2 * CALIBRATION)]
    options.out.mkdir(parents=True, exist_ok=True)
    example = (torch.full((2, 16), 5), torch.ones(2, 16, dtype=torch.long), torch.full((2, 3, 16), 1 / 16))
    axes = {"input_ids": {0: "b", 1: "t"}, "attention_mask": {0: "b", 1: "t"}, "pooling": {0: "b", 1: "s", 2: "t"}}
    outputs = {"judged": {0: "b", 1: "s"}, "marked": {0: "b", 1: "t"}}
    path = options.out / "reader.onnx"
    export_int8(smooth(model, inputs[:CALIBRATION]), example, list(axes), outputs, axes, path)
    shutil.copy(options.tokenizer or options.encoder / "tokenizer.json", options.out / "tokenizer.json")
    session = start_session(path, 2)
    apart = []
    for one in inputs[CALIBRATION:]:
        given = dict(zip(axes, (part.numpy() for part in one), strict=True))
        with torch.no_grad():
            exact = model(*one)[0].numpy()
        apart.append((session.run(["judged"], given)[0] - exact)[given["pooling"].sum(-1) > 0])
    difference = np.abs(np.concatenate(apart))
    print(f"log odds in int8 against float: mean difference {difference.mean():.3f}, largest {difference.max():.2f}")


if __name__ == "__main__":
    main()
