"""`povqa watch`: keep the index in line with the corpus folder as long as it runs."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from povqa.cli.app import App, common_options, warn, write_json
from povqa.cli.progress import BuildReport
from povqa.cli.summary import changes_dict, counts_of, show_counts, show_skipped
from povqa.errors import CorpusError, PovqaError
from povqa.messages import Line, printable

if TYPE_CHECKING:
    from povqa.config import Settings
    from povqa.index.changes import Changes

WATCHING = Line("following {folder}; Ctrl-C ends it", "正在跟踪 {folder}；按 Ctrl-C 结束")
_TICK = 200  # milliseconds
_PATIENCE = 10  # times --wait: where changes never cease, they are indexed now and then
ENDED = Line("no longer following it", "已停止跟踪")


@click.command(
    epilog="""\b
Examples:
  povqa watch
  povqa watch --corpus ~/briefings --index ~/briefings-index
  povqa watch --json >> changes.jsonl"""
)
@click.option(
    "--wait",
    type=click.FloatRange(0.1, 3600),
    default=2.0,
    show_default=True,
    metavar="SECONDS",
    help="Index once nothing has changed for so long.",
)
@click.option("--json", "as_json", is_flag=True, help="Print a line of JSON for each time that something changed.")
@common_options
@click.pass_obj
def watch(app: App, wait: float, as_json: bool) -> None:
    """Follow the corpus folder: index what is added, changed or removed there, until Ctrl-C.

    What serves from the same index, such as the bot, picks each change up by itself.
    """
    settings = app.settings()
    folder = settings.corpus_path
    if not folder.is_dir():
        raise CorpusError(
            f"there is no folder {folder} to follow; make it, or name another with --corpus",
            f"没有可跟踪的文件夹 {folder}；请先建立，或用 --corpus 指定别的文件夹",
        )
    click.echo("povqa: " + WATCHING.text(app.lang, folder=printable(str(folder))), err=True)
    try:
        for _ in _quiet_moments(folder, wait):
            _update(app, settings, as_json)
    except KeyboardInterrupt:
        click.echo("\npovqa: " + ENDED.text(app.lang), err=True)


def _quiet_moments(folder: Path, wait: float) -> Iterator[None]:
    """Yield at once, and then each time that something has changed and nothing more did for a while."""
    from watchfiles import watch

    first: float | None = None  # of the changes since the last moment
    due: float | None = time.monotonic()
    # It wakes often so that Ctrl-C is heard at once; what changes during an update is not missed.
    for changed in watch(
        folder,
        watch_filter=lambda _, path: _matters(folder, path),
        debounce=_TICK,
        rust_timeout=_TICK,
        yield_on_timeout=True,
    ):
        now = time.monotonic()
        if changed:
            first = now if first is None else first
            due = min(now + wait, first + _PATIENCE * wait)
        if due is not None and now >= due:
            first = due = None
            yield


def _matters(folder: Path, path: str) -> bool:
    """Whether a path is of the corpus: hidden files are not."""
    try:
        parts = Path(path).relative_to(folder).parts
    except ValueError:
        return False
    return not any(part.startswith(".") for part in parts)


def _update(app: App, settings: Settings, as_json: bool) -> None:
    """Bring the index in line; what is wrong is told, and the next change tries again."""
    from povqa.upkeep import update

    try:
        with BuildReport(app.lang) as report:
            changes = update(settings, progress=report.progress, say=report.say)
    except PovqaError as error:
        warn(error, app.lang)
        return
    if changes or changes.skipped:
        _show(app, changes, as_json)


def _show(app: App, changes: Changes, as_json: bool) -> None:
    now = datetime.now().astimezone().isoformat(timespec="seconds")
    if as_json:
        write_json(json.dumps({"at": now, **changes_dict(changes, app.lang)}, ensure_ascii=False))
        return
    show_skipped([error for _, error in changes.skipped], app.lang, changes.companions)
    click.echo(now)
    show_counts(counts_of(changes), app.lang)
