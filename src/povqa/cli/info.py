"""`povqa info`: the state of everything an answer rests on. It works when nothing else does."""

from __future__ import annotations

import json
import platform
from typing import TYPE_CHECKING

import click

from povqa.cli.app import App, common_options, write_json
from povqa.errors import PovqaError
from povqa.messages import Lang, Line, printable

if TYPE_CHECKING:
    from povqa.config import Settings
    from povqa.index.manifest import Manifest

PACKAGES = ("faiss-cpu", "onnxruntime", "tantivy", "tokenizers")
CORPUS = Line("corpus", "文章")
INDEX = Line("index", "索引")
MODEL = Line("model", "模型")
FILES = Line("{files} files", "{files} 个文件")
COUNTS = Line(
    "{articles} articles, {sentences} sentences, {chunks} chunks, built {created}",
    "{articles} 篇文章，{sentences} 个句子，{chunks} 个片段，建于 {created}",
)
IN_FILES = Line("searched in files (dense: {dense})", "在文件中检索（向量索引：{dense}）")
IN_MILVUS = Line(
    "searched in Milvus at {uri}, collections {collection}_* ({dense})",
    "在 {uri} 的 Milvus 中检索，集合 {collection}_*（{dense}）",
)
RECALL = Line(
    "the dense index finds {recall} of the nearest {taken} that comparing all would find",
    "向量索引能找到逐一比较所得最近 {taken} 个片段中的 {recall}",
)
SHORT = Line(
    "the dense index finds only {recall} of the nearest {taken} that comparing all would find, short of the {wanted} "
    "wanted: now and then an answer in other words than the question's is missed",
    "向量索引只能找到逐一比较所得最近 {taken} 个片段中的 {recall}，低于应有的 {wanted}：措辞与问题不同的答案偶尔会漏掉",
)
FRESH = Line("fresh", "最新")
STALE = Line("stale ({reasons}): run `povqa index`", "已过时（{reasons}）：请运行 `povqa index`")
REASONS = {
    "corpus": Line("the articles changed", "文章有变动"),
    "encoder": Line("another model", "模型不同"),
    "store": Line("another store", "存储方式不同"),
    "parameters": Line("another version of povqa", "povqa 版本不同"),
}
PREPARED = Line("prepared", "已准备")
NOT_PREPARED = Line("not prepared: run `povqa model prepare`", "未准备：请运行 `povqa model prepare`")

Facts = dict[str, object]


@click.command(epilog="\b\nExamples:\n  povqa info\n  povqa info --json | jq .index.fresh")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@common_options
@click.pass_obj
def info(app: App, as_json: bool) -> None:
    """Print versions, paths, the model, counts, and whether the index is fresh."""
    settings = app.settings()
    versions = {"povqa": _version("povqa"), "python": platform.python_version()}
    versions |= {package: _version(package) for package in PACKAGES}
    corpus = _corpus(settings, app.lang)
    model = _model(settings, app.lang)
    index = _index(settings, corpus, model, app.lang)
    if as_json:
        facts = {"versions": versions, "corpus": corpus, "index": index, "model": model}
        write_json(json.dumps(facts, ensure_ascii=False))
        return
    click.echo(" · ".join(f"{name} {number}" for name, number in versions.items()))
    for name, facts in ((CORPUS, corpus), (INDEX, index), (MODEL, model)):
        click.echo(f"\n{name.text(app.lang)}  {printable(str(facts.get('name') or facts['path']))}")
        for line in _lines(facts, app.lang):
            click.echo(f"  {printable(line)}")


def _corpus(settings: Settings, lang: Lang) -> Facts:
    from povqa.corpus.catalogue import Catalogue

    facts: Facts = {"path": str(settings.corpus_path)}
    try:
        catalogue = Catalogue(settings.corpus_path)
        return facts | {"files": len(catalogue.files), "fingerprint": catalogue.fingerprint()}
    except PovqaError as error:
        return facts | {"error": error.message(lang)}


def _model(settings: Settings, lang: Lang) -> Facts:
    from povqa.encoder.models import info as model_info

    facts: Facts = {"name": settings.encoder}
    try:
        found = model_info(settings, settings.encoder)
    except PovqaError as error:
        return facts | {"error": error.message(lang)}
    facts |= {"path": str(found.path), "prepared": found.prepared, "bytes": found.bytes}
    return facts | {"fingerprint": found.card.fingerprint if found.card else None}


def _index(settings: Settings, corpus: Facts, model: Facts, lang: Lang) -> Facts:
    from povqa.index.dense import measured_recall
    from povqa.index.layout import DENSE
    from povqa.index.manifest import current_parameters
    from povqa.index.store import Index

    facts: Facts = {"path": str(settings.index_path), "fresh": False}
    try:
        with Index.open(settings.index_path) as index:
            manifest = index.manifest
            recall = measured_recall(index.generation / DENSE) if manifest.store == "local" else None
            stale = index.stale(
                str(corpus.get("fingerprint")), str(model.get("fingerprint")), current_parameters(), settings.store
            )
    except PovqaError as error:
        return facts | {"error": error.message(lang)}
    return facts | {
        "fresh": not stale,
        "stale": stale,
        "articles": manifest.articles,
        "sentences": manifest.sentences,
        "chunks": manifest.chunks,
        "dim": manifest.dim,
        "encoder": manifest.encoder,
        "store": {"kind": manifest.store, "dense": manifest.dense, "recall": recall} | _where(settings, manifest),
        "created": manifest.created.isoformat(timespec="seconds"),
    }


def _where(settings: Settings, manifest: Manifest) -> dict[str, str]:
    """Where an index is that is not in its folder."""
    if manifest.store == "local":
        return {}
    return {"uri": settings.milvus_address, "collection": manifest.collection}


def _lines(facts: Facts, lang: Lang) -> list[str]:
    """What there is to say of the corpus, the index or the model."""
    lines = []
    if "files" in facts:
        lines.append(FILES.text(lang, **facts))
    if "articles" in facts:
        lines.append(COUNTS.text(lang, **facts))
    if isinstance(store := facts.get("store"), dict):
        lines.append((IN_MILVUS if store.get("uri") else IN_FILES).text(lang, **store))
        lines += _recall(store.get("recall"), lang)
    if reasons := facts.get("stale"):
        assert isinstance(reasons, list)
        told = ", ".join(REASONS[reason].text(lang) if reason in REASONS else reason for reason in reasons)
        lines.append(STALE.text(lang, reasons=told))
    elif facts.get("fresh"):
        lines.append(FRESH.text(lang))
    if "prepared" in facts:
        lines += [str(facts["path"]), (PREPARED if facts["prepared"] else NOT_PREPARED).text(lang)]
    if "error" in facts:
        lines.append(str(facts["error"]))
    return lines


def _recall(recall: float | None, lang: Lang) -> list[str]:
    """How much a dense index finds that does not compare all."""
    from povqa.index.dense import RECALL as WANTED
    from povqa.index.dense import TAKEN

    if recall is None or recall == 1:
        return []
    return [(RECALL if recall >= WANTED else SHORT).text(lang, recall=recall, taken=TAKEN, wanted=WANTED)]


def print_version(ctx: click.Context, param: click.Parameter, wanted: bool) -> None:
    """Print povqa's version and leave."""
    if wanted and not ctx.resilient_parsing:
        click.echo(f"povqa {_version('povqa')}")
        ctx.exit()


def _version(package: str) -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version(package)
    except PackageNotFoundError:
        return "unknown"  # povqa itself, run from a source tree that was not installed
