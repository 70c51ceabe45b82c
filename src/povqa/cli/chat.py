"""`povqa chat`: questions one after another, where a follow-up keeps the place and the topic of those before."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import click

from povqa.cli.app import App, common_options, warn
from povqa.cli.ask import filter_options, make_filters, open_engine, put, show_answer
from povqa.errors import PovqaError
from povqa.messages import Lang, Line, printable

WELCOME = Line(
    "Ask about the articles. /new begins afresh, /help lists the commands, Ctrl-D leaves.",
    "请就文章提问。/new 重新开始，/help 查看命令，Ctrl-D 退出。",
)
HELP = Line(
    "/new   forget the questions before\n/quit  leave (or Ctrl-D)\n/help  this list\n"
    "Anything else is a question; a follow-up such as “and in 2017?” keeps the place and topic of the one before.",
    "/new   忘掉之前的问题\n/quit  退出（或 Ctrl-D）\n/help  本说明\n"
    "其他内容都是问题；“那2017年呢”这样的追问会沿用上一问的地点和话题。",
)
AFRESH = Line("The questions before are forgotten.", "已忘掉之前的问题。")
UNKNOWN = Line("There is no command {command}; /help lists them.", "没有命令 {command}；/help 查看命令。")

EXAMPLES = """\b
Example:
  $ povqa chat
  > 临沭县2014年有多少贫困人口
  > 那2017年呢"""


@click.command(epilog=EXAMPLES)
@filter_options
@common_options
@click.pass_obj
def chat(
    app: App,
    top: int,
    articles: tuple[str, ...],
    places: tuple[str, ...],
    since: str | None,
    until: str | None,
) -> int:
    """Ask one question after another.

    A follow-up keeps the place and topic of the questions before it.
    """
    filters = make_filters(articles, places, since, until)
    engine = open_engine(app)
    history: list[str] = []
    for line in _lines(app.lang):
        if line == "/quit":
            break
        if line.startswith("/"):
            click.echo(_command(line, history, app.lang))
            continue
        lang = app.lang_for(line)
        try:
            answer, _ = put(engine, line, tuple(history), filters, top, explain=False)
        except PovqaError as error:
            warn(error, lang)
            continue
        except KeyboardInterrupt:
            click.echo()
            continue
        show_answer(answer, lang)
        click.echo()
        history.append(line)
    return 0


def _command(line: str, history: list[str], lang: Lang) -> str:
    if line == "/help":
        return HELP.text(lang)
    if line == "/new":
        history.clear()
        return AFRESH.text(lang)
    return UNKNOWN.text(lang, command=printable(line.split()[0]))


def _lines(lang: Lang) -> Iterator[str]:
    """The lines that are typed or piped in, without white space around them and without the blank ones."""
    if reconfigure := getattr(sys.stdin, "reconfigure", None):
        reconfigure(errors="replace")
    if not sys.stdin.isatty():
        yield from filter(None, map(str.strip, sys.stdin))
        return
    _edit_lines()
    click.echo(WELCOME.text(lang))
    while True:
        try:
            line = input("> ").strip()
        except KeyboardInterrupt:
            click.echo()
        except EOFError:
            click.echo()
            return
        else:
            if line:
                yield line


def _edit_lines() -> None:
    """Let a person edit the line and recall earlier ones, where the system has readline."""
    try:
        import readline
    except ImportError:  # Windows: its console edits lines by itself
        return
    readline.set_auto_history(True)
