"""`povqa add`: take articles into the corpus."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from povqa.cli.app import ERROR, App, common_options, fancy, write_json
from povqa.cli.articles import HEADINGS as ABOUT
from povqa.cli.articles import article_dict
from povqa.cli.progress import BuildReport
from povqa.cli.summary import COUNTED, DRY, STYLES, show_counts, show_fresh, show_skipped
from povqa.errors import ConfigError, CorpusError
from povqa.messages import Lang, Line, printable

if TYPE_CHECKING:
    from povqa.config import Settings
    from povqa.corpus.intake import Outcome
    from povqa.corpus.sources import Sources

HEADINGS = (Line("", ""), *ABOUT)
SENTENCES = ABOUT[-1]
MORE = Line("… and {count} more; all of them: --json", "…另有 {count} 篇；全部列表见 --json")
FIELDS = ("text", "title", "published", "source", "author", "url")
_DETAILED = 200  # articles; of more, nobody reads each one's title, and cleaning them only to show it takes long
_LISTED = 30
_READ_MOST = 200 << 20  # bytes on stdin

EXAMPLES = """\b
Examples:
  povqa add ~/Downloads/简报.docx
  povqa add ~/briefings 'saved/**/*.html'
  povqa add https://news.example.cn/2017/0504/c1.html
  povqa add news.jsonl --map title=标题 --map text=正文 --map published=日期
  pbpaste | povqa add - --name 青河县简报.txt
  povqa add --preview 网页.html

