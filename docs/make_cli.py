"""Write docs/cli.md from the `--help` of every command. `make docs` runs it; a test holds that it was run."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click

from povqa.cli import main
from povqa.config import Settings

MADE = {"root": "the current folder", "cache": "the user's cache folder"}
TARGET = Path(__file__).with_name("cli.md")
HEAD = """\
# The command line

Written by `make docs` from the commands' own `--help`; change it there.
"""


def pages(command: click.Command, name: str, parent: click.Context | None = None) -> Iterator[tuple[str, str]]:
    """The name and the help text of a command and of all below it."""
    with click.Context(command, info_name=name, parent=parent, terminal_width=100) as ctx:
        yield ctx.command_path, command.get_help(ctx)
        if isinstance(command, click.Group):
            for child in command.list_commands(ctx):
                found = command.get_command(ctx, child)
                if found is not None:
                    yield from pages(found, child, ctx)


def settings() -> Iterator[str]:
    """A row for each variable of the environment."""
    for name, field in Settings.model_fields.items():
        default = MADE.get(name) or ("" if field.default in (None, "") else f"`{field.default}`")
        yield f"| `POVQA_{name.upper()}` | {default} | {field.description} |"
    yield "| `POVQA_LANG` | | the language of messages: `zh` or `en`; else the question's, else the locale's |"
    yield "| `NO_COLOR` | | set: no colours |"
    yield "| `POVQA_TRACEBACK` | | set: an unforeseen error shows where it arose |"


def render() -> str:
    """The whole page."""
    parts = [HEAD]
    for path, text in pages(main, "povqa"):
        parts.append(f"## {path}\n\n```\n{text}\n```\n")
    rows = "\n".join(settings())
    parts.append(f"## Settings\n\nFrom the environment.\n\n| variable | default | |\n|---|---|---|\n{rows}\n")
    return "\n".join(parts)


if __name__ == "__main__":
    TARGET.write_text(render(), encoding="utf-8")
