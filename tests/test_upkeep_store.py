"""Where the settings say that the index is to be."""

from pathlib import Path

import pytest

from povqa.config import Settings
from povqa.errors import ConfigError
from povqa.upkeep import store_of


def test_by_default_the_index_is_in_files(tmp_path: Path):
    store = store_of(Settings(root=tmp_path))
    assert store.kind == "local"
    assert store.milvus is not None
    assert store.milvus.uri == str(tmp_path / "vectors/milvus.db")


def test_address_and_token_come_from_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("POVQA_STORE", "milvus")
    monkeypatch.setenv("POVQA_MILVUS_URI", "http://localhost:19530")
    (tmp_path / "token").write_text("root:secret\n", "utf-8")
    monkeypatch.setenv("POVQA_MILVUS_TOKEN_FILE", "token")
    store = store_of(Settings(root=tmp_path))
    assert store.kind == "milvus"
    assert store.milvus is not None
    assert (store.milvus.uri, store.milvus.token, store.milvus.shards) == ("http://localhost:19530", "root:secret", 1)
    assert "secret" not in repr(store)


def test_a_token_file_that_is_not_there_is_one_line(tmp_path: Path):
    with pytest.raises(ConfigError, match="POVQA_MILVUS_TOKEN_FILE"):
        store_of(Settings(root=tmp_path, milvus_token_file=Path("none")))
