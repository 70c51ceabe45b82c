"""A BERT as an ONNX graph of the few operators that ONNX Runtime is quick at, its weights in int8.

An exported graph leaves attention, its bias and its transpositions in a dozen operators, and SkipLayerNormalization is
several times slower on a CPU than an Add before a LayerNormalization. So the graph is written down here, operator by
operator, rather than exported and then fused. Needs onnx, which only preparing a model and training have.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

_OPSET = 17
_LARGE = 100_000  # bytes from which a tensor goes into the file of weights
_RUNTIME = "com.microsoft"  # the domain of ONNX Runtime's own operators
_FLOAT = TensorProto.FLOAT
_QKV = ("query", "key", "value")

Floats = NDArray[np.float32]

_REDUCTIONS = {"mean": "ReduceMean", "max": "ReduceMax"}
POOLINGS = frozenset({*_REDUCTIONS, "cls"})


@dataclass(frozen=True, slots=True)
class Shape:
    """What the weights alone do not tell of a BERT."""

    layers: int
    heads: int
    epsilon: float
    positions: int  # tokens, at most


class Graph:
    """An ONNX graph in the making. Tensors go by their names."""

    def __init__(self) -> None:
        self._nodes: list[onnx.NodeProto] = []
        self._tensors: dict[str, onnx.TensorProto] = {}

    def constant(self, name: str, value: NDArray[Any]) -> str:
        """A tensor that is stored; the first of each name is."""
        if name not in self._tensors:
            self._tensors[name] = numpy_helper.from_array(np.ascontiguousarray(value), name)
        return name

    def add(self, kind: str, inputs: Sequence[str], *, domain: str = "", name: str = "", **attributes: Any) -> str:
        """An operator with one output, called `name` or after the operator's number."""
        (output,) = self.add_many(kind, inputs, 1, domain=domain, names=[name] if name else (), **attributes)
        return output

    def add_many(
        self, kind: str, inputs: Sequence[str], count: int, *, domain: str = "", names: Sequence[str] = (),
        **attributes: Any,
    ) -> list[str]:  # fmt: skip
        """An operator with `count` outputs."""
        stem = f"{kind}_{len(self._nodes)}"
        outputs = list(names) or [stem if count == 1 else f"{stem}_{i}" for i in range(count)]
        self._nodes.append(helper.make_node(kind, list(inputs), outputs, name=stem, domain=domain, **attributes))
        return outputs

    def linear(self, inputs: str, weight: Floats, name: str, bias: Floats | None = None) -> str:
        """A float product with `weight` (out, in)."""
        product = self.add("MatMul", [inputs, self.constant(f"{name}.weight", weight.T)])
        return product if bias is None else self.add("Add", [product, self.constant(f"{name}.bias", bias)])

    def quantized(self, inputs: str | Sequence[str], weight: Floats, name: str, bias: Floats | None = None) -> str:
        """A product with `weight` (out, in) in int8, of one scale for each output.

        :param inputs: a float tensor, or the three outputs of a DynamicQuantizeLinear.
        """
        scale = np.abs(weight).max(axis=1) / 127
        scale = np.where(scale > 0, scale, 1).astype(np.float32)
        whole = np.rint(weight / scale[:, None]).clip(-127, 127).astype(np.int8)
        values, scales = self.constant(f"{name}.weight", whole.T), self.constant(f"{name}.scale", scale)
        zeros = self.constant(f"zeros.{len(scale)}", np.zeros(len(scale), np.int8))
        offset = [] if bias is None else [self.constant(f"{name}.bias", bias)]
        if isinstance(inputs, str):
            given = [inputs, values, scales, zeros, *offset]
            return self.add("DynamicQuantizeMatMul", given, domain=_RUNTIME)
        states, factor, zero = inputs
        given = [states, values, factor, scales, zero, zeros, *offset]
        return self.add("MatMulIntegerToFloat", given, domain=_RUNTIME)

    def save(
        self, path: Path, inputs: Mapping[str, tuple[int, Sequence[str | int]]],
        outputs: Mapping[str, Sequence[str | int]],
    ) -> None:  # fmt: skip
        """Write the graph, and its large tensors into a `.bin` beside it.

        :param inputs: type and dimensions of each; those that vary go by a name.
        :param outputs: the dimensions of each; all are floats.
        """
        given = [helper.make_tensor_value_info(name, kind, list(dims)) for name, (kind, dims) in inputs.items()]
        made = [helper.make_tensor_value_info(name, _FLOAT, list(dims)) for name, dims in outputs.items()]
        graph = helper.make_graph(self._nodes, path.stem, given, made, list(self._tensors.values()))
        opsets = [helper.make_opsetid("", _OPSET), helper.make_opsetid(_RUNTIME, 1)]
        model = helper.make_model(graph, opset_imports=opsets, ir_version=8)
        data = path.with_suffix(".bin")
        data.write_bytes(b"")  # onnx appends to what is there
        onnx.save_model(model, path, save_as_external_data=True, location=data.name, size_threshold=_LARGE)
        data.chmod(0o644)


