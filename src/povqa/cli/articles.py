"""`povqa articles` and `povqa show`: what the corpus holds, as cleaning leaves it."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from povqa.cli.app import App, common_options, complete_article, fancy, warn, write_json
from povqa.errors import CorpusError
from povqa.messages import Lang, Line, printable

if TYPE_CHECKING:
    from povqa.corpus.catalogue import Catalogue
    from povqa.corpus.cleaning import Cleaned
    from povqa.types import Article

HEADINGS = (
    Line("id", "编号"),
    Line("title", "标题"),
    Line("source", "来源"),
    Line("date", "日期"),
    Line("place", "地点"),
    Line("sentences", "句数"),
)
NOTHING_DROPPED = Line("Cleaning left nothing out.", "清理时没有删去任何内容。")


@click.command(
    epilog="""\b
Examples:
  povqa articles
  povqa articles | cut -f 1,2
  povqa articles --json | jq -r 'select(.published >= "2017") | .id'"""
)
@click.option("--json", "as_json", is_flag=True, help="Print one line of JSON for each article.")
@common_options
@click.pass_obj
def articles(app: App, as_json: bool) -> None:
    """List the articles.

    A table on a terminal, tab-separated values without a heading when piped.
    """
    from povqa.text.sentences import split_sentences

    catalogue = _catalogue(app)
    cleaned = catalogue.load()
    counted = [(item.article, len(split_sentences(item.article.text))) for item in cleaned]
    if as_json:
        for article, count in counted:
            about = article_dict(article)
            del about["text"]
            write_json(json.dumps(about | {"sentences": count}, ensure_ascii=False))
    else:
        _print_table([_cells(article, count) for article, count in counted], app.lang)
    for _, error in catalogue.skipped:
        warn(error, app.lang)


def _catalogue(app: App) -> Catalogue:
    from povqa.index.files import catalogue_of

    settings = app.settings()
    return catalogue_of(settings.corpus_path, settings.index_path)


def article_dict(article: Article) -> dict[str, object]:
    """An article as JSON has it."""
    return asdict(article) | {"place": list(article.place)}


def _cells(article: Article, sentences: int) -> list[str]:
    about = (article.id, article.title, article.source, article.published, "".join(article.place), str(sentences))
    return [printable(" ".join((cell or "").split())) for cell in about]


def _print_table(rows: Iterable[list[str]], lang: Lang) -> None:
    if not fancy(sys.stdout):
        for row in rows:
            click.echo("\t".join(row))
        return
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in HEADINGS[:-1]:
        table.add_column(heading.text(lang), overflow="fold")
    table.add_column(HEADINGS[-1].text(lang), justify="right")
    for row in rows:
        table.add_row(*map(_verbatim, row))
    Console(highlight=False).print(table)


def _verbatim(cell: str) -> str:
    from rich.markup import escape

    return escape(cell)


@click.command(
    epilog="""\b
Examples:
  povqa show 000_b411d1b43b39f4eb
  povqa show 000_b411d1b43b39f4eb --dropped
  povqa show 000_b411d1b43b39f4eb --json | jq -r .text"""
)
@click.argument("article_id", metavar="ID", shell_complete=complete_article)
@click.option("--json", "as_json", is_flag=True, help="Print the article as JSON; citations count in its text.")
@click.option("--dropped", is_flag=True, help="Print what cleaning left out, and by which rule.")
@common_options
@click.pass_obj
def show(app: App, article_id: str, as_json: bool, dropped: bool) -> None:
    """Print the article ID as cleaning leaves it."""
    cleaned = _find(_catalogue(app), article_id)
    if as_json:
        found = article_dict(cleaned.article)
        if dropped:
            found["dropped"] = [asdict(piece) for piece in cleaned.dropped]
        write_json(json.dumps(found, ensure_ascii=False))
    elif dropped:
        _print_dropped(cleaned, app.lang)
    else:
        _print_article(cleaned.article)


def _find(catalogue: Catalogue, article_id: str) -> Cleaned:
    if any(file.id == article_id for file in catalogue.files):
        return catalogue.get(article_id)
    raise unknown_article(catalogue, article_id)


def unknown_article(catalogue: Catalogue, article_id: str) -> CorpusError:
    """The error for an id that no article has, with those that come near."""
    from difflib import get_close_matches

    ids = [file.id for file in catalogue.files]
    near = [known for known in ids if article_id and known.startswith(article_id)][:3]
    near = near or get_close_matches(article_id, ids, n=3, cutoff=0.4)
    name = printable(article_id)
    en = f" (nearest: {', '.join(near)})" if near else ""
    zh = f"（最接近的：{'、'.join(near)}）" if near else ""
    return CorpusError(
        f"there is no article {name}{en}; list them: `povqa articles`",
        f"没有文章 {name}{zh}；查看列表：`povqa articles`",
    )


def _print_article(article: Article) -> None:
    about = " · ".join(
        part for part in (article.source, article.author, article.published, "".join(article.place)) if part
    )
    styled = fancy(sys.stdout)
    click.echo(click.style(printable(article.title), bold=True) if styled else printable(article.title))
    for line in (about, article.path):
        if line:
            click.echo(click.style(printable(line), dim=True) if styled else printable(line))
    click.echo()
    click.echo(printable(article.text))


def _print_dropped(cleaned: Cleaned, lang: Lang) -> None:
    if not cleaned.dropped:
        click.echo(NOTHING_DROPPED.text(lang), err=True)
    for piece in cleaned.dropped:
        text = printable(" ".join(piece.text.split()))
        rule = click.style(piece.rule, fg="yellow") if fancy(sys.stdout) else piece.rule
        click.echo(f"{rule}\t{text}")
