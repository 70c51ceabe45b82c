"""How `add`, `remove`, `index` and `watch` tell what they did: counts, and what was skipped and why."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import click

from povqa.cli.app import fancy, warn
from povqa.messages import Lang, Line, printable

if TYPE_CHECKING:
    from povqa.config import Settings
    from povqa.errors import PovqaError
    from povqa.index.changes import Changes

COUNTED = {
    "added": Line("added", "新增"),
    "changed": Line("changed", "更改"),
    "unchanged": Line("unchanged", "未变"),
    "duplicate": Line("duplicate", "重复"),
    "removed": Line("removed", "移除"),
    "skipped": Line("skipped", "跳过"),
}
STYLES = {"added": "green", "changed": "yellow", "removed": "red", "duplicate": "dim", "unchanged": "dim"}
FRESH = Line(
    "the index is fresh: {articles} articles, {sentences} sentences, {chunks} chunks",
    "索引是最新的：{articles} 篇文章，{sentences} 个句子，{chunks} 个片段",
)
DRY = Line("nothing was changed (--dry-run)", "没有改动任何内容（--dry-run）")
NO_ARTICLE = Line("the corpus holds no article now", "文章文件夹现在是空的")
OTHER_KINDS = Line(
    "passed over in folders, for they hold no article: {kinds}", "文件夹中不含文章、已略过的文件：{kinds}"
)
COMPANIONS = Line(
    "passed over, for browsers save them beside a page: {folders}", "浏览器随网页保存的文件夹，已略过：{folders}"
)
MORE = Line("{count} more were skipped; all of them: --json", "另有 {count} 个被跳过；全部列表见 --json")
_LISTED = 20
_FOLDERS = 3


def counts_of(changes: Changes) -> dict[str, int]:
    """How many articles an update added, changed, left, removed and skipped."""
    return {
        "added": len(changes.added),
        "changed": len(changes.changed),
        "unchanged": changes.unchanged,
        "removed": len(changes.removed),
        "skipped": len(changes.skipped),
    }


def show_counts(counts: Mapping[str, int], lang: Lang) -> None:
    """Print counts: a table on a terminal, else a line."""
    if not fancy(sys.stdout):
        apart = "，" if lang == "zh" else ", "
        click.echo(apart.join(f"{COUNTED[name].text(lang)} {count}" for name, count in counts.items()))
        return
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="dim", padding=(0, 2, 0, 0))
    for name in counts:
        table.add_column(COUNTED[name].text(lang), justify="right")
    table.add_row(*(f"[{STYLES.get(name, 'red')}]{count}[/]" if count else "0" for name, count in counts.items()))
    Console(highlight=False).print(table)


def show_skipped(skipped: Sequence[PovqaError], lang: Lang, companions: Sequence[str] = ()) -> None:
    """Tell, a line each on stderr, what was skipped and why; what is no article by its kind all in one line.

    :param companions: folders that were passed over as belonging to a saved page, beside those among the skipped.
    """
    from povqa.corpus.companions import CompanionError
    from povqa.corpus.sources import OtherKindError

    others = [error for error in skipped if isinstance(error, OtherKindError)]
    folders = [*companions, *(error.folder for error in skipped if isinstance(error, CompanionError))]
    told = [error for error in skipped if not isinstance(error, (OtherKindError, CompanionError))]
    for error in told[:_LISTED]:
        warn(error, lang)
    if len(told) > _LISTED:
        _note(MORE.text(lang, count=len(told) - _LISTED))
    if others:
        kinds = Counter(error.kind for error in others)
        listed = [f"{kind} {count}" for kind, count in kinds.most_common(6)] + ["…"] * (len(kinds) > 6)
        _note(OTHER_KINDS.text(lang, kinds=", ".join(listed)))
    if folders:
        listed = [*folders[:_FOLDERS], *([f"… ({len(folders)})"] if len(folders) > _FOLDERS else [])]
        _note(COMPANIONS.text(lang, folders=", ".join(listed)))


def show_fresh(settings: Settings, lang: Lang) -> None:
    """Print what the index holds now."""
    from povqa.corpus.catalogue import Catalogue
    from povqa.index.store import Index

    if not Catalogue(settings.corpus_path, empty=True).files:
        click.echo(NO_ARTICLE.text(lang))
        return
    with Index.open(settings.index_path) as index:
        counts = index.manifest.model_dump(include={"articles", "sentences", "chunks"})
    click.echo(FRESH.text(lang, **counts))


def changes_dict(changes: Changes, lang: Lang) -> dict[str, object]:
    """What an update did, as JSON has it."""
    return {
        "added": list(changes.added),
        "changed": list(changes.changed),
        "removed": list(changes.removed),
        "unchanged": changes.unchanged,
        "skipped": [{"path": path, "reason": error.message(lang)} for path, error in changes.skipped],
        "rebuilt": changes.rebuilt,
        "companions": list(changes.companions),
    }


def _note(line: str) -> None:
    click.echo("povqa: " + printable(line), err=True)
