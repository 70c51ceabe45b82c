"""Conversion of real, if tiny, sentence-transformers models. torch takes seconds to import, so all of it is slow."""

import json
import logging
import shutil
from pathlib import Path

import numpy as np
import pytest
from tokenizers import Regex, Tokenizer, models, pre_tokenizers, processors

from povqa.config import DEFAULT_ENCODER, Settings
from povqa.encoder import wheel
from povqa.encoder.models import folder_of, info, open_encoder
from povqa.encoder.runtime import CARD, DATA, MODEL, TOKENIZER, OnnxEncoder
from povqa.errors import ModelError
from tiny_weights import HIDDEN, write_weights

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore::DeprecationWarning")]

DIM = 64
SENTENCES = ["临沭县还有贫困人口3309户。", "凌云县种植茶叶11万亩", "扶贫车间" * 40, "短"]


def tokenizer() -> Tokenizer:
    specials = ["[PAD]", "[UNK]", "[CLS]", "[SEP]"]
    characters = [*specials, *map(chr, range(0x20, 0x7F)), *map(chr, range(0x4E00, 0x9FA6))]
    made = Tokenizer(models.WordLevel({text: number for number, text in enumerate(characters)}, unk_token="[UNK]"))
    made.pre_tokenizer = pre_tokenizers.Split(Regex("."), "isolated")
    made.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    return made


def save_model(
    folder: Path, *, kind: str = "distilbert", pooling: str = "mean", inputs: tuple[str, ...] = (), act: str = "gelu"
) -> Path:
    """A (Distil)BERT of one layer with random weights, as sentence-transformers saves it."""
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.models import Pooling, Transformer
    from transformers import BertConfig, BertModel, DistilBertConfig, DistilBertModel, PreTrainedTokenizerFast

    torch.manual_seed(7)
    made = tokenizer()
    size = made.get_vocab_size()
    if kind == "bert":
        config = BertConfig(
            vocab_size=size, hidden_size=DIM, num_hidden_layers=1, num_attention_heads=2, intermediate_size=DIM,
            max_position_embeddings=64, hidden_act=act, initializer_range=0.1,
        )  # fmt: skip
        BertModel(config).save_pretrained(folder / "plain")
    else:
        small = DistilBertConfig(
            vocab_size=size, dim=DIM, n_layers=1, n_heads=2, hidden_dim=DIM, max_position_embeddings=64
        )
        DistilBertModel(small).save_pretrained(folder / "plain")
    named = {"pad_token": "[PAD]", "unk_token": "[UNK]", "cls_token": "[CLS]", "sep_token": "[SEP]"}
    more = {"model_input_names": list(inputs)} if inputs else {}
    PreTrainedTokenizerFast(tokenizer_object=made, model_max_length=64, **named, **more).save_pretrained(
        folder / "plain"
    )
    parts = [Transformer(str(folder / "plain")), Pooling(DIM, pooling_mode=pooling)]
    SentenceTransformer(modules=parts, device="cpu", prompts={"query": "问:", "document": "文:"}).save(
        str(folder / "model")
    )
    return folder / "model"


@pytest.fixture(scope="module")
def saved(tmp_path_factory) -> Path:
    return save_model(tmp_path_factory.mktemp("saved"))


@pytest.fixture
def load():
    from povqa.encoder import prepare

    return prepare.load


@pytest.fixture
def convert():
    from povqa.encoder import prepare

    return prepare.convert


@pytest.mark.parametrize("kind", ["bert", "distilbert"])
@pytest.mark.parametrize("pooling", ["mean", "cls", "max"])
def test_a_converted_model_gives_the_vectors_of_the_original(tmp_path, load, convert, kind, pooling):
    original = load(str(save_model(tmp_path / "saved", kind=kind, pooling=pooling)), hub=False)
    (tmp_path / "out").mkdir()
    card = convert(original, "tests/model", tmp_path / "out", SENTENCES)
    assert (card.name, card.dim, card.max_tokens, card.pooling) == ("tests/model", DIM, 64, pooling)
    assert (card.query_prompt, card.passage_prompt) == ("问:", "文:")
    assert card.inputs == (("input_ids",) if kind == "bert" else ("input_ids", "attention_mask"))
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == sorted([CARD, DATA, MODEL, TOKENIZER])
    encoder = OnnxEncoder(tmp_path / "out", "tests/model", threads=2)
    theirs = original.encode(SENTENCES, prompt="文:", normalize_embeddings=True)
    cosines = (encoder.encode_passages(SENTENCES) * theirs).sum(axis=1)
    assert cosines.min() > 0.98
    assert card.cosine == pytest.approx(cosines.mean(), abs=1e-3)
    question = original.encode("多少户", prompt="问:", normalize_embeddings=True)
    assert float(question @ encoder.encode_query("多少户")) > 0.98


