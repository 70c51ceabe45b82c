"""What the commands share: the options that all of them take, the streams, and errors as one line."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, TextIO

import click

from povqa.errors import ConfigError, PovqaError
from povqa.messages import Lang, has_han, language_of, locale_language, printable

if TYPE_CHECKING:
    from povqa.config import Settings

ERROR = 2
_LANGS: dict[str, Lang] = {"zh": "zh", "en": "en"}
Command = Callable[..., Any]
Resolved = tuple[str | None, click.Command | None, list[str]]
BROKEN_PIPE = 141  # what the shell reports of a program that SIGPIPE ended


@dataclass
class App:
    """What one run of the command line was told."""

    chosen: Lang | None = field(default_factory=lambda: _LANGS.get(os.environ.get("POVQA_LANG", "")))
    overrides: dict[str, Path] = field(default_factory=dict)
    question: str = ""  # as soon as it is known

    @property
    def lang(self) -> Lang:
        """The language to speak: the one chosen, else the question's, else the locale's."""
        return self.lang_for(self.question)

    def lang_for(self, question: str) -> Lang:
        """The language to answer another question in."""
        return self.chosen or language_of(question) or locale_language(os.environ)

    def settings(self) -> Settings:
        """The settings of the environment, under those of the command line.

        :raises ConfigError: if one of them has no legal value.
        """
        from pydantic import ValidationError

        from povqa.config import Settings

        try:
            return Settings(**self.overrides)  # type: ignore[arg-type]  # each key is one of its paths
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            name = "POVQA_" + "_".join(str(part) for part in first["loc"]).upper()
            raise ConfigError(
                f"{name} has no legal value ({first['msg']}): mend it, or run `unset {name}`",
                f"{name} 的值不合法（{first['msg']}）：请改正，或运行 `unset {name}`",
            ) from error


# Where the commands stand. `povqa ask` starts cold: the modules of the others are not its to load.
_MODULES = {
    **{name: f"povqa.cli.{name}" for name in ("add", "articles", "ask", "chat", "index", "info", "model")},
    **{name: f"povqa.cli.{name}" for name in ("remove", "verify", "watch")},
    "eval": "povqa.cli.evaluate",
    "show": "povqa.cli.articles",
    **dict.fromkeys(("bot", "feedback"), "povqa_bot.cli"),
}
_FUNCTIONS = {"eval": "evaluate"}  # what is not called as the command is


class PovqaGroup(click.Group):
    """A group whose errors are one line in the user's language, with exit code 2, and never a traceback."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All commands, those of the bot too."""
        return sorted({*super().list_commands(ctx), *_MODULES})

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        """A command; its module is imported when it is asked for."""
        if name not in _MODULES:
            return super().get_command(ctx, name)
        found = getattr(import_module(_MODULES[name]), _FUNCTIONS.get(name, name))
        assert isinstance(found, click.Command)
        return found

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        **extra: Any,
    ) -> Any:
        """Run, and exit with the code that the command returns."""
        words = sys.argv[1:] if args is None else list(args)
        app = extra.setdefault("obj", App())
        _forgive(sys.stdout, sys.stderr)
        try:
            code = super().main(words, prog_name or "povqa", complete_var, standalone_mode=False, **extra)
        except Exception as error:  # the boundary: whatever it is, the user gets one line
            if os.environ.get("POVQA_TRACEBACK"):
                raise
            if isinstance(error, OSError):
                _silence(sys.stdout)  # what it still holds may be what cannot be written
            if not app.question and any(
                map(has_han, words)
            ):  # it went wrong before the question was told from the rest
                app.question = " ".join(words)
            fail(describe(error), app.lang)
        sys.exit(code or 0)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command. Ctrl-C ends it with a line of its own, a reader who left early (`| head`) without one."""
        try:
            code = super().invoke(ctx)
            sys.stdout.flush()
            return code
        except BrokenPipeError:
            _silence(sys.stdout)
            return BROKEN_PIPE
        except KeyboardInterrupt:
            again = f"povqa {ctx.invoked_subcommand or '--help'}"
            raise PovqaError(
                f"interrupted; nothing was changed. To start again: `{again}`",
                f"已中断，没有改动任何内容。重新开始：`{again}`",
            ) from None

    def resolve_command(self, ctx: click.Context, args: list[str]) -> Resolved:
        """Find the command; a question that stands where one belongs gets told so."""
        if args and self.get_command(ctx, args[0]) is None:
            if has_han(args[0]):
                raise PovqaError(
                    f"there is no command {printable(args[0])}; to ask a question: `povqa ask {printable(args[0])}`",
                    f"没有命令 {printable(args[0])}；要提问，请用 `povqa ask {printable(args[0])}`",
                )
            for name in self.list_commands(ctx):  # click names the nearest of those that were added
                self.commands[name] = self.get_command(ctx, name) or self
        return super().resolve_command(ctx, args)


def describe(error: Exception) -> PovqaError:
    """Any error as one that can be shown."""
    if isinstance(error, PovqaError):
        return error
    if isinstance(error, click.ClickException):
        return _describe_usage(error)
    if isinstance(error, OSError):
        what = error.strerror or type(error).__name__
        where = f"{error.filename}: " if error.filename else ""
        return PovqaError(
            f"{where}{what}; free space or set other places with --corpus and --index, then see `povqa info`",
            f"{where}{what}；请腾出空间，或用 --corpus、--index 换个位置，再运行 `povqa info` 查看",
        )
    if isinstance(error, MemoryError):
        return PovqaError(
            "out of memory; close other programs, then see `povqa info`",
            "内存不足；请关闭其他程序，再运行 `povqa info` 查看",
        )
    name = f"{type(error).__name__}: {error}"
    return PovqaError(
        f"a fault in povqa itself ({name}); to see where, repeat it with `POVQA_TRACEBACK=1 povqa`",
        f"povqa 内部出错（{name}）；要查看位置，请加上 `POVQA_TRACEBACK=1 povqa` 再运行一次",
    )


def _describe_usage(error: click.ClickException) -> PovqaError:
    ctx = error.ctx if isinstance(error, click.UsageError) else None
    help_line = f"{ctx.command_path if ctx else 'povqa'} --help"
    said = error.format_message().rstrip(".")
    zh = said
    if isinstance(error, click.NoSuchOption):
        zh = f"没有选项 {error.option_name}"
    elif isinstance(error, click.MissingParameter) and error.param:
        zh = f"缺少 {error.param.make_metavar(ctx) if ctx else error.param.name}"
    elif isinstance(error, click.BadParameter) and error.param:
        zh = f"{error.param.opts[0]} 的值不对：{error.message.rstrip('.')}"
    mark = "" if said.endswith("?") else ";"
    return PovqaError(f"{said}{mark} see `{help_line}`", f"{zh}；用法见 `{help_line}`")


def fail(error: PovqaError, lang: Lang) -> NoReturn:
    """Say what went wrong, in one line, and exit."""
    warn(error, lang)
    sys.exit(ERROR)


def warn(error: PovqaError, lang: Lang) -> None:
    """Say what went wrong, in one line on stderr."""
    click.echo("povqa: " + printable(" ".join(error.message(lang).split())), err=True)


def write_json(line: str) -> None:
    """Write a line of JSON, in UTF-8 whatever the locale; a lone surrogate becomes JSON's own escape of it."""
    click.echo(line.encode(errors="backslashreplace"))


