"""The graph of a BERT against the library's own, random weights and all. torch takes seconds to import: slow."""

import numpy as np
import onnxruntime as ort
import pytest
from onnx import TensorProto

from povqa.encoder.bert import Graph, Shape, add_bert

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore::DeprecationWarning")]

IDS = np.array([[5, 9, 33, 7, 2, 90, 41, 8, 77]])


@pytest.fixture(scope="module")
def model():
    import torch
    from transformers import BertConfig, BertModel

    torch.manual_seed(3)
    config = BertConfig(
        vocab_size=99, hidden_size=64, num_hidden_layers=2, num_attention_heads=4, intermediate_size=128,
        max_position_embeddings=40, initializer_range=0.15,
    )  # fmt: skip
    return BertModel(config, add_pooling_layer=False).eval()


@pytest.fixture
def run(model, tmp_path):
    """States by the written graph."""

    def states(ids, mask=None, scales=None):
        graph = Graph()
        weights = {name: tensor.numpy() for name, tensor in model.state_dict().items()}
        last = add_bert(graph, weights, Shape(2, 4, 1e-12, 40), scales, mask="mask" if mask is not None else None)
        graph.add("Identity", [last], name="states")
        inputs = {"input_ids": (TensorProto.INT64, "bt")}
        given = {"input_ids": ids}
        if mask is not None:
            inputs["mask"], given["mask"] = (TensorProto.INT32, "bt"), mask.astype(np.int32)
        graph.save(tmp_path / "bert.onnx", inputs, {"states": "bth"})
        session = ort.InferenceSession(str(tmp_path / "bert.onnx"), providers=["CPUExecutionProvider"])
        return session.run(None, given)[0]

    return states


def exact(model, ids):
    import torch

    with torch.no_grad():
        return model(input_ids=torch.from_numpy(ids)).last_hidden_state.numpy()


def distance(ours, theirs):
    return float(np.abs(ours - theirs).mean() / np.abs(theirs).mean())


def test_the_states_are_the_librarys(model, run):
    assert distance(run(IDS), exact(model, IDS)) < 0.05


def test_scales_change_nothing_but_the_rounding(model, run):
    layer = "encoder.layer.1"
    sizes = {f"{layer}.attention.self.query": 64, f"{layer}.attention.output.dense": 64, f"{layer}.output.dense": 128}
    generator = np.random.default_rng(5)
    scales = {name: generator.uniform(0.5, 2, size).astype(np.float32) for name, size in sizes.items()}
    assert distance(run(IDS, scales=scales), exact(model, IDS)) < 0.05


def test_what_is_masked_does_not_count(model, run):
    padded = np.concatenate([IDS, np.full((1, 4), 60)], axis=1)
    mask = (np.arange(13) < 9).astype(np.int64)[None]
    assert distance(run(padded, mask)[:, :9], exact(model, IDS)) < 0.05
    assert distance(run(padded, np.ones_like(mask))[:, :9], exact(model, IDS)) > 0.1
