from collections import Counter

import numpy as np
import pytest

from limit import SECONDS, best_rate, products, profiled, session_of
from povqa.encoder.bert import Graph


@pytest.fixture
def model(tmp_path):
    """Two int8 products after one another, of 8 x 12 and 12 x 4, over any number of rows."""
    rng, graph = np.random.default_rng(0), Graph()
    shared = graph.add_many("DynamicQuantizeLinear", ["states"], 3)
    wide = graph.quantized(shared, rng.standard_normal((12, 8)).astype(np.float32), "wide")
    narrow = graph.quantized(wide, rng.standard_normal((4, 12)).astype(np.float32), "narrow")
    graph.linear(narrow, rng.standard_normal((2, 4)).astype(np.float32), "head")
    name = graph._nodes[-1].output[0]
    graph.save(tmp_path / "model.onnx", {"states": (1, (1, "tokens", 8))}, {name: (1, "tokens", 2)})
    return tmp_path / "model.onnx"


@pytest.mark.parametrize("rows", [1, 7])
def test_the_products_of_a_graph_are_counted(model, rows):
    found = profiled(model, {"states": np.zeros((1, rows, 8), np.float32)})
    assert found == Counter({("int8", (rows, 8, 12)): 1, ("int8", (rows, 12, 4)): 1, ("float", (rows, 4, 2)): 1})


def test_attention_multiplies_twice():
    shapes = {"input_type_shape": [{"float": [1, 5, 16]}] * 3, "output_type_shape": [{"float": [1, 5, 16]}]}
    event = {"args": {"op_name": "MultiHeadAttention", **shapes}}
    work = sum(rows * depth * columns for _, (rows, depth, columns) in products(event))
    heads, width = 4, 4
    queries = keys = np.zeros((heads, 5, width))
    weights = queries @ keys.transpose(0, 2, 1)
    assert work == heads * 5 * width * 5 + weights.size * width


def test_other_operators_multiply_nothing():
    shapes = {"input_type_shape": [{"float": [1, 5, 16]}] * 2, "output_type_shape": [{"float": [1, 5, 16]}]}
    assert products({"args": {"op_name": "Add", **shapes}}) == []
    assert products({"args": {"op_name": "Constant", "input_type_shape": [], "output_type_shape": []}}) == []


@pytest.mark.parametrize("kind", ["MatMulInteger", "DynamicQuantizeMatMul", "MatMul"])
def test_a_plain_product_runs(kind, monkeypatch):
    monkeypatch.setattr("limit.SECONDS", SECONDS / 50)
    assert best_rate([session_of(kind, 4, 16, 8)], 4 * 16 * 8, 2) > 0
