"""How far a build is, on stderr: a bar where a person looks, else a line for what takes long."""

from __future__ import annotations

import sys
from types import TracebackType
from typing import TYPE_CHECKING

import click

from povqa.cli.app import fancy
from povqa.messages import Lang, Line, printable

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

STAGES = {
    "taking": Line("taking articles in", "读取来件"),
    "reading": Line("reading articles", "读取文章"),
    "lexical": Line("indexing sentences", "建立句子索引"),
    "dense": Line("embedding chunks", "计算片段向量"),
}


class BuildReport:
    """Takes what a build tells. Until it tells something, nothing is shown, and rich not imported."""

    def __init__(self, lang: Lang) -> None:
        self.lang = lang
        self._bar: Progress | None = None
        self._tasks: dict[str, TaskID] = {}

    def __enter__(self) -> BuildReport:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar:
            self._bar.stop()

    def say(self, en: str, zh: str) -> None:
        """Tell what takes long."""
        line = "povqa: " + printable(zh if self.lang == "zh" else en)
        if self._bar:
            self._bar.console.print(line, markup=False, soft_wrap=True)
        else:
            click.echo(line, err=True)

    def progress(self, stage: str, done: int, total: int) -> None:
        """Show how far a stage is."""
        if self._bar is None:
            if not fancy(sys.stderr):
                return
            self._bar = _start_bar()
        if stage not in self._tasks:
            name = STAGES[stage].text(self.lang) if stage in STAGES else stage
            self._tasks[stage] = self._bar.add_task(name, total=total)
        self._bar.update(self._tasks[stage], completed=done, total=total)


def _start_bar() -> Progress:
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        ProgressColumn,
        Task,
        TextColumn,
        TimeRemainingColumn,
    )
    from rich.text import Text

    class RateColumn(ProgressColumn):
        """How many a second."""

        def render(self, task: Task) -> Text:
            speed = task.finished_speed or task.speed
            return Text(f"{speed:,.{0 if speed >= 10 else 1}f}/s" if speed else "", style="progress.data.speed")

    bar = Progress(
        TextColumn("  {task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        RateColumn(),
        TimeRemainingColumn(),
        console=Console(stderr=True, highlight=False),
        transient=True,
    )
    bar.start()
    return bar
