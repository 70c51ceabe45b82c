"""`povqa bot` and `povqa feedback`."""

from __future__ import annotations

import asyncio
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from povqa import Povqa, Settings


def _engine_settings(ctx: click.Context) -> Settings:
    """The settings of the engine: of povqa's command line where this is part of it, else of the environment."""
    from povqa import Settings

    given = getattr(ctx.obj, "settings", None)
    settings = given() if callable(given) else Settings()
    assert isinstance(settings, Settings)
    return settings


@click.command()
@click.option("--webhook", is_flag=True, help="Let Telegram call the bot, instead of asking Telegram.")
@click.option("--webhook-url", metavar="URL", help="The public https address that Telegram calls.")
@click.option("--path", "webhook_path", metavar="PATH", help="The path behind it.  [default: povqa]")
@click.option("--listen", "webhook_listen", metavar="HOST", help="The address to listen on.  [default: 127.0.0.1]")
@click.option("--port", "webhook_port", type=click.IntRange(1, 65535), help="The port.  [default: 8443]")
@click.option("--allow", type=int, multiple=True, metavar="ID", help="Only this user or chat; repeatable.")
@click.option("--data", type=click.Path(path_type=Path, dir_okay=False), help="Where the bot keeps what it remembers.")
@click.pass_context
def bot(ctx: click.Context, /, webhook: bool, **options: Any) -> None:
    """Run the Telegram bot.

    Its token stands in POVQA_BOT_TOKEN, or in a file that POVQA_BOT_TOKEN_FILE names; never on the command line.
    Further settings: docs/bot.md.
    """
    from povqa import Povqa
    from povqa_bot import logs
    from povqa_bot.app import build
    from povqa_bot.settings import BotSettings

    settings = BotSettings.load(**{name: value for name, value in options.items() if value})
    engine_settings = _engine_settings(ctx)
    token = settings.bot_token()
    logs.configure(settings.log_level, settings.log_format, [token, settings.secret() or ""])

    def say(en: str, zh: str) -> None:
        logs.logger().info("preparing", what=en)

    def open_engine(build_index: bool) -> Povqa:
        return Povqa.open(engine_settings, build=build_index, say=say)

    asyncio.run(_serve(build(settings, open_engine, engine_settings.index_path / "CURRENT"), webhook))


async def _serve(app: Any, webhook: bool) -> None:
    from povqa_bot.app import running

    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    serving = asyncio.current_task()
    assert serving is not None

    def asked_to_stop() -> None:
        if stop.is_set():
            serving.cancel()  # the second time: at once
        stop.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, asked_to_stop)
    async with running(app, webhook=webhook):
        await stop.wait()


@click.command()
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Write to this file, not to stdout.")
@click.option("--data", type=click.Path(path_type=Path, dir_okay=False), help="Where the bot keeps what it remembers.")
@click.option("--only", type=click.Choice(["good", "bad"]), help="Only what was rated so.")
def feedback(out: Path | None, data: Path | None, only: str | None) -> None:
    """Export what people rated as candidates for an evaluation set: one line of JSON each.

    A person must check them: a 👍 says that the answer helped, not that nothing is missing.
    """
    from povqa_bot.feedback import export
    from povqa_bot.settings import BotSettings

    settings = BotSettings.load(**({"data": data} if data else {}))
    lines = "".join(f"{line}\n" for line in export(settings.data.expanduser(), only))
    if out is None:
        click.echo(lines.encode(), nl=False)
    else:
        out.write_text(lines, encoding="utf-8")
        sys.stderr.write(f"{out}: {lines.count(chr(10))}\n")
