"""The command line. One thin function a command; a command's module is imported when it is asked for."""

from __future__ import annotations

import click

from povqa.cli.app import PovqaGroup, common_options

EXAMPLES = """\b
Examples:
  povqa ask 临沭还剩多少户没脱贫
  povqa ask --json 井冈山是哪天宣布脱贫的
  povqa chat
  povqa add ~/briefings https://news.example.cn/2017/0504/c1.html
  povqa articles
  povqa ask --corpus ~/briefings --index ~/briefings-index 2016年投入了多少资金

\b
Shell completion (bash; zsh and fish alike):
  eval "$(_POVQA_COMPLETE=bash_source povqa)"

\b
Exit codes: 0 answered, 1 nothing found, 2 an error."""


def _print_version(ctx: click.Context, param: click.Parameter, wanted: bool) -> None:
    if wanted:
        from povqa.cli.info import print_version

        print_version(ctx, param, wanted)


@click.group(
    "povqa",
    cls=PovqaGroup,
    epilog=EXAMPLES,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.option(
    "--version",
    "-V",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_print_version,
    help="Print the version.",
)
@common_options
@click.pass_context
def main(ctx: click.Context) -> None:
    """Ask a folder of Chinese articles: every answer is quoted, with where it stands, or there is none."""
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help())