def add_bert(
    graph: Graph, weights: Mapping[str, Floats], shape: Shape, scales: Mapping[str, Floats] | None = None,
    mask: str | None = None,
) -> str:  # fmt: skip
    """Add the encoder of a BERT over the input `input_ids` (batch, tokens).

    :param weights: by the names of `transformers.BertModel`.
    :param scales: for linear layers by name, what each channel of the input is divided by and the weights multiplied
        with before both are quantised (SmoothQuant). Query, key and value have one, under the query's name.
    :param mask: an int32 tensor (batch, tokens), 1 at tokens and 0 at padding. Without one there must be no padding,
        and attention is quicker.
    :return: the last states (batch, tokens, hidden).
    """
    scales = scales or {}

    def normalised(left: str, right: str, name: str) -> str:
        parts = [graph.constant(f"{name}.{part}", weights[f"{name}.{part}"]) for part in ("weight", "bias")]
        total = graph.add("Add", [left, right])
        return graph.add("LayerNormalization", [total, *parts], axis=-1, epsilon=shape.epsilon)

    def divided(states: str, name: str) -> str:
        scale = scales.get(name)
        return states if scale is None else graph.add("Mul", [states, graph.constant(f"{name}.inverse", 1 / scale)])

    def multiplied(weight: Floats, name: str) -> Floats:
        return weight * scales[name] if name in scales else weight

    states = normalised(*_embeddings(graph, weights, shape), "embeddings.LayerNorm")
    for number in range(shape.layers):
        layer = f"encoder.layer.{number}"
        own, out = f"{layer}.attention.self", f"{layer}.attention.output"
        rows = [weights[f"{own}.{part}.weight"] for part in _QKV]
        biases = [weights[f"{own}.{part}.bias"] for part in _QKV]
        scale = scales.get(f"{out}.dense")
        if scale is not None:  # attention only weighs the value's channels, so they can be divided before
            rows[2], biases[2] = rows[2] / scale[:, None], biases[2] / scale
        shared = graph.add_many("DynamicQuantizeLinear", [divided(states, f"{own}.query")], 3)
        parts = [
            graph.quantized(shared, multiplied(row, f"{own}.query"), f"{own}.{part}")
            for part, row in zip(_QKV, rows, strict=True)
        ]
        bias = graph.constant(f"{own}.bias", np.concatenate(biases))
        given = [*parts, bias, *([mask] if mask else [])]
        context = graph.add("MultiHeadAttention", given, domain=_RUNTIME, num_heads=shape.heads)

        def product(states: str, name: str) -> str:
            return graph.quantized(states, multiplied(weights[f"{name}.weight"], name), name, weights[f"{name}.bias"])

        states = normalised(product(context, f"{out}.dense"), states, f"{out}.LayerNorm")
        wide = product(divided(states, f"{layer}.intermediate.dense"), f"{layer}.intermediate.dense")
        wide = divided(graph.add("Gelu", [wide], domain=_RUNTIME), f"{layer}.output.dense")
        states = normalised(product(wide, f"{layer}.output.dense"), states, f"{layer}.output.LayerNorm")
    return states


def write_encoder(weights: Mapping[str, Floats], shape: Shape, pooling: str, path: Path) -> None:
    """Write a sentence encoder as `path` and a `.bin` beside it: `input_ids` (batch, tokens) in, `vectors` out.

    It takes texts without padding: those of one run are of one length. The vectors are not of unit length.

    :param weights: by the names of `transformers.BertModel`.
    :param pooling: one of `POOLINGS`.
    """
    graph = Graph()
    states = add_bert(graph, weights, shape)
    if pooling == "cls":
        zero, one = (graph.constant(f"integer.{n}", np.array([n], np.int64)) for n in (0, 1))
        graph.add("Squeeze", [graph.add("Gather", [states, zero], axis=1), one], name="vectors")
    else:
        graph.add(_REDUCTIONS[pooling], [states], axes=[1], keepdims=0, name="vectors")
    hidden = len(weights["embeddings.LayerNorm.weight"])
    graph.save(path, {"input_ids": (TensorProto.INT64, ("batch", "tokens"))}, {"vectors": ("batch", hidden)})


def _embeddings(graph: Graph, weights: Mapping[str, Floats], shape: Shape) -> tuple[str, str]:
    """Those of the words, int8 with one scale for each, and those of the positions and the one token type."""
    words = weights["embeddings.word_embeddings.weight"]
    scale = (np.abs(words).max(axis=1, keepdims=True) / 127).clip(1e-9).astype(np.float32)
    table = graph.constant("words", np.rint(words / scale).astype(np.int8))
    rows = graph.add("Cast", [graph.add("Gather", [table, "input_ids"])], to=_FLOAT)
    word = graph.add("Mul", [rows, graph.add("Gather", [graph.constant("words.scale", scale), "input_ids"])])
    places = weights["embeddings.position_embeddings.weight"][: shape.positions]
    kind = weights["embeddings.token_type_embeddings.weight"][0]
    bounds = [graph.constant(f"integer.{n}", np.array([n], np.int64)) for n in (0, 1, 2)]
    length = graph.add("Slice", [graph.add("Shape", ["input_ids"]), *bounds[1:]])
    return word, graph.add("Slice", [graph.constant("places", places + kind), bounds[0], length])
