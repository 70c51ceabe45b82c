"""`povqa ask`: one question, or a batch of them."""

from __future__ import annotations

import re
import sys
from calendar import monthrange
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, BinaryIO

import click

from povqa.cli.app import App, common_options, complete_article, fancy, write_json
from povqa.errors import ConfigError, QuestionError
from povqa.messages import Lang

if TYPE_CHECKING:
    from povqa.engine import Povqa
    from povqa.render import Row
    from povqa.types import Answer, Filters, Trace

_READ_MOST = 1 << 20  # bytes of a question on stdin; whatever is longer is too long to be one
_DATE = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?", re.ASCII)

EXAMPLES = """\b
Examples:
  povqa ask 临沭还剩多少户没脱贫
  echo 井冈山是哪天宣布脱贫的 | povqa ask
  povqa ask --place 临沭县 --since 2017 贫困发生率是多少
  povqa ask --json 什么是四联八建 | jq -r '.answers[]'
  povqa ask --batch questions.txt > answers.jsonl

\b
A line of a batch is a question, or, for a follow-up:
  {"question": "那2017年呢", "history": ["临沭县2014年有多少贫困人口"]}

\b
Exit codes: 0 answered (of a batch: all of them), 1 nothing found, 2 an error."""


def filter_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that say how a question is put: to which articles, and for how many citations."""
    for option in (
        click.option("--until", metavar="DATE", help="Only articles of this day or before: 2017, 2017-05, 2017-05-04."),
        click.option("--since", metavar="DATE", help="Only articles of this day or after."),
        click.option(
            "--place", "places", metavar="PLACE", multiple=True, help="Only articles about this place; repeatable."
        ),
        click.option(
            "--article",
            "articles",
            metavar="ID",
            multiple=True,
            shell_complete=complete_article,
            help="Only this article; repeatable.",
        ),
        click.option(
            "--top",
            type=click.IntRange(1, 50),
            default=3,
            show_default=True,
            help="The most citations for one fact.",
        ),
    ):
        command = option(command)
    return command


@click.command(epilog=EXAMPLES)
@click.argument("question", nargs=-1)
@click.option(
    "--batch", metavar="FILE", type=click.File("rb"), help="Answer each line of FILE (-: stdin), one line of JSON each."
)
@click.option("--json", "as_json", is_flag=True, help="Print the answer as one line of JSON.")
@filter_options
@click.option("--explain", is_flag=True, help="Also tell how the answer came about.")
@common_options
@click.pass_obj
def ask(
    app: App,
    question: tuple[str, ...],
    batch: BinaryIO | None,
    as_json: bool,
    top: int,
    articles: tuple[str, ...],
    places: tuple[str, ...],
    since: str | None,
    until: str | None,
    explain: bool,
) -> int:
    """Answer a question, or a file of them.

    QUESTION is the arguments together; without any, or for -, it is read from stdin.
    """
    app.question = " ".join(question)
    filters = make_filters(articles, places, since, until)
    if batch is not None:
        if question:
            raise ConfigError(
                "give a question or --batch, not both; see `povqa ask --help`",
                "问题和 --batch 只能给一个；用法见 `povqa ask --help`",
            )
        from povqa.cli.batch import answer_batch

        return answer_batch(app, batch, filters, top, explain=explain)
    app.question = text = _read_question(question)
    from povqa.render import answer_json, trace_rows

    engine = open_engine(app)
    answer, trace = put(engine, text, (), filters, top, explain=explain)
    if as_json:
        write_json(answer_json(answer, trace))
    else:
        show_answer(answer, app.lang)
        if trace is not None:
            click.echo()
            show_rows(trace_rows(trace, engine.index.sentence_text))
    return exit_code(answer)


def make_filters(articles: tuple[str, ...], places: tuple[str, ...], since: str | None, until: str | None) -> Filters:
    """The filters that the options name.

    :raises ConfigError: if a date is none, or no day is left between them.
    """
    from povqa.types import Filters

    first = _day("--since", since, last=False)
    final = _day("--until", until, last=True)
    if first and final and first > final:
        raise ConfigError(
            f"--since {since} is after --until {until}; swap them, see `povqa ask --help`",
            f"--since {since} 晚于 --until {until}；请对调，用法见 `povqa ask --help`",
        )
    return Filters(articles=articles, places=places, since=first, until=final)


def _day(option: str, value: str | None, *, last: bool) -> str | None:
    """A date as YYYY-MM-DD; a month or a year stands for its first or its last day."""
    if value is None:
        return None
    if match := _DATE.fullmatch(value.strip()):
        year, month, day = (int(part) if part else 0 for part in match.groups())
        month = month or (12 if last else 1)
        if year and month <= 12:
            length = monthrange(year, month)[1]
            day = day or (length if last else 1)
            if day <= length:
                return f"{year:04}-{month:02}-{day:02}"
    raise ConfigError(
        f"{option} {value} is no date; give it as 2017, 2017-05 or 2017-05-04, see `povqa ask --help`",
        f"{option} {value} 不是日期；请写成 2017、2017-05 或 2017-05-04，用法见 `povqa ask --help`",
    )


def _read_question(words: tuple[str, ...]) -> str:
    if words and words != ("-",):
        return " ".join(words)
    if not words and sys.stdin.isatty():
        raise QuestionError("no question; ask one: `povqa ask QUESTION`", "没有问题；请提问：`povqa ask 问题`")
    data = sys.stdin.buffer.read(_READ_MOST)
    try:
        return data.decode("utf-8-sig").strip()
    except UnicodeDecodeError as error:
        raise QuestionError(
            "the question on stdin is not UTF-8; convert it: `iconv -f GB18030 -t UTF-8 | povqa ask`",
            "标准输入的问题不是 UTF-8 编码；请先转换：`iconv -f GB18030 -t UTF-8 | povqa ask`",
        ) from error


def open_engine(app: App) -> Povqa:
    """Open the corpus; where its index must be built first, say so on stderr and show how far it is."""
    from povqa.cli.progress import BuildReport
    from povqa.engine import Povqa

    with BuildReport(app.lang) as report:
        return Povqa.open(app.settings(), progress=report.progress, say=report.say)


def put(
    engine: Povqa, question: str, history: tuple[str, ...], filters: Filters, top: int, *, explain: bool
) -> tuple[Answer, Trace | None]:
    """Put a question to the engine."""
    if explain:
        return engine.explain(question, history, filters=filters, top=top)
    return engine.ask(question, history, filters=filters, top=top), None


def show_answer(answer: Answer, lang: Lang) -> None:
    """Print an answer for people."""
    from povqa.render import answer_rows

    show_rows(answer_rows(answer, lang))


def show_rows(rows: Iterator[Row]) -> None:
    """Print rows: with styles on a terminal, else as plain text."""
    from povqa.render import plain, print_rows

    if fancy(sys.stdout):
        from rich.console import Console

        print_rows(rows, Console(highlight=False))
    else:
        for row in rows:
            click.echo(plain(row))


def exit_code(answer: Answer) -> int:
    """As grep's: 0 answered, 1 nothing found."""
    from povqa.types import Status

    return 0 if answer.status is Status.ANSWERED else 1
