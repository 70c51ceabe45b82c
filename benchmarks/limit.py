"""How far a question is from what the processor can do.

    python benchmarks/limit.py [--questions 24]

Counts the multiply-adds and the bytes of weights that encoder and reader need for real questions: ONNX Runtime says the
shapes of every product in a profile of the graphs themselves. Then times the plain int8 product of the same shapes, on
as many threads, in the best of the ways at hand (MatMulInteger and DynamicQuantizeMatMul of ONNX Runtime, `_int_mm` of
torch), the float products of attention likewise, and the reading of memory. Prints JSON; `ratio` is what the code takes
over what these products alone would.
"""

from __future__ import annotations

import argparse
import json
import math
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from povqa import Povqa

QUESTIONS = Path(__file__).parents[1] / "eval" / "questions.jsonl"
SIZES = (16, 32, 64, 128, 192, 256)  # rows at which a product is timed; others take the rate of the nearest
SECONDS = 0.15  # that a product is repeated for
TURNS = 3  # of which the best counts: others may share the cores
Product = tuple[int, int, int]  # rows, depth, columns
QUANTISED = ("DynamicQuantizeMatMul", "MatMulIntegerToFloat", "MatMulInteger")
FLOAT = ("MatMul", "FusedMatMul", "Gemm")


class Recorder:
    """A session that writes down what it is given, and how long it takes over it."""

    def __init__(self, session: Any) -> None:
        self.session = session
        self.lengths: list[int] = []
        self.given: dict[int, Any] = {}  # by length

    def run(self, names: Sequence[str] | None, given: dict[str, Any]) -> Any:
        length = given["input_ids"].shape[1]
        self.lengths.append(length)
        self.given.setdefault(length, given)
        return self.session.run(names, given)


def products(event: dict[str, Any]) -> list[tuple[str, Product]]:
    """The products that an operator of a profile computes: "int8" or "float", and the shape of each."""
    kind = event["args"]["op_name"]
    # Weights that were packed beforehand are not among the inputs: the output tells how many columns they have.
    states, out = (
        next(iter(event["args"][side][0].values())) if event["args"][side] else []
        for side in ("input_type_shape", "output_type_shape")
    )
    if kind in QUANTISED:
        return [("int8", (math.prod(states[:-1]), states[-1], out[-1]))]
    if kind in FLOAT:
        return [("float", (states[-2], states[-1], out[-1]))] * math.prod(out[:-2])
    if kind == "MultiHeadAttention":  # question-key and attention-value, over all the heads
        tokens, hidden = states[1:3]
        return [("float", (tokens, hidden, tokens)), ("float", (tokens, tokens, hidden))]
    return []


def profiled(model: Path, given: dict[str, Any]) -> Counter[tuple[str, Product]]:
    """How often each product occurs in a run of a graph."""
    import onnxruntime as ort  # type: ignore[import-untyped]

    with tempfile.TemporaryDirectory() as scratch:
        options = ort.SessionOptions()
        options.enable_profiling = True
        options.profile_file_prefix = f"{scratch}/profile"
        options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_DISABLE_ALL
        session = ort.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
        session.run(None, given)
        events = json.loads(Path(session.end_profiling()).read_text(encoding="utf-8"))
    return Counter(
        product
        for event in events
        if event["cat"] == "Node" and event["name"].endswith("_kernel_time")
        for product in products(event)
    )


def best_rate(ways: Sequence[Callable[[], Any]], work: int, threads: int) -> float:
    """The most of `work` a second that any way does, when so many threads do it side by side."""
    rates = []
    for way in ways:
        way()

        def repeated(way: Callable[[], Any] = way) -> float:
            runs, begun = 0, time.perf_counter()
            while (spent := time.perf_counter() - begun) < SECONDS:
                way()
                runs += 1
            return runs * work / spent

        with ThreadPoolExecutor(threads) as pool:
            for _ in range(TURNS):
                rates.append(sum(task.result() for task in [pool.submit(repeated) for _ in range(threads)]))
    return max(rates)


def session_of(kind: str, rows: int, depth: int, columns: int) -> Callable[[], Any]:
    """One operator of ONNX Runtime as a session of its own, on one thread."""
    import onnxruntime as ort
    from onnx import TensorProto, helper, numpy_helper

    rng = np.random.default_rng(0)
    weights = rng.integers(-127, 128, (depth, columns)).astype(np.int8)
    tensors = [numpy_helper.from_array(weights, "weights")]
    given: Any = rng.integers(0, 256, (rows, depth)).astype(np.uint8)
    names, types, domain = ["given", "weights"], (TensorProto.UINT8, TensorProto.INT32), ""
    if kind == "DynamicQuantizeMatMul":
        given = rng.standard_normal((rows, depth)).astype(np.float32)
        tensors.append(numpy_helper.from_array(np.ones(columns, np.float32), "scale"))
        names, types, domain = ["given", "weights", "scale"], (TensorProto.FLOAT, TensorProto.FLOAT), "com.microsoft"
    elif kind == "MatMul":
        given = rng.standard_normal((rows, depth)).astype(np.float32)
        tensors = [numpy_helper.from_array(weights.astype(np.float32), "weights")]
        types = (TensorProto.FLOAT, TensorProto.FLOAT)
    graph = helper.make_graph(
        [helper.make_node(kind, names, ["out"], domain=domain)],
        "product",
        [helper.make_tensor_value_info("given", types[0], [rows, depth])],
        [helper.make_tensor_value_info("out", types[1], [rows, columns])],
        tensors,
    )
    opsets = [helper.make_opsetid("", 17), helper.make_opsetid("com.microsoft", 1)]
    model = helper.make_model(graph, opset_imports=opsets, ir_version=8)
    options = ort.SessionOptions()
    options.intra_op_num_threads = 1
    session = ort.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
    return lambda: session.run(None, {"given": given})


