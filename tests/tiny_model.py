"""A real prepared encoder, small enough to write in a test: a vector a character, averaged, run by ONNX Runtime."""

from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from tokenizers import Regex, Tokenizer, models, pre_tokenizers

from povqa.encoder.runtime import DATA, MODEL, TOKENIZER, ModelCard, model_bytes, write_card

DIM = 24
CHARACTERS = [chr(code) for code in (*range(0x20, 0x7F), *range(0x4E00, 0x9FA6))]


def write_tiny_model(folder: Path, name: str) -> None:
    """Write the model into `folder` as `povqa model prepare` would."""
    folder.mkdir(parents=True)
    vocabulary = {"[UNK]": 0} | {character: number for number, character in enumerate(CHARACTERS, start=1)}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Split(Regex("."), "isolated")
    tokenizer.save(str(folder / TOKENIZER))
    onnx.save(
        _graph(len(vocabulary)), str(folder / MODEL), save_as_external_data=True, location=DATA, size_threshold=1024
    )
    write_card(
        folder,
        ModelCard(
            name=name,
            dim=DIM,
            max_tokens=512,
            inputs=("input_ids", "attention_mask"),
            pooling="mean",
            query_prompt="",
            passage_prompt="",
            cosine=1.0,
            model_bytes=model_bytes(folder),
            fingerprint="tiny",
        ),
    )


def _graph(size: int) -> onnx.ModelProto:
    table = np.random.default_rng(7).normal(size=(size, DIM)).astype(np.float32)
    nodes = [
        helper.make_node("Gather", ["table", "input_ids"], ["rows"]),
        helper.make_node("Cast", ["attention_mask"], ["mask"], to=TensorProto.FLOAT),
        helper.make_node("Unsqueeze", ["mask", "last"], ["column"]),
        helper.make_node("Mul", ["rows", "column"], ["kept"]),
        helper.make_node("ReduceSum", ["kept", "middle"], ["vectors"], keepdims=0),
    ]
    tensors = [
        numpy_helper.from_array(table, "table"),
        numpy_helper.from_array(np.array([2], np.int64), "last"),
        numpy_helper.from_array(np.array([1], np.int64), "middle"),
    ]
    given = [
        helper.make_tensor_value_info(name, TensorProto.INT64, ["batch", "tokens"])
        for name in ("input_ids", "attention_mask")
    ]
    made = [helper.make_tensor_value_info("vectors", TensorProto.FLOAT, ["batch", DIM])]
    graph = helper.make_graph(nodes, "tiny", given, made, tensors)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