\b
Exit codes: 0 the articles are in the corpus, whatever else was skipped; 2 when none is, or a name on
the command line names nothing."""


@click.command(epilog=EXAMPLES)
@click.argument("paths", metavar="PATH...", nargs=-1, required=True)
@click.option("--name", metavar="NAME", help="The name to add one article under; needed for - (stdin).")
@click.option(
    "--map",
    "mapped",
    metavar="FIELD=COLUMN",
    multiple=True,
    help=f"Where records of JSONL or CSV hold a field ({', '.join(FIELDS)}); repeatable.",
)
@click.option("--force", is_flag=True, help="Add what the corpus already has under another name, too.")
@click.option("--dry-run", is_flag=True, help="Only tell what would be added.")
@click.option("--preview", is_flag=True, help="As --dry-run, with what cleaning leaves out of each article.")
@click.option("--json", "as_json", is_flag=True, help="Print one line of JSON.")
@common_options
@click.pass_obj
def add(
    app: App,
    paths: tuple[str, ...],
    name: str | None,
    mapped: tuple[str, ...],
    force: bool,
    dry_run: bool,
    preview: bool,
    as_json: bool,
) -> int:
    """Add articles: files, folders, patterns, web pages, records of JSONL and CSV.

    They are copied into the corpus folder and indexed. A file that is already there is left alone, a corrected
    one takes the place of the old; one that cannot be read is told of and does not stop the others. If indexing
    fails or is interrupted, everything is as it was before.
    """
    from povqa.editing import add_articles, plan_articles

    settings = app.settings()
    sources, words = _sources(settings, paths, name, mapped)
    dry_run = dry_run or preview
    total = sum(1 for _ in sources.offers(words))
    if not total:
        raise CorpusError(
            f"nothing to add in {' '.join(words)}; see docs/corpus.md for the kinds of files that hold articles",
            f"{' '.join(words)} 中没有可添加的内容；支持的文件种类见 docs/corpus.md",
        )
    detailed = preview or total <= _DETAILED
    with BuildReport(app.lang) as report:
        if dry_run:
            outcomes = plan_articles(
                settings, sources.offers(words), total=total, force=force, details=detailed, progress=report.progress
            )
        else:
            outcomes = add_articles(
                settings, sources.offers(words), total=total, force=force, details=detailed, progress=report.progress,
                say=report.say,
            )  # fmt: skip
    code = _exit_code(outcomes)
    if as_json:
        folder = settings.corpus_path.name
        listed = [_outcome_dict(outcome, folder, app.lang, dropped=preview) for outcome in outcomes]
        write_json(json.dumps({"dry_run": dry_run, **_counts(outcomes), "articles": listed}, ensure_ascii=False))
        return code
    _show(outcomes, app.lang, dropped=preview, detailed=detailed)
    show_counts(_counts(outcomes), app.lang)
    if dry_run:
        click.echo(DRY.text(app.lang))
    elif not all(outcome.error for outcome in outcomes):
        show_fresh(settings, app.lang)
    return code


def _sources(
    settings: Settings, paths: tuple[str, ...], name: str | None, mapped: tuple[str, ...]
) -> tuple[Sources, list[str]]:
    from povqa.corpus.sources import Sources

    if name is not None and len(paths) > 1:
        raise ConfigError(
            "--name is for one article, and there are several; see `povqa add --help`",
            "--name 只用于一篇文章，这里有多篇；用法见 `povqa add --help`",
        )
    if "-" in paths and not name:
        raise ConfigError(
            "what comes from stdin needs a name with its ending; give one: `povqa add - --name NAME.txt`",
            "从标准输入添加需要带扩展名的名称；请给出：`povqa add - --name 名称.txt`",
        )
    fields = {}
    for pair in mapped:
        field, equals, column = pair.partition("=")
        if field not in FIELDS or not equals or not column:
            raise ConfigError(
                f"--map {pair} is not FIELD=COLUMN with one of {', '.join(FIELDS)}; see `povqa add --help`",
                f"--map {pair} 应写成 字段=列名，字段为 {'、'.join(FIELDS)} 之一；用法见 `povqa add --help`",
            )
        fields[field] = column
    stdin = sys.stdin.buffer.read(_READ_MOST) if paths == ("-",) else b""
    return Sources(settings.corpus_path, (settings.index_path,), fields, name, stdin), list(paths)


def _exit_code(outcomes: Sequence[Outcome]) -> int:
    """0 if an article that was named is in the corpus now and nothing named is missing, else 2."""
    from povqa.corpus.sources import SourceError

    missing = any(isinstance(outcome.error, SourceError) for outcome in outcomes)
    return ERROR if missing or all(outcome.error for outcome in outcomes) else 0


def _show(outcomes: Sequence[Outcome], lang: Lang, *, dropped: bool, detailed: bool) -> None:
    """Print what became of each, then what was skipped and why."""
    shown = [outcome for outcome in outcomes if not outcome.error]
    if not fancy(sys.stdout):
        for outcome in shown:
            click.echo("\t".join(_cells(outcome)))
            if dropped:
                _show_dropped(outcome)
    elif detailed:
        _print_table(shown, lang, dropped=dropped)
    show_skipped([outcome.error for outcome in outcomes if outcome.error], lang)


def _print_table(shown: Sequence[Outcome], lang: Lang, *, dropped: bool) -> None:
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    console = Console(highlight=False)
    for group in [[one] for one in shown] if dropped else [shown[:_LISTED]]:
        table = Table(box=None, pad_edge=False, header_style="dim", padding=(0, 2, 0, 0))
        for heading in HEADINGS:
            table.add_column(heading.text(lang), overflow="fold", justify="right" if heading is SENTENCES else "left")
        for outcome in group:
            style = STYLES.get(outcome.action, "")
            action, *cells = _cells(outcome)
            table.add_row(f"[{style}]{COUNTED[outcome.action].text(lang)}[/]", *map(escape, cells))
        if group:
            console.print(table)
        if dropped:
            _show_dropped(group[0])
    if not dropped and len(shown) > _LISTED:
        click.echo(MORE.text(lang, count=len(shown) - _LISTED))


def _show_dropped(outcome: Outcome) -> None:
    styled = fancy(sys.stdout)
    for piece in outcome.dropped:
        text = printable(" ".join(piece.text.split()))
        click.echo(f"  {click.style(piece.rule, fg='yellow') if styled else piece.rule}\t{text}")


def _cells(outcome: Outcome) -> list[str]:
    article = outcome.article
    about: tuple[str | None, ...] = (outcome.action, outcome.id or outcome.path)
    if article:
        about += (article.title, article.source, article.published, "".join(article.place), str(outcome.sentences))
    return [printable(" ".join((cell or "").split())) for cell in about]


def _counts(outcomes: Sequence[Outcome]) -> dict[str, int]:
    from povqa.corpus.intake import Action

    counted = Counter(outcome.action for outcome in outcomes)
    return {str(action): counted[action] for action in Action}


def _outcome_dict(outcome: Outcome, folder: str, lang: Lang, *, dropped: bool) -> dict[str, object]:
    """What became of an offer, as JSON has it."""
    found: dict[str, object] = {
        "from": outcome.source,
        "action": outcome.action,
        "id": outcome.id,
        "path": outcome.path,
    }
    if article := outcome.article:
        found |= article_dict(article) | {"id": outcome.id, "sentences": outcome.sentences}
        for key in ("text", "sha256", "added"):  # which the index knows, and `povqa articles` tells
            found.pop(key, None)
    if dropped:
        found["dropped"] = [asdict(piece) for piece in outcome.dropped]
    if outcome.error:
        found["reason"] = outcome.error.message(lang)
    return found
