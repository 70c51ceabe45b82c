"""From any sentence-transformers model to an int8 ONNX model that needs no torch. Run once for each model.

The only module of povqa that imports torch and sentence-transformers.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from sentence_transformers import SentenceTransformer
from torch import Tensor, nn
from transformers.utils.logging import disable_progress_bar

from povqa.encoder.bert import POOLINGS, Shape, write_encoder
from povqa.encoder.runtime import DATA, MODEL, TOKENIZER, ModelCard, OnnxEncoder, model_bytes, write_card
from povqa.encoder.telemetry import disable_telemetry
from povqa.errors import ModelError

_AFTER_BERT = (["Pooling"], ["Pooling", "Normalize"])
LEAST_COSINE = 0.97  # mean, between the int8 vectors and the original's
_OPSET = 17
_LARGE = 100_000  # bytes from which a tensor goes into the file of weights

_Write = Callable[[SentenceTransformer, Path], None]


def load(name: str, *, hub: bool) -> SentenceTransformer:
    """Load a model by name or folder.

    :param hub: whether a model hub may be asked.
    :raises ModelError: if it is not there.
    """
    for library in ("transformers", "huggingface_hub"):
        logging.getLogger(library).setLevel(logging.ERROR)
    disable_progress_bar()  # type: ignore[no-untyped-call]
    try:
        return SentenceTransformer(name, device="cpu", local_files_only=not hub, backend="torch")
    except Exception as error:  # each of the libraries below has its own
        said = _first_line(error)
        raise ModelError(
            f"sentence-transformers cannot load {name} ({said}): give the folder of a model, "
            "or a name where a model hub is reachable, to `povqa model prepare`",
            f"sentence-transformers 无法加载 {name}（{said}）：请给出模型文件夹，或在能访问模型库时给出名称，"
            "再运行 `povqa model prepare`",
        ) from error


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0].rstrip(".")


class _Graph(nn.Module):
    """A sentence-transformers model as one function of tensors, pooling and all."""

    def __init__(self, model: SentenceTransformer, inputs: Sequence[str]) -> None:
        super().__init__()
        self.parts = nn.ModuleList(list(model))
        self.inputs = inputs

    def forward(self, *tensors: Tensor) -> Tensor:
        features: dict[str, Any] = dict(zip(self.inputs, tensors, strict=True))
        for part in self.parts:
            features = part(features)
        return features["sentence_embedding"]  # type: ignore[no-any-return]


def export_int8(
    graph: nn.Module,
    example: tuple[Tensor, ...],
    inputs: Sequence[str],
    outputs: dict[str, dict[int, str]],
    axes: dict[str, dict[int, str]],
    path: Path,
) -> None:
    """Write `graph` as an optimised ONNX model with dynamically quantised int8 weights, these in a `.bin` beside it.

    :param axes: the names of the dimensions that vary, for each input.
    :param outputs: the same for each output.
    """
    disable_telemetry()
    import onnxruntime as ort  # type: ignore[import-untyped]
    from onnxruntime.quantization import QuantType, quantize_dynamic  # type: ignore[import-untyped]

    full, small, whole = (path.with_suffix(f".{step}.onnx") for step in ("fp32", "int8", "whole"))
    try:
        with _quiet():
            torch.onnx.export(
                graph.eval(), example, str(full), input_names=list(inputs), output_names=list(outputs),
                dynamic_axes={**axes, **outputs}, opset_version=_OPSET, dynamo=False,
            )  # fmt: skip
            quantize_dynamic(full, small, weight_type=QuantType.QInt8, per_channel=True)
        options = ort.SessionOptions()
        options.log_severity_level = 4
        options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_ENABLE_EXTENDED
        options.optimized_model_filepath = str(whole)
        ort.InferenceSession(str(small), options, providers=["CPUExecutionProvider"])
        data = path.with_suffix(".bin")
        data.write_bytes(b"")  # onnx appends to what is there
        onnx.save_model(onnx.load(whole), path, save_as_external_data=True, location=data.name, size_threshold=_LARGE)
        data.chmod(0o644)
    finally:
        for file in (full, small, whole):
            file.unlink(missing_ok=True)


@contextmanager
def _quiet() -> Iterator[None]:
    """The exporter and the quantiser warn of what is as it should be."""
    root = logging.getLogger()
    level = root.level
    root.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        root.setLevel(level)


def _pooling(model: SentenceTransformer) -> str:
    parts: list[Any] = list(model)
    modes = [getattr(part, "pooling_mode", None) for part in parts]
    modes += [part.get_pooling_mode_str() for part in parts if hasattr(part, "get_pooling_mode_str")]  # before 6
    found = next((mode for mode in modes if mode), "as exported")
    return found if isinstance(found, str) else "+".join(found)


def _prompt(model: SentenceTransformer, *names: str) -> str:
    prompts = getattr(model, "prompts", None) or {}
    return next((prompts[name] for name in names if prompts.get(name)), "")


def _is_bert(model: SentenceTransformer) -> bool:
    """Whether a model is one that `bert` can write down: a plain BERT, pooled in one of the usual ways."""
    first, *others = list(model)
    bert: Any = getattr(first, "auto_model", None)
    if type(bert).__name__ != "BertModel" or [type(part).__name__ for part in others] not in _AFTER_BERT:
        return False
    config = bert.config
    usual = getattr(config, "position_embedding_type", None) in (None, "absolute")  # gone from transformers 5
    return usual and config.hidden_act == "gelu" and not config.is_decoder and _pooling(model) in POOLINGS


def _write_bert(model: SentenceTransformer, path: Path) -> None:
    first: Any = model[0]
    config = first.auto_model.config
    weights = {name: tensor.float().numpy() for name, tensor in first.auto_model.state_dict().items()}
    heads, positions = config.num_attention_heads, config.max_position_embeddings
    write_encoder(
        weights, Shape(config.num_hidden_layers, heads, config.layer_norm_eps, positions), _pooling(model), path
    )


def _write_exported(model: SentenceTransformer, path: Path) -> None:
    example = model.tokenizer(["北京", "一个句子"], padding=True, return_tensors="pt")
    inputs = [key for key in ("input_ids", "attention_mask", "token_type_ids") if key in example]
    axes = {key: {0: "batch", 1: "tokens"} for key in inputs}
    tensors = tuple(example[key] for key in inputs)
    export_int8(_Graph(model, inputs), tensors, inputs, {"vectors": {0: "batch"}}, axes, path)


def _write_tokenizer(model: SentenceTransformer, name: str, path: Path) -> None:
    backend = getattr(getattr(model, "tokenizer", None), "backend_tokenizer", None)
    if backend is None:
        raise ModelError(
            f"{name} has no fast tokenizer: choose another model for `povqa model prepare`",
            f"{name} 没有快速分词器：请为 `povqa model prepare` 另选模型",
        )
    backend.no_padding()
    backend.no_truncation()
    compact = json.dumps(json.loads(backend.to_str()), ensure_ascii=False, separators=(",", ":"))
    path.write_text(compact, encoding="utf-8")


def _write(model: SentenceTransformer, name: str, folder: Path, graph: _Write, sentences: Sequence[str]) -> ModelCard:
    """Write `model` into `folder`, its graph by `graph`, and compare."""
    _write_tokenizer(model, name, folder / TOKENIZER)
    graph(model, folder / MODEL)
    # An input that the model does not look at is not in its graph, though its tokenizer gives it.
    inputs = tuple(one.name for one in onnx.load(folder / MODEL, load_external_data=False).graph.input)
    digest = hashlib.sha256(b"".join((folder / file).read_bytes() for file in (MODEL, DATA, TOKENIZER)))
    query, passage = _prompt(model, "query"), _prompt(model, "document", "passage", "corpus")
    digest.update(f"{query}|{passage}".encode())
    original = np.asarray(model.encode([passage + text for text in sentences], prompt="", normalize_embeddings=True))
    card = ModelCard(
        name=name, dim=original.shape[1], max_tokens=int(model.max_seq_length or 512), inputs=inputs,
        pooling=_pooling(model), query_prompt=query, passage_prompt=passage, cosine=0.0,
        model_bytes=model_bytes(folder), fingerprint=digest.hexdigest()[:16],
    )  # fmt: skip
    write_card(folder, card)
    ours = OnnxEncoder(folder, name, threads=os.cpu_count() or 1).encode_passages(sentences)
    card = card.model_copy(update={"cosine": round(float((original * ours).sum(axis=1).mean()), 4)})
    write_card(folder, card)
    return card


def convert(model: SentenceTransformer, name: str, folder: Path, sentences: Sequence[str]) -> ModelCard:
    """Write `model` into `folder` and check it against the original.

    :param sentences: real ones, at least one, on which both are compared.
    :raises ModelError: if the mean cosine is below `LEAST_COSINE`, or the model cannot be converted.
    """
    if not sentences:
        raise ModelError(
            f"there is no sentence to check {name} on: add articles to the corpus, then run `povqa model prepare`",
            f"没有可用来检查 {name} 的句子：请先在语料中加入文章，再运行 `povqa model prepare`",
        )
    try:
        for graph in [_write_bert, _write_exported] if _is_bert(model) else [_write_exported]:
            card = _write(model, name, folder, graph, sentences)
            if card.cosine >= LEAST_COSINE:
                return card
    except (ModelError, OSError):
        raise
    except Exception as error:  # torch, onnx and ONNX Runtime each have their own
        said = _first_line(error)
        raise ModelError(
            f"{name} cannot be turned into ONNX ({said}): choose another model for `povqa model prepare`",
            f"{name} 无法转换为 ONNX（{said}）：请为 `povqa model prepare` 另选模型",
        ) from error
    raise ModelError(
        f"{name} loses too much in int8 (mean cosine {card.cosine:.3f}, at least {LEAST_COSINE}): "
        "choose another model for `povqa model prepare`",
        f"{name} 量化为 int8 后损失过大（平均余弦 {card.cosine:.3f}，至少应为 {LEAST_COSINE}）："
        "请为 `povqa model prepare` 另选模型",
    )
