"""`povqa remove`: delete articles from the corpus and the index."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

import click

from povqa.cli.app import App, common_options, complete_article, write_json
from povqa.cli.articles import unknown_article
from povqa.cli.progress import BuildReport
from povqa.cli.summary import DRY, show_counts, show_fresh
from povqa.errors import ConfigError
from povqa.messages import Line, printable

if TYPE_CHECKING:
    from povqa.corpus.catalogue import Catalogue, CorpusFile

ASK = Line("Delete these files for good? {count} of {all}", "彻底删除这些文件吗？（共 {all} 篇中的 {count} 篇）")
KEPT = Line("nothing was removed", "没有移除任何文章")
MORE = Line("… and {count} more", "…另有 {count} 篇")
_LISTED = 20


@click.command(
    epilog="""\b
Examples:
  povqa remove 青河县简报
  povqa remove --yes 'news-2016*'
  povqa remove --dry-run 'news-2016*' --json

\b
Exit codes: 0 removed, 1 not removed because you said no, 2 an error: then nothing was removed."""
)
@click.argument("ids", metavar="ID...", nargs=-1, required=True, shell_complete=complete_article)
@click.option("--yes", "-y", is_flag=True, help="Do not ask.")
@click.option("--dry-run", is_flag=True, help="Only tell what would be removed.")
@click.option("--json", "as_json", is_flag=True, help="Print one line of JSON.")
@common_options
@click.pass_obj
def remove(app: App, ids: tuple[str, ...], yes: bool, dry_run: bool, as_json: bool) -> int:
    """Delete articles: their files, and all that the index holds of them.

    An ID may be a pattern ('news-2016*') or a path as `povqa ask` shows it. If one of them names nothing, or the index
    cannot be written, nothing is removed.
    """
    from povqa.index.files import catalogue_of

    settings = app.settings()
    catalogue = catalogue_of(settings.corpus_path, settings.index_path)
    chosen = _choose(catalogue, ids)
    paths = [catalogue.shown_path(file) for file in chosen]
    if not as_json:
        for path in paths[:_LISTED]:
            click.echo(printable(path))
        if len(paths) > _LISTED:
            click.echo(MORE.text(app.lang, count=len(paths) - _LISTED))
    if not (dry_run or yes or _agreed(app, len(chosen), len(catalogue.files))):
        click.echo(KEPT.text(app.lang), err=True)
        return 1
    if not dry_run:
        from povqa.editing import remove_articles

        with BuildReport(app.lang) as report:
            remove_articles(settings, [file.relative for file in chosen], progress=report.progress, say=report.say)
    counts = {"removed": len(chosen), "unchanged": len(catalogue.files) - len(chosen)}
    if as_json:
        listed = [{"id": file.id, "path": path} for file, path in zip(chosen, paths, strict=True)]
        write_json(json.dumps({"dry_run": dry_run, **counts, "articles": listed}, ensure_ascii=False))
        return 0
    show_counts(counts, app.lang)
    if dry_run:
        click.echo(DRY.text(app.lang))
    else:
        show_fresh(settings, app.lang)
    return 0


def _choose(catalogue: Catalogue, words: Sequence[str]) -> list[CorpusFile]:
    """The files that are named, in the order of the corpus.

    :raises CorpusError: a name names none.
    """
    by_name = {name: file for file in catalogue.files for name in (file.relative, catalogue.shown_path(file))}
    by_name |= {file.id: file for file in catalogue.files}
    chosen = set()
    for word in words:
        found = [by_name[word]] if word in by_name else []
        if not found and any(sign in word for sign in "*?["):
            found = [file for file in catalogue.files if fnmatchcase(file.id, word)]
        if not found:
            raise unknown_article(catalogue, word)
        chosen.update(found)
    return [file for file in catalogue.files if file in chosen]


def _agreed(app: App, count: int, total: int) -> bool:
    if not sys.stdin.isatty():
        raise ConfigError(
            "nobody can be asked here, and nothing was removed; to remove without asking: `povqa remove --yes`",
            "这里无法询问确认，没有移除任何文章；不询问直接移除：`povqa remove --yes`",
        )
    return click.confirm(ASK.text(app.lang, count=count, all=total), err=True)
