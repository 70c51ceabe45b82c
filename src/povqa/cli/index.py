"""`povqa index`: build the index of the corpus."""

from __future__ import annotations

import click

from povqa.cli.app import App, common_options
from povqa.cli.progress import BuildReport
from povqa.messages import Line

FRESH = Line(
    "the index is fresh: {articles} articles, {sentences} sentences, {chunks} chunks",
    "索引是最新的：{articles} 篇文章，{sentences} 个句子，{chunks} 个片段",
)


@click.command(
    epilog="""\b
Examples:
  povqa index
  povqa index --rebuild
  povqa index --corpus ~/briefings --index ~/briefings-index"""
)
@click.option("--rebuild", is_flag=True, help="Build it even where it is fresh.")
@common_options
@click.pass_obj
def index(app: App, rebuild: bool) -> None:
    """Build the index of the corpus, where it is missing or stale.

    The old index answers until the new one is whole; `povqa ask` builds by itself where it must.
    """
    from povqa.engine import build, ensure_index
    from povqa.index.store import Index

    settings = app.settings()
    with BuildReport(app.lang) as report:
        (build if rebuild else ensure_index)(settings, progress=report.progress, say=report.say)
    with Index.open(settings.index_path) as built:
        click.echo(FRESH.text(app.lang, **built.manifest.model_dump(include={"articles", "sentences", "chunks"})))
