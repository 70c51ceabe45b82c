"""`povqa index`: bring the index in line with the corpus, or check it."""

from __future__ import annotations

import json

import click

from povqa.cli.app import App, common_options, write_json
from povqa.cli.progress import BuildReport
from povqa.cli.summary import DRY, changes_dict, counts_of, show_counts, show_fresh, show_skipped
from povqa.errors import ConfigError
from povqa.messages import Line

SOUND = Line(
    "the index is sound: its files are as they were written, its vectors those of its sentences",
    "索引完好：文件与写入时一致，向量与句子相符",
)


@click.command(
    epilog="""\b
Examples:
  povqa index
  povqa index --dry-run
  povqa index --verify
  povqa index --rebuild --corpus ~/briefings --index ~/briefings-index"""
)
@click.option("--rebuild", is_flag=True, help="Write all of it anew, even where it is fresh.")
@click.option("--verify", is_flag=True, help="Change nothing; check its files, and its vectors against the sentences.")
@click.option("--dry-run", is_flag=True, help="Only tell which articles were added, changed or removed.")
@click.option("--json", "as_json", is_flag=True, help="Print one line of JSON.")
@common_options
@click.pass_obj
def index(app: App, rebuild: bool, verify: bool, dry_run: bool, as_json: bool) -> None:
    """Bring the index in line with the corpus folder: what was added, changed or removed there.

    The old index answers until the new one is whole; `povqa ask` does this by itself where it must. A build that was
    stopped goes on where it was.
    """
    from povqa import upkeep

    if verify and (rebuild or dry_run):
        raise ConfigError(
            "--verify goes with neither --rebuild nor --dry-run; see `povqa index --help`",
            "--verify 不能与 --rebuild 或 --dry-run 同用；用法见 `povqa index --help`",
        )
    settings = app.settings()
    if verify:
        with BuildReport(app.lang) as report:
            upkeep.verify(settings, progress=report.progress, say=report.say)
        if as_json:
            write_json(json.dumps({"sound": True}))
        else:
            click.echo(SOUND.text(app.lang))
        return
    with BuildReport(app.lang) as report:
        changes = upkeep.update(settings, rebuild=rebuild, dry_run=dry_run, progress=report.progress, say=report.say)
    if as_json:
        write_json(json.dumps({"dry_run": dry_run, **changes_dict(changes, app.lang)}, ensure_ascii=False))
        return
    show_skipped([error for _, error in changes.skipped], app.lang, changes.companions)
    show_counts(counts_of(changes), app.lang)
    if dry_run:
        click.echo(DRY.text(app.lang))
    else:
        show_fresh(settings, app.lang)
