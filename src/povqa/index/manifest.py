"""The manifest: what an index was made from and how, and what every file of it must look like."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from povqa.corpus import CLEANING_VERSION
from povqa.corpus.duplicates import DUPLICATES_VERSION
from povqa.errors import BrokenIndexError
from povqa.index.searching import LOCAL
from povqa.index.tokens import TOKENS_VERSION
from povqa.index.vocabulary import VOCABULARY_VERSION
from povqa.text.chunks import MAX_CHARS

FORMAT_VERSION = 2
MANIFEST = "manifest.json"

Parameters = dict[str, int | float | str | bool]


class FileEntry(BaseModel):
    """A file of the index as it was written."""

    model_config = ConfigDict(frozen=True)

    size: int = Field(ge=0)
    sha256: str = Field(pattern="^[0-9a-f]{64}$")


class Manifest(BaseModel):
    """Everything that tells whether an index is whole, ours, and still the index of the corpus at hand."""

    model_config = ConfigDict(frozen=True)

    kind: Literal["povqa-index"] = "povqa-index"
    format_version: int
    povqa_version: str
    created: datetime
    corpus_hash: str  # of the corpus' contents
    fingerprint: str  # of the corpus' file names, sizes and times: quick to take again
    encoder: str
    encoder_fingerprint: str
    parameters: Parameters
    dim: int
    articles: int
    copies: int  # articles that stand aside for another that says the same
    sentences: int  # of the articles that are searched
    chunks: int
    ordinals: int  # given to articles so far; those of articles that have left stay unused until all is written anew
    dense: str  # the kind of index over the vectors
    store: str = LOCAL  # the engine that searches
    collection: str = ""  # its name on the server, where it is on one
    files: dict[str, FileEntry]  # by path, relative to the generation's folder, with forward slashes


def current_parameters() -> Parameters:
    """The settings of this code that an index depends on; another value makes an index stale."""
    return {
        "chunk_max_chars": MAX_CHARS,
        "cleaning": CLEANING_VERSION,
        "duplicates": DUPLICATES_VERSION,
        "passage": "title+text",
        "tokens": TOKENS_VERSION,
        "vocabulary": VOCABULARY_VERSION,
    }


def read_manifest(generation: Path) -> Manifest:
    """The manifest of a generation.

    :raises FileNotFoundError: the generation has gone.
    :raises BrokenIndexError: the manifest is not ours, or of another format.
    """
    try:
        manifest = Manifest.model_validate_json((generation / MANIFEST).read_bytes())
    except ValidationError as error:
        raise BrokenIndexError(
            f"{generation} is not an index that povqa wrote: run `povqa index`, or name another folder with --index.",
            f"{generation} 不是 povqa 写的索引:请运行 `povqa index`,或用 --index 指定别的文件夹。",
        ) from error
    if manifest.format_version != FORMAT_VERSION:
        raise BrokenIndexError(
            f"The index in {generation.parent} has format {manifest.format_version}, this povqa reads "
            f"{FORMAT_VERSION}: run `povqa index`.",
            f"{generation.parent} 中的索引是第 {manifest.format_version} 版格式,本程序只能读第 {FORMAT_VERSION} 版:"
            "请运行 `povqa index`。",
        )
    return manifest


def describe_files(generation: Path, known: Mapping[int, FileEntry] | None = None) -> dict[str, FileEntry]:
    """Size and checksum of every file of a generation but the manifest and what locks leave.

    :param known: by inode, those of files that an older generation has too, and that are not read again.
    """
    found = {}
    for path in sorted(generation.rglob("*")):
        if path.is_file() and path.name != MANIFEST and path.suffix != ".lock":
            state = path.stat()
            entry = (known or {}).get(state.st_ino) or FileEntry(size=state.st_size, sha256=sha256(path))
            found[path.relative_to(generation).as_posix()] = entry
    return found


def known_files(generation: Path, manifest: Manifest) -> dict[int, FileEntry]:
    """The entries of a generation's files by inode, for one that is linked to them."""
    return {(generation / name).stat().st_ino: entry for name, entry in manifest.files.items()}


def check_files(generation: Path, manifest: Manifest, *, contents: bool) -> None:
    """Compare the files with the manifest.

    :param contents: compare the checksums too, which reads every byte; else the sizes only.
    :raises FileNotFoundError: a file is not there.
    :raises BrokenIndexError: a file is not what was written.
    """
    for name, entry in manifest.files.items():
        path = generation / name
        if path.stat().st_size != entry.size or (contents and sha256(path) != entry.sha256):
            raise damaged(path)


def damaged(path: Path) -> BrokenIndexError:
    """The error for a file of an index that is not what was written."""
    return BrokenIndexError(
        f"The index is damaged ({path} is not what was written): run `povqa index --rebuild`.",
        f"索引已损坏({path} 与写入时不符):请运行 `povqa index --rebuild`。",
    )


def sha256(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
