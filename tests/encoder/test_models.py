import json
from pathlib import Path

import pytest

from povqa.config import DEFAULT_ENCODER, Settings
from povqa.encoder import models
from povqa.encoder.models import folder_of, info, list_models, open_encoder, prepare, remove
from povqa.encoder.runtime import CARD, DATA, MODEL, TOKENIZER
from povqa.errors import ModelError
from tiny_model import DIM, write_tiny_model


@pytest.fixture
def settings(tmp_path) -> Settings:
    return Settings(cache=tmp_path / "cache", encoder="tests/tiny")


@pytest.fixture
def prepared(settings) -> Path:
    folder = folder_of(settings, "tests/tiny")
    write_tiny_model(folder, "tests/tiny")
    return folder


def test_a_name_gives_one_folder_inside_the_cache(settings):
    for name in (
        DEFAULT_ENCODER,
        "moka-ai/m3e-small",
        "../../outside",
        "/",
        "..",
        "a b\x1b/c",
        "~nobody-here/m",
        "模型",
    ):
        folder = folder_of(settings, name)
        assert folder.parent == settings.models_path, name
        assert folder.name.strip("."), name
    assert folder_of(settings, DEFAULT_ENCODER).name == "intfloat--multilingual-e5-small"


def test_a_folder_of_the_disk_is_told_from_another_of_its_name(settings, tmp_path, monkeypatch):
    for parent in ("one", "two"):
        (tmp_path / parent / "m3e").mkdir(parents=True)
    one, two = (folder_of(settings, str(tmp_path / parent / "m3e")) for parent in ("one", "two"))
    assert one != two
    assert one.name.startswith("m3e-")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path / "one")
    assert {folder_of(settings, name) for name in ("m3e", "./m3e/", "~/one/m3e", "../one/m3e")} == {one}


def test_a_model_is_described(settings, prepared):
    found = info(settings, "tests/tiny")
    assert (found.name, found.path, found.prepared) == ("tests/tiny", prepared, True)
    assert found.bytes == sum((prepared / name).stat().st_size for name in (CARD, MODEL, DATA, TOKENIZER))
    assert found.card is not None
    assert found.card.dim == DIM
    other = info(settings, "moka-ai/m3e-small")
    assert (other.name, other.prepared, other.card, other.bytes) == ("moka-ai/m3e-small", False, None, 0)


def test_the_list_has_the_prepared_models_and_the_one_asked_for(settings, prepared, tmp_path, monkeypatch):
    assert [(one.name, one.prepared) for one in list_models(settings)] == [("tests/tiny", True)]
    other = settings.model_copy(update={"encoder": "a/b"})
    assert [(one.name, one.prepared) for one in list_models(other)] == [("tests/tiny", True), ("a/b", False)]
    (tmp_path / "local").mkdir()
    monkeypatch.chdir(tmp_path)
    write_tiny_model(folder_of(settings, "local"), "local")
    monkeypatch.chdir("/")
    assert [(one.name, one.prepared) for one in list_models(settings)] == [("local", True), ("tests/tiny", True)]


def test_a_broken_model_does_not_hide_the_others(settings, prepared):
    write_tiny_model(folder_of(settings, "a/broken"), "a/broken")
    (folder_of(settings, "a/broken") / MODEL).write_bytes(b"")
    found = [(one.name, one.prepared) for one in list_models(settings)]
    assert found == [("a--broken", False), ("tests/tiny", True)]
    (prepared / CARD).write_text("{}")
    assert [one.prepared for one in list_models(settings)] == [False, False]
    assert remove(settings, "a--broken").path == folder_of(settings, "a/broken"), "by the name that the list gives it"
    with pytest.raises(ModelError, match="unusable .*: run `povqa model prepare tests/tiny`"):
        info(settings, "tests/tiny")


def test_what_an_earlier_version_prepared_is_not_prepared(settings, prepared):
    card = json.loads((prepared / CARD).read_text("utf-8"))
    (prepared / CARD).write_text(json.dumps({**card, "format": 2, "pad_id": 0}))
    found = info(settings, "tests/tiny")
    assert (found.name, found.prepared, found.card) == ("tests/tiny", False, None)
    assert [(one.name, one.prepared) for one in list_models(settings)] == [("tests/tiny", False)]
    with pytest.raises(ModelError, match="was prepared by an earlier povqa: run `povqa model prepare tests/tiny`"):
        open_encoder(settings)


def test_a_model_is_removed_once(settings, prepared):
    size = info(settings, "tests/tiny").bytes
    gone = remove(settings, "tests/tiny")
    assert (gone.name, gone.prepared, gone.bytes) == ("tests/tiny", False, size)
    assert not prepared.exists()
    with pytest.raises(ModelError, match="no prepared model is called tests/tiny: see `povqa model list`"):
        remove(settings, "tests/tiny")


def test_the_settings_encoder_opens(settings, prepared):
    encoder = open_encoder(settings)
    assert (encoder.name, encoder.dim) == ("tests/tiny", DIM)
    with pytest.raises(ModelError, match="the encoder a/b is not prepared: run `povqa model prepare a/b`"):
        open_encoder(settings.model_copy(update={"encoder": "a/b"}))


def test_preparing_says_which_packages_it_needs(settings, monkeypatch):
    monkeypatch.setattr(models.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(ModelError, match=r"needs more packages: run `pip install 'povqa\[prepare\]'`") as caught:
        prepare(settings, "tests/tiny", ["一句。"])
    assert caught.value.zh.startswith("准备模型需要更多软件包")


@pytest.mark.slow
def test_a_file_in_the_place_of_the_cache_is_one_line(settings, tmp_path):
    (tmp_path / "cache").write_text("")
    with pytest.raises(ModelError, match="cannot write to .*cache/models .*set POVQA_CACHE, then run"):
        prepare(settings, "tests/tiny", ["一句。"])
