"""`povqa eval`: score a set of questions. Needs the extra `eval`."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from povqa.cli.app import App, common_options, fancy, write_json
from povqa.errors import PovqaError, QuestionError

if TYPE_CHECKING:
    from povqa.evaluation.results import Report
    from povqa.evaluation.session import Progress, Request

EXPECTED = Path("eval/expected.toml")
_FILE = click.Path(path_type=Path)
_FAILED = 1

EXAMPLES = """\b
Examples:
  povqa eval --split dev
  povqa eval --ablate --html --out eval/reports
  povqa eval --compare eval/reports/questions-all.json
  povqa eval --set drcd_dev/ --passages 500 --limit 200
  povqa eval --check

\b
Exit codes: 0 done, 1 a condition of --check failed, 2 an error."""


@click.command("eval", epilog=EXAMPLES)
@click.option(
    "--set", "set_", type=_FILE, metavar="FILE", help="Questions: JSONL, SQuAD's JSON, or a folder with passages."
)
@click.option("--split", type=click.Choice(["dev", "held_out", "all"]), default="all", show_default=True)
@click.option("--limit", type=click.IntRange(1), help="At most so many questions.")
@click.option("--passages", type=click.IntRange(1), help="At most so many passages of a set that brings its own.")
@click.option("--stages", type=click.Choice(["lexical", "dense", "fused", "full"]), default="full", show_default=True)
@click.option("--ablate", is_flag=True, help="Also: lexical only, dense only, fused, with reader.")
@click.option("--out", type=_FILE, metavar="DIR", help="Write the report there, as SET-SPLIT.json.")
@click.option("--html", is_flag=True, help="And as a page, SET-SPLIT.html.")
@click.option("--compare", "compare_with", type=_FILE, metavar="REPORT", help="Say what moved since that report.")
@click.option(
    "--failures", type=click.Choice(["dev", "all", "none"]), default="dev", show_default=True, help="Which to list."
)
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
@click.option("--check", "check_", is_flag=True, help="Run the conditions of eval/expected.toml: OK or FAIL.")
@click.option("--write-expected", is_flag=True, help="Fill eval/expected.toml with the scores of now.")
@click.option("--expected", type=_FILE, metavar="FILE", help="Other conditions.  [default: eval/expected.toml]")
@common_options
@click.pass_obj
def evaluate(app: App, /, check_: bool, write_expected: bool, expected: Path | None, **options: Any) -> int:
    """Score a set of questions: what was found, answered and refused, and how sure the answers were."""
    if check_ or write_expected:
        return _conditions(app, expected, write=write_expected)
    with _needs_extra():
        return _evaluate(app, options)


def _evaluate(app: App, options: dict[str, Any]) -> int:
    from povqa.evaluation.results import read_report, report_json

    if options["html"] and not options["out"]:
        raise QuestionError(
            "--html needs a folder to write to; add --out eval/reports",
            "--html 需要输出文件夹；请加上 --out eval/reports",
        )
    before = read_report(options["compare_with"]) if options["compare_with"] else None
    report = _measure(app, options)
    if options["out"]:
        _write(report, options["out"], html=options["html"])
    if options["as_json"]:
        write_json(report_json(report))
        return 0
    _show(report, before, options["failures"])
    return 0


def _measure(app: App, options: dict[str, Any]) -> Report:
    from povqa.evaluation.session import evaluate

    with _progress() as progress:
        return evaluate(app.settings(), _request(app, options), progress)


def _request(app: App, options: dict[str, Any]) -> Request:
    from povqa.evaluation.session import DEFAULT_SET, Request

    return Request(
        set=options["set_"] or app.settings().root / DEFAULT_SET,
        split=options["split"],
        limit=options["limit"],
        passages=options["passages"],
        stages=options["stages"],
        ablate=options["ablate"],
        temporary_index="corpus" in app.overrides and "index" not in app.overrides,
    )


def _write(report: Report, folder: Path, *, html: bool) -> None:
    from povqa.evaluation.results import report_json

    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{report.set}-{report.split}.json"
    path.write_text(report_json(report), encoding="utf-8")
    written = [path]
    if html:
        from povqa.evaluation.page import page

        written.append(path.with_suffix(".html"))
        written[-1].write_text(page(report), encoding="utf-8")
    for path in written:
        click.echo(f"povqa: {path}", err=True)


def _show(report: Report, before: Report | None, failures: str) -> None:
    from rich.console import Console

    from povqa.evaluation.compare import compare
    from povqa.evaluation.tables import comparison_tables, failures_table, is_failure, report_tables

    console = Console(no_color=not fancy(sys.stdout), width=None if sys.stdout.isatty() else 160)
    console.print(report_tables(report))
    failed = [outcome for outcome in report.outcomes if is_failure(outcome)]
    listed = [one for one in failed if failures == "all" or (failures == "dev" and one.question.split != "held_out")]
    if listed:
        console.print(failures_table(listed))
    if len(failed) > len(listed) and failures == "dev":
        console.print(f"{len(failed) - len(listed)} failures of held_out are not listed: it is not for tuning")
    if before:
        console.print(comparison_tables(compare(before, report)))


def _conditions(app: App, path: Path | None, *, write: bool) -> int:
    """Run the conditions; each command is parsed as if it had been typed."""
    from povqa.evaluation.check import check, filled, read_conditions

    path = path or app.settings().root / EXPECTED
    conditions = read_conditions(path)
    measured: dict[str, Report] = {}

    def measure(command: str) -> Report:
        if command not in measured:
            measured[command] = _run_command(app, command)
        return measured[command]

    with _needs_extra():
        if write:
            path.write_text(filled(conditions, measure), encoding="utf-8")
            click.echo(f"povqa: {path}", err=True)
            return 0
        from povqa.evaluation.tables import check_line

        failed = 0
        for checked in check(conditions, measure):
            click.echo(check_line(checked))
            failed += not checked.ok
    click.echo(f"{failed} of {sum(len(condition.scores) for condition in conditions)} scores failed")
    return _FAILED if failed else 0


def _run_command(app: App, command: str) -> Report:
    words = shlex.split(command)
    if words[:2] != ["povqa", "eval"]:
        raise QuestionError(f"{command!r} is no `povqa eval` command; mend it in the conditions")
    own = App(app.chosen, dict(app.overrides))
    with evaluate.make_context("povqa eval", words[2:], obj=own) as ctx:
        return _measure(own, ctx.params)


@contextmanager
def _needs_extra() -> Iterator[None]:
    """Say which extra to install where one of its packages is missing."""
    try:
        yield
    except ModuleNotFoundError as error:
        raise PovqaError(
            f"evaluation needs the package {error.name}; install it: pip install 'povqa[eval]'",
            f"评测需要 {error.name}；请安装：pip install 'povqa[eval]'",
        ) from error


@contextmanager
def _progress() -> Iterator[Progress | None]:
    """A bar on stderr where a person looks."""
    if not fancy(sys.stderr):
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        tasks: dict[str, TaskID] = {}

        def update(stage: str, done: int, total: int) -> None:
            if stage not in tasks:
                tasks[stage] = bar.add_task(stage, total=total)
            bar.update(tasks[stage], completed=done, total=total)

        yield update