def test_a_bert_is_written_down_and_others_are_exported(tmp_path, load, convert):
    def inputs(name, *parts, **options):
        model = load(str(save_model(tmp_path / name, kind="bert", **options)), hub=False)
        for part in parts:
            model.append(part)
        (tmp_path / name / "out").mkdir()
        return convert(model, name, tmp_path / name / "out", SENTENCES).inputs

    from sentence_transformers.models import Dense, Normalize

    assert inputs("plain") == ("input_ids",)
    assert inputs("normalised", Normalize()) == ("input_ids",)
    for exported in (
        inputs("dense", Dense(DIM, 16)),
        inputs("tanh", act="gelu_new"),
        inputs("weighted", pooling="weightedmean"),
    ):
        assert "attention_mask" in exported


def test_a_bert_that_is_not_as_plain_as_it_looks_is_exported(tmp_path, load, convert):
    model = load(str(save_model(tmp_path / "saved", kind="bert")), hub=False)
    model[0].auto_model.encoder.layer[0].register_forward_hook(lambda layer, given, states: states.flip(-1) ** 3)
    (tmp_path / "out").mkdir()
    card = convert(model, "m", tmp_path / "out", SENTENCES)
    assert "attention_mask" in card.inputs
    assert card.cosine > 0.97


def test_the_fingerprint_is_that_of_the_vectors(tmp_path, saved, load, convert):
    def fingerprint(model, place):
        (tmp_path / place).mkdir()
        return convert(model, place, tmp_path / place, SENTENCES).fingerprint

    first = fingerprint(load(str(saved), hub=False), "first")
    assert fingerprint(load(str(saved), hub=False), "again") == first
    prompted = load(str(saved), hub=False)
    prompted.prompts["query"] = "question: "
    assert fingerprint(prompted, "prompted") != first


def test_an_input_that_the_model_ignores_is_not_given_to_it(tmp_path, load, convert):
    names = ("input_ids", "token_type_ids", "attention_mask")
    model = load(str(save_model(tmp_path / "saved", inputs=names)), hub=False)
    assert "token_type_ids" in model.tokenizer(["一"])
    (tmp_path / "out").mkdir()
    assert convert(model, "m", tmp_path / "out", SENTENCES).inputs == ("input_ids", "attention_mask")


def test_a_model_that_loses_too_much_is_refused(tmp_path, saved, load, convert, monkeypatch):
    from povqa.encoder import prepare

    monkeypatch.setattr(prepare, "LEAST_COSINE", 1.1)
    with pytest.raises(ModelError, match=r"m loses too much in int8 \(mean cosine (?:0.9\d+|1.000), at least 1.1\)"):
        convert(load(str(saved), hub=False), "m", tmp_path, SENTENCES)


def test_no_sentences_are_no_check(tmp_path, saved, load, convert):
    with pytest.raises(ModelError, match="no sentence to check m on: add articles"):
        convert(load(str(saved), hub=False), "m", tmp_path, [])


def test_what_onnx_cannot_express_is_one_line(tmp_path, saved, load, convert):
    import torch

    class Sort(torch.nn.Module):
        def forward(self, features):
            features["sentence_embedding"] = torch.linalg.eigvals(features["token_embeddings"][:, :2, :2]).real
            return features

    model = load(str(saved), hub=False)
    model.append(Sort())
    before = logging.getLogger().level
    with pytest.raises(ModelError, match="m cannot be turned into ONNX .*: choose another model") as caught:
        convert(model, "m", tmp_path, SENTENCES)
    assert "\n" not in caught.value.en
    assert logging.getLogger().level == before


