"""Turn trained weights into the int8 model that ships, and say how far the two are apart.

The activations of such a network have channels many times larger than the rest, which an int8 of one scale for all
cannot hold. So the scale of each channel is moved into the weights behind it first (SmoothQuant, Xiao et al. 2023).
"""

from __future__ import annotations

import argparse
import shutil
from collections import defaultdict
from pathlib import Path

import numpy as np
import torch
from onnx import TensorProto
from tokenizers import Tokenizer
from torch import Tensor, nn

from batches import batches, collate
from model import ReaderModel
from povqa.encoder.bert import Floats, Graph, Shape, add_bert
from povqa.encoder.runtime import start_session
from povqa.reader.windows import MAX_TOKENS
from stage import load_stage

ALPHA = 0.75  # how much of the range goes into the weights: 0.5 was too little here, 0.75 to 0.9 alike
CALIBRATION = 4  # batches
_RUNTIME = "com.microsoft"
_QKV = ("query", "key", "value")


def smoothing(model: ReaderModel, inputs: list[tuple[Tensor, ...]], alpha: float = ALPHA) -> dict[str, Floats]:
    """For each linear layer of the encoder, what its input's channels are divided by, calibrated on `inputs`.

    Query, key and value have one input, and so one scale, which goes by the query's name.
    """
    layers = {name: module for name, module in model.bert.named_modules() if isinstance(module, nn.Linear)}
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
    sharing: dict[str, list[str]] = defaultdict(list)
    for name in layers:
        parent, _, own = name.rpartition(".")
        sharing[f"{parent}.query" if own in _QKV else name].append(name)
    found = {}
    for shared, names in sharing.items():
        weights = torch.stack([layers[name].weight.detach().abs().amax(0) for name in names]).amax(0).clamp(min=1e-4)
        scale = (largest[shared].clamp(min=1e-4) ** alpha / weights ** (1 - alpha)).clamp(min=1e-3)
        found[shared] = scale.numpy()
    return found


def write(model: ReaderModel, scales: dict[str, Floats], path: Path) -> None:
    """Write the network in int8 as `path` and a `.bin` beside it.

    It takes windows without padding: those of one run are of one length.
    """
    config = model.bert.config
    weights = {name: tensor.numpy() for name, tensor in model.state_dict().items()}
    encoder = {name.removeprefix("bert."): value for name, value in weights.items() if name.startswith("bert.")}
    graph = Graph()
    shape = Shape(config.num_hidden_layers, config.num_attention_heads, config.layer_norm_eps, MAX_TOKENS)
    states = add_bert(graph, encoder, shape, scales)
    sentences = graph.add("MatMul", ["pooling", states])
    one, two = (graph.constant(f"integer.{n}", np.array([n], np.int64)) for n in (1, 2))
    zero = graph.constant("integer.0", np.array([0], np.int64))
    whole = graph.add("Slice", [states, zero, one, one])
    first = weights["judge.0.weight"]
    parts = [
        graph.linear(sentences, first[:, : config.hidden_size], "judge.0.sentence"),
        graph.linear(whole, first[:, config.hidden_size :], "judge.0.whole", weights["judge.0.bias"]),
    ]
    hidden = graph.add("Gelu", [graph.add("Add", parts)], domain=_RUNTIME)
    judged = graph.linear(hidden, weights["judge.2.weight"], "judge.2", weights["judge.2.bias"])
    graph.add("Squeeze", [judged, two], name="judged")
    marked = graph.linear(states, weights["mark.weight"], "mark", weights["mark.bias"])
    graph.add("Identity", [marked], name="marked")
    inputs = {"input_ids": (TensorProto.INT64, "bt"), "pooling": (TensorProto.FLOAT, "bst")}
    graph.save(path, inputs, {"judged": "bs", "marked": ("b", "t", len(weights["mark.bias"]))})


def compare(model: ReaderModel, path: Path, inputs: list[tuple[Tensor, ...]]) -> tuple[Floats, Floats]:
    """How far the written network is from `model`: differences of the sentences' log odds, and of the tokens' marks."""
    session = start_session(path, 2)
    judged, marked = [], []
    for ids, mask, pooling in inputs:
        for row in range(len(ids)):
            own = int(mask[row].sum())
            given = ids[row : row + 1, :own], pooling[row : row + 1, :, :own]
            with torch.no_grad():
                exact = model(given[0], mask[row : row + 1, :own], given[1])
            ours = session.run(None, {"input_ids": given[0].numpy(), "pooling": given[1].numpy()})
            there = given[1][0].sum(-1).numpy() > 0
            judged.append((ours[0] - exact[0].numpy())[0, there])
            marked.append((ours[1] - exact[1].numpy()).ravel())
    return np.abs(np.concatenate(judged)), np.abs(np.concatenate(marked))


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
    saved = torch.load(options.weights, weights_only=True)
    saved = saved.get("model", saved)
    model = ReaderModel(options.encoder)
    model.mark = nn.Linear(model.bert.config.hidden_size, len(saved["mark.bias"]))  # older weights mark less
    model.load_state_dict(saved)
    model.eval().requires_grad_(False)
    tokenizer = Tokenizer.from_file(str(options.encoder / "tokenizer.json"))
    source = batches(load_stage(options.stage), tokenizer, seed=1, budget=2048, most=3)
    inputs = [collate(next(source))[:3] for _ in range(2 * CALIBRATION)]
    options.out.mkdir(parents=True, exist_ok=True)
    path = options.out / "reader.onnx"
    write(model, smoothing(model, inputs[:CALIBRATION]), path)
    shutil.copy(options.tokenizer or options.encoder / "tokenizer.json", options.out / "tokenizer.json")
    for what, apart in zip(("log odds", "marks"), compare(model, path, inputs[CALIBRATION:]), strict=True):
        print(f"{what} in int8 against float: mean difference {apart.mean():.3f}, largest {apart.max():.2f}")


if __name__ == "__main__":
    main()
