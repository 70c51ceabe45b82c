import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from povqa.encoder.runtime import (
    CARD,
    DATA,
    MODEL,
    TOKENIZER,
    OnnxEncoder,
    OutdatedModelError,
    load_tokenizer,
    read_card,
    write_card,
)
from povqa.errors import ModelError
from tiny_model import CHARACTERS, DIM, write_tiny_model

NAME = "tests/tiny"


@pytest.fixture(scope="module")
def shared(tmp_path_factory) -> Path:
    """A prepared model that no test may change."""
    folder = tmp_path_factory.mktemp("shared") / "tiny"
    write_tiny_model(folder, NAME)
    return folder


@pytest.fixture(scope="module")
def encoder(shared) -> OnnxEncoder:
    return OnnxEncoder(shared, NAME, threads=2)


@pytest.fixture
def folder(tmp_path) -> Path:
    write_tiny_model(tmp_path / "tiny", NAME)
    return tmp_path / "tiny"


@pytest.fixture(scope="module")
def table(shared) -> np.ndarray:
    """The vector of each token, out of the model's own file."""
    graph = onnx.load(shared / MODEL).graph
    return next(onnx.numpy_helper.to_array(one) for one in graph.initializer if one.name == "table")


def test_a_vector_is_the_mean_of_its_characters(encoder, table):
    expected = sum(table[CHARACTERS.index(character) + 1] for character in "扶贫A")
    np.testing.assert_allclose(encoder.encode_query("扶贫A"), expected / np.linalg.norm(expected), atol=1e-6)


def test_a_passage_gets_its_prompt_and_a_question_its_own(folder):
    plain = OnnxEncoder(folder, NAME)
    write_card(folder, plain.card.model_copy(update={"query_prompt": "问:", "passage_prompt": "文:"}))
    prompted = OnnxEncoder(folder, NAME)
    np.testing.assert_array_equal(prompted.encode_query("多少户"), plain.encode_query("问:多少户"))
    np.testing.assert_array_equal(prompted.encode_passages(["一户"]), plain.encode_passages(["文:一户"]))


def test_what_a_model_does_not_take_is_cut_off(folder):
    write_card(folder, read_card(folder, NAME).model_copy(update={"max_tokens": 4}))
    encoder = OnnxEncoder(folder, NAME)
    np.testing.assert_array_equal(encoder.encode_query("临沭县还有"), encoder.encode_query("临沭县还"))


@settings(deadline=None)
@given(st.lists(st.text(st.sampled_from("临沭县贫困a1 。"), min_size=1, max_size=300), max_size=12), st.integers(1, 2))
def test_each_row_is_the_vector_of_its_text_however_they_are_batched(shared, texts, threads):
    encoder = OnnxEncoder(shared, NAME, threads)
    vectors = encoder.encode_passages(texts)
    assert vectors.shape == (len(texts), DIM)
    assert vectors.dtype == np.float32
    for text, vector in zip(texts, vectors, strict=True):
        np.testing.assert_array_equal(vector, encoder.encode_query(text))


def test_rows_have_unit_length(encoder):
    vectors = encoder.encode_passages(["一", "二三四" * 400, "🙂\x00�", " "])
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


def test_progress_comes_to_the_end_and_never_goes_back(encoder):
    told = []
    encoder.encode_passages(["贫" * length for length in range(1, 500, 10)], lambda *done: told.append(done))
    assert [total for _, total in told] == [50] * len(told)
    done = [count for count, _ in told]
    assert done == sorted(set(done))
    assert (len(done) > 1, done[-1]) == (True, 50)


def test_many_passages_are_encoded_in_their_order(encoder):
    texts = [f"{number:b}户" for number in range(300)]  # more than are under way at once
    expected = np.stack([encoder.encode_query(text) for text in texts])
    np.testing.assert_array_equal(encoder.encode_passages(texts), expected)
    assert encoder.encode_passages([]).shape == (0, DIM)


def test_texts_are_taken_as_they_are_needed(encoder):
    class Texts(Sequence):
        taken = 0

        def __len__(self):
            return 2000

        def __getitem__(self, place):
            found = ["贫"] * len(range(2000)[place])
            self.taken += len(found)
            return found

    texts, ahead = Texts(), []
    encoder.encode_passages(texts, lambda done, total: ahead.append(texts.taken - done))
    assert texts.taken == 2000
    assert max(ahead) < 200


def test_equal_files_share_a_tokenizer(folder, tmp_path):
    (tmp_path / "copy.json").write_bytes((folder / TOKENIZER).read_bytes())
    assert load_tokenizer(folder / TOKENIZER, 77) is load_tokenizer(tmp_path / "copy.json", 77)
    assert load_tokenizer(folder / TOKENIZER, 78) is not load_tokenizer(folder / TOKENIZER, 77)
    assert load_tokenizer(folder / TOKENIZER, 77).truncation["max_length"] == 77


def test_a_card_is_read_as_it_was_written(folder):
    card = read_card(folder, "other").model_copy(update={"name": "模型", "cosine": 0.9871})
    write_card(folder, card)
    assert read_card(folder, "other") == card


def test_a_missing_model_is_one_line(tmp_path):
    with pytest.raises(ModelError, match="the encoder a/b is not prepared: run `povqa model prepare a/b`") as caught:
        OnnxEncoder(tmp_path, "a/b")
    assert caught.value.zh == "编码器 a/b 尚未准备好：请运行 `povqa model prepare a/b`"


@pytest.mark.parametrize(
    "card",
    [
        b"",
        b"{",
        b"\xff",
        b"[]",
        b"{}",
        {"format": 0},
        {"format": 4},
        {"format": "2"},
        {"dim": "many"},
        {"inputs": None},
    ],
    ids=repr,
)
def test_a_broken_card_is_one_line(folder, card):
    if isinstance(card, dict):
        card = json.dumps({**json.loads((folder / CARD).read_text("utf-8")), **card}).encode()
    (folder / CARD).write_bytes(card)
    with pytest.raises(ModelError, match=r"is unusable \(povqa.json\): run `povqa model prepare tests/tiny`"):
        OnnxEncoder(folder, NAME)


@pytest.mark.parametrize("number", [1, 2])
def test_the_card_of_an_earlier_version_is_told_from_a_broken_one(folder, number):
    (folder / CARD).write_text(json.dumps({"format": number, "name": NAME, "pad_id": 0}))
    with pytest.raises(OutdatedModelError, match="was prepared by an earlier povqa: run `povqa model prepare tests/"):
        OnnxEncoder(folder, NAME)


@pytest.mark.parametrize("name", [MODEL, DATA, TOKENIZER])
def test_a_file_that_is_gone_is_one_line(folder, name):
    (folder / name).unlink()
    with pytest.raises(ModelError, match=r"is unusable \(a file is missing or truncated\): run `povqa model prepare"):
        OnnxEncoder(folder, NAME)


@pytest.mark.parametrize("name", [MODEL, DATA])
def test_a_truncated_file_is_one_line(folder, name):
    (folder / name).write_bytes((folder / name).read_bytes()[:-1])
    with pytest.raises(ModelError, match="a file is missing or truncated"):
        OnnxEncoder(folder, NAME)


@pytest.mark.parametrize("name", [MODEL, TOKENIZER])
def test_a_damaged_file_is_one_line_when_it_is_needed(folder, name):
    (folder / name).write_bytes(bytes((folder / name).stat().st_size))
    with pytest.raises(ModelError, match=rf"is unusable \({name}\): run `povqa model prepare tests/tiny`"):
        OnnxEncoder(folder, NAME).warm()