def _forgive(*streams: TextIO) -> None:
    """Write what a stream's encoding does not have as escapes rather than fail."""
    for stream in streams:
        if reconfigure := getattr(stream, "reconfigure", None):
            reconfigure(errors="backslashreplace")


def _silence(stream: TextIO) -> None:
    """Send what a stream still holds nowhere, or the interpreter would fail on it again at its exit."""
    try:
        descriptor = stream.fileno()
    except (OSError, ValueError):
        return
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, descriptor)
    os.close(nowhere)


def fancy(stream: TextIO) -> bool:
    """Whether a person looks at the stream on a terminal that shows styles."""
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def complete_article(ctx: click.Context, param: click.Parameter, begun: str) -> list[str]:
    """The ids of articles that begin so, for the shell's completion."""
    from povqa.index.files import catalogue_of

    try:
        settings = ctx.ensure_object(App).settings()
        files = catalogue_of(settings.corpus_path, settings.index_path).files
    except PovqaError:  # there is no place on the command line to say so
        return []
    return [file.id for file in files if file.id.startswith(begun)]


def _remember(ctx: click.Context, param: click.Parameter, value: str | Path | None) -> None:
    if value is None:
        return
    app = ctx.ensure_object(App)
    if isinstance(value, Path):
        app.overrides[str(param.name)] = value.expanduser().absolute()
    else:
        app.chosen = _LANGS[value]


def common_options(command: Command) -> Command:
    """Add the options that every command takes, before its name or after it; what stands last counts."""
    folder = click.Path(path_type=Path)
    for option in (
        click.option(
            "--lang",
            type=click.Choice(["zh", "en"]),
            callback=_remember,
            expose_value=False,
            help="The language of messages.  [default: $POVQA_LANG, else the question's, else the locale's]",
        ),
        click.option(
            "--index",
            type=folder,
            metavar="FOLDER",
            callback=_remember,
            expose_value=False,
            help="Where the index stands.  [default: $POVQA_INDEX, else vectors]",
        ),
        click.option(
            "--corpus",
            type=folder,
            metavar="FOLDER",
            callback=_remember,
            expose_value=False,
            help="The folder of articles.  [default: $POVQA_CORPUS, else seeds]",
        ),
    ):
        command = option(command)
    return command