def torch_product(rows: int, depth: int, columns: int) -> list[Callable[[], Any]]:
    """torch's int8 product, where torch is installed and has one for this processor."""
    try:
        import torch

        torch.set_num_threads(1)
        left = torch.randint(-127, 128, (rows, depth), dtype=torch.int8)
        right = torch.randint(-127, 128, (depth, columns), dtype=torch.int8)
        multiply = torch._int_mm
        multiply(left, right)
    except (ImportError, AttributeError, RuntimeError):
        return []
    return [lambda: multiply(left, right)]


@cache
def rate(kind: str, rows: int, depth: int, columns: int, threads: int) -> float:
    """Multiply-adds a second of a plain product."""
    work = rows * depth * columns
    if kind == "float":
        return best_rate([session_of("MatMul", rows, depth, columns)], work, threads)
    ways = [session_of(name, rows, depth, columns) for name in ("MatMulInteger", "DynamicQuantizeMatMul")]
    return best_rate(ways + torch_product(rows, depth, columns), work, threads)


def least_seconds(counted: Counter[tuple[str, Product]], threads: int) -> float:
    """What the products alone would take, plain and well shared out."""
    total = 0.0
    for (kind, (rows, depth, columns)), times in counted.items():
        near = min(SIZES, key=lambda size: abs(size - rows))
        if kind == "float":  # attention's are as deep or as wide as the text is long: one rate stands for all
            total += times * rows * depth * columns / rate(kind, near, 384, near, threads)
        else:
            total += times * rows * depth * columns / rate(kind, near, depth, columns, threads)
    return total


def bandwidth(threads: int) -> float:
    """Bytes a second that so many threads read from memory, past any cache."""
    blocks = [np.ones(64 << 20, np.uint8) for _ in range(threads)]
    with ThreadPoolExecutor(threads) as pool:

        def all_read() -> float:
            begun = time.perf_counter()
            list(pool.map(lambda block: block.view(np.int64).sum(), blocks))
            return sum(block.nbytes for block in blocks) / (time.perf_counter() - begun)

        return max(all_read() for _ in range(5))


def summary(
    name: str, model: Path, recorder: Recorder, seconds: Sequence[float], threads: int, questions: int
) -> dict[str, Any]:
    """Need, limit and distance of one network, for the mean question."""
    counts = {length: profiled(model, given) for length, given in recorder.given.items()}
    total: Counter[tuple[str, Product]] = Counter()
    for length in recorder.lengths:
        total.update(counts[length])
    weights = sum(times * depth * columns for (kind, (_, depth, columns)), times in total.items() if kind == "int8")
    work = Counter[str]()
    for (kind, (rows, depth, columns)), times in total.items():
        work[kind] += times * rows * depth * columns
    least = least_seconds(total, threads) / questions
    memory = weights / questions / bandwidth(threads)
    actual = float(np.median(seconds))
    return {
        "network": name,
        "threads": threads,
        "runs_a_question": len(recorder.lengths) / questions,
        "tokens_a_run": float(np.mean(recorder.lengths)),
        "int8_multiply_adds": work["int8"] / questions,
        "float_multiply_adds": work["float"] / questions,
        "weight_bytes": weights / questions,
        "products_ms": least * 1000,
        "reading_weights_ms": memory * 1000,
        "median_ms": actual * 1000,
        "mean_ms": float(np.mean(seconds)) * 1000,
        "ratio": float(np.mean(seconds)) / max(least, memory),
    }


def limit(most: int) -> list[dict[str, Any]]:
    """What encoder and reader need, and how far they are from the limit."""
    rows = [json.loads(line) for line in QUESTIONS.read_text(encoding="utf-8").splitlines()]
    asked = [row["question"] for row in rows if row["split"] == "dev" and row["answerable"] and not row["history"]]
    asked = asked[:: max(1, len(asked) // most)][:most]
    povqa = Povqa.open()
    encoder, reader = povqa.encoder, povqa._model
    for question in asked[:3]:
        povqa.ask(question)
    # Both load their session at first use and keep it under this name.
    recorders = [Recorder(network.__dict__["_session"]) for network in (encoder, reader)]
    for network, recorder in zip((encoder, reader), recorders, strict=True):
        network.__dict__["_session"] = recorder
    seconds: list[list[float]] = [[], []]

    def timed(work: Callable[..., Any], found: list[float]) -> Callable[..., Any]:
        def run(*given: Any) -> Any:
            begun = time.perf_counter()
            result = work(*given)
            found[-1] += time.perf_counter() - begun
            return result

        return run

    encoder.__dict__["encode_query"] = timed(encoder.encode_query, seconds[0])
    reader.__dict__["read"] = timed(reader.read, seconds[1])
    for question in asked:
        for found in seconds:
            found.append(0.0)
        povqa.ask(question)
    models = (encoder._folder / "model.onnx", reader._folder / "reader.onnx")
    threads = (1, povqa.settings.threads)
    return [
        summary(name, model, recorder, found, count, len(asked))
        for name, model, recorder, found, count in zip(
            ("encoder", "reader"), models, recorders, seconds, threads, strict=True
        )
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--questions", type=int, default=24)
    print(json.dumps(limit(parser.parse_args().questions), indent=1))


if __name__ == "__main__":
    main()