def test_what_is_no_model_is_one_line(tmp_path, saved, load):
    def damaged(name, content):
        folder = tmp_path / "damaged"
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(saved, folder)
        (folder / name).write_bytes(content)
        return folder

    broken = {
        "model.safetensors": (saved / "model.safetensors").read_bytes()[:5000],
        "tokenizer.json": b"{",
        "modules.json": b'[{"idx": 0, "name": "0", "path": "", "type": "nowhere.X"}]',
        "config.json": json.dumps({**json.loads((saved / "config.json").read_text()), "dim": 32}).encode(),
    }
    for name, content in broken.items():
        with pytest.raises(ModelError, match="sentence-transformers cannot load .*: give the folder of a model"):
            load(str(damaged(name, content)), hub=False)
    (tmp_path / "empty").mkdir()
    for name in ("empty", "missing"):
        with pytest.raises(ModelError, match=f"cannot load .*{name}") as caught:
            load(str(tmp_path / name), hub=False)
        assert "\n" not in caught.value.en


def test_a_folder_is_prepared_into_the_cache(tmp_path, saved, monkeypatch):
    from povqa.encoder.models import prepare

    monkeypatch.setenv("HOME", str(saved.parent))
    settings = Settings(cache=tmp_path, encoder="~/model")
    said = []
    found = prepare(settings, "~/model", SENTENCES, say=lambda en, zh: said.append((en, zh)))
    assert found == info(settings, "~/model")
    assert found.prepared
    assert said == [("converting ~/model to int8", "正在将 ~/model 转换为 int8")]
    first = open_encoder(settings).encode_query("多少户")
    prepare(settings, str(saved), SENTENCES)
    np.testing.assert_array_equal(open_encoder(settings).encode_query("多少户"), first)
    assert [path.name for path in settings.models_path.iterdir()] == [folder_of(settings, "~/model").name]


def test_a_model_of_an_earlier_version_is_replaced(tmp_path, saved):
    from povqa.encoder.models import prepare

    settings = Settings(cache=tmp_path / "cache", encoder=str(saved))
    fresh = prepare(settings, settings.encoder, SENTENCES)
    card = json.loads((fresh.path / CARD).read_text("utf-8"))
    (fresh.path / CARD).write_text(json.dumps({**card, "format": 2}))
    (fresh.path / "left.onnx").write_bytes(b"")
    said = []
    assert prepare(settings, settings.encoder, SENTENCES, say=lambda en, zh: said.append(en)) == fresh
    assert said == [f"converting {settings.encoder} to int8"]
    assert not (fresh.path / "left.onnx").exists()


def test_the_model_that_served_before_outlives_a_failure(tmp_path, saved):
    from povqa.encoder.models import prepare

    settings = Settings(cache=tmp_path / "cache", encoder=str(tmp_path / "model"))
    shutil.copytree(saved, tmp_path / "model")
    prepare(settings, settings.encoder, SENTENCES)
    (tmp_path / "model" / "config.json").write_text("{")
    with pytest.raises(ModelError):
        prepare(settings, settings.encoder, SENTENCES)
    assert open_encoder(settings).encode_query("多少户").shape == (DIM,)
    assert len(list(settings.models_path.iterdir())) == 1


def test_the_default_encoder_comes_from_its_wheel(tmp_path, monkeypatch):
    """The download is left out; from the two files on everything is as it is for a user."""
    from povqa.encoder.models import prepare

    def fetch(into: Path) -> tuple[Path, Path]:
        write_weights(into / "all.bin", ["▁", "。", *map(chr, range(0x4E00, 0x9FA6)), "привет", "▁the"])
        write_weights(into / "english.bin", ["▁", "▁the"])
        return into / "all.bin", into / "english.bin"

    monkeypatch.setattr(wheel, "fetch", fetch)
    settings = Settings(cache=tmp_path)
    assert settings.encoder == DEFAULT_ENCODER
    found = prepare(settings, DEFAULT_ENCODER, SENTENCES)
    assert found.card is not None
    assert (found.card.dim, found.card.query_prompt, found.card.passage_prompt) == (HIDDEN, "query: ", "passage: ")
    assert found.card.pooling == "mean"
    made = Tokenizer.from_file(str(found.path / TOKENIZER))
    assert made.token_to_id("привет") is None
    assert made.encode("扶贫").tokens == ["<s>", "▁", "扶", "贫", "</s>"]
    assert made.encode("扶贫").ids[2] == made.token_to_id("扶")
    vectors = open_encoder(settings).encode_passages(SENTENCES)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
