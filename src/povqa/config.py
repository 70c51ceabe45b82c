"""Settings, from the environment (`POVQA_*`), and every path under the root."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import Literal

from platformdirs import user_cache_path
from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

DEFAULT_ENCODER = "intfloat/multilingual-e5-small"


class Settings(BaseSettings):
    """What a user can set. Each field is also an environment variable: `corpus` is `POVQA_CORPUS`."""

    model_config = SettingsConfigDict(env_prefix="POVQA_", extra="ignore", frozen=True)

    root: Path = Field(default_factory=Path.cwd, description="the folder that relative paths start from")
    corpus: Path = Field(default=Path("seeds"), description="the folder of articles")
    index: Path = Field(default=Path("vectors"), description="where the index of the corpus stands")
    encoder: str = Field(
        default=DEFAULT_ENCODER, min_length=1, description="the sentence-transformers model: a name or a folder"
    )
    cache: Path = Field(
        default_factory=lambda: user_cache_path("povqa", appauthor=False), description="where prepared models are kept"
    )
    max_refused: float = Field(
        default=0.05, gt=0, lt=1, description="the share of answerable questions that may be refused"
    )
    threads: int = Field(default=2, ge=1, le=64, description="passages encoded, or windows read, at once")

    store: Literal["local", "milvus"] = Field(
        default="local", description="the engine that searches: files in the index folder, or Milvus"
    )
    milvus_uri: str = Field(
        default="", description="the address of Milvus, or a file for Milvus Lite; empty: milvus.db in the index folder"
    )
    milvus_token: SecretStr | None = Field(default=None, description="the token of Milvus: user:password, or a key")
    milvus_token_file: Path | None = Field(default=None, description="a file that holds that token")
    milvus_shards: int = Field(default=1, ge=1, le=64, description="shards of a collection that is made in Milvus")

    @cached_property
    def corpus_path(self) -> Path:
        """The corpus folder, absolute."""
        return (self.root / self.corpus).resolve()

    @cached_property
    def index_path(self) -> Path:
        """The index folder, absolute."""
        return (self.root / self.index).resolve()

    @cached_property
    def milvus_address(self) -> str:
        """Where Milvus is; the path of a file absolute."""
        uri = self.milvus_uri or str(self.index_path / "milvus.db")
        return str((self.root / uri).resolve()) if uri.endswith(".db") else uri

    @cached_property
    def models_path(self) -> Path:
        """The folder that holds one folder for each prepared model."""
        return self.cache.expanduser() / "models"
