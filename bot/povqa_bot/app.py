"""One bot: its parts put together, started, and stopped without losing anything."""

from __future__ import annotations

import asyncio
import contextlib
import os
import secrets
import time
from collections.abc import AsyncIterator
from http import HTTPStatus
from pathlib import Path
from typing import Any

from telegram import BotCommand, BotCommandScopeAllGroupChats, BotCommandScopeChat, BotCommandScopeDefault
from telegram.error import InvalidToken, TelegramError
from telegram.ext import ApplicationBuilder, ExtBot, Updater
from telegram.request import HTTPXRequest
from tornado.httpserver import HTTPServer

from povqa_bot import health, services, texts
from povqa_bot.answerer import Answerer, Open
from povqa_bot.curator import Curator
from povqa_bot.errors import BotError
from povqa_bot.handlers import register
from povqa_bot.inbox import Inbox, InOrder
from povqa_bot.limits import Limits
from povqa_bot.logs import describe, logger
from povqa_bot.metrics import Metrics
from povqa_bot.outward import Outward
from povqa_bot.proposals import Proposals
from povqa_bot.services import App, Services
from povqa_bot.settings import BotSettings
from povqa_bot.store import Store

ALLOWED_UPDATES = ["message", "edited_message", "callback_query", "inline_query"]
_POLL = 10  # seconds of one long poll
_FRESH = 60.0  # seconds without a successful poll from which /healthz is not well
_PURGE_EVERY = 3600.0
_IN_GROUPS = ("ask", "new", "articles", "article", "help")


def build(settings: BotSettings, open_engine: Open, current: Path) -> App:
    """An application with its parts, not started.

    :param open_engine: opens the index.
    :param current: the file that names the generation of the index that serves.
    :raises BotError: the token is missing.
    """
    os.environ.setdefault("PTB_TIMEDELTA", "true")  # PTB's switch: durations as timedelta, without a warning at each
    metrics = Metrics()
    store = Store(settings.data.expanduser())
    order = InOrder(store)
    polling = _Polling()
    bot: ExtBot[Any] = ExtBot(
        settings.bot_token(),
        base_url=f"{settings.api.rstrip('/')}/bot",
        base_file_url=f"{settings.api.rstrip('/')}/file/bot",
        request=HTTPXRequest(64, connect_timeout=5, read_timeout=10, write_timeout=10, pool_timeout=30),
        get_updates_request=polling,
        rate_limiter=Outward(settings.messages_per_second, settings.retry_seconds, metrics),
    )
    updater = Updater(bot, Inbox(store, metrics))
    app: App = ApplicationBuilder().updater(updater).job_queue(None).concurrent_updates(order).build()
    answerer = Answerer(
        open_engine, current, workers=settings.workers, max_waiting=settings.max_waiting,
        seconds=settings.answer_seconds, metrics=metrics,
    )  # fmt: skip
    limits = Limits(settings.user_per_minute, settings.chat_per_minute)
    own = Services(
        settings, answerer, Curator(answerer), store, Proposals(store), metrics, limits, order, polling.fresh
    )
    services.install(app, own)
    register(app)
    return app


@contextlib.asynccontextmanager
async def running(app: App, *, webhook: bool = False) -> AsyncIterator[Services]:
    """Run the bot for the block; at its end, answers under way are finished, and what is left is kept for the next run.

    :raises PovqaError: it cannot start.
    """
    own = services.services_of(app)
    settings = own.settings
    async with contextlib.AsyncExitStack() as stack:
        await own.store.open()
        stack.push_async_callback(own.store.close)
        await own.proposals.resume()
        await own.answerer.start()
        stack.push_async_callback(own.answerer.stop)
        stack.push_async_callback(own.curator.stop)
        if settings.metrics_port:
            stack.push_async_callback(_close, _serve_health(app, webhook))
        await _initialize(app)
        stack.push_async_callback(app.shutdown)
        for task in (
            asyncio.create_task(_announce(app), name="menu"),  # while it fails, people are answered all the same
            asyncio.create_task(own.answerer.watch(settings.reload_seconds), name="reload"),
            asyncio.create_task(_purge(own), name="purge"),
        ):
            stack.push_async_callback(_end, task)
        if isinstance(app.update_queue, Inbox):
            own.order.resumed = await app.update_queue.resume(app.bot)
        await app.start()
        stack.push_async_callback(_drain, app, settings.stop_seconds)
        await _listen(app, webhook)
        logger().info("started", bot=app.bot.username, webhook=webhook, resumed=len(own.order.resumed))
        yield own
        logger().info("stopping")


class _Polling(HTTPXRequest):
    """The connection that asks for updates, which knows when Telegram was last heard of."""

    def __init__(self) -> None:
        super().__init__(2, connect_timeout=5, read_timeout=_POLL + 5)
        self._heard = time.monotonic()

    async def do_request(self, *args: Any, **kwargs: Any) -> tuple[int, bytes]:
        """Make a request."""
        code, body = await super().do_request(*args, **kwargs)
        if code == HTTPStatus.OK:
            self._heard = time.monotonic()
        return code, body

    def fresh(self) -> bool:
        """Whether that was lately."""
        return time.monotonic() - self._heard < _FRESH


def _serve_health(app: App, webhook: bool) -> HTTPServer:
    own = services.services_of(app)

    def check() -> dict[str, bool]:
        updater = app.updater
        listening = updater is not None and updater.running
        return {"bot": app.running, "listening": listening, "telegram": webhook or own.heard()}

    return health.serve(own.settings.metrics_host, own.settings.metrics_port, own.metrics, check)


async def _initialize(app: App) -> None:
    try:
        await app.initialize()
    except InvalidToken as error:
        await app.bot.shutdown()
        raise BotError(
            "Telegram refuses the bot token: copy it from @BotFather again, into POVQA_BOT_TOKEN.",
            "Telegram 不接受这个机器人令牌:请从 @BotFather 重新复制到 POVQA_BOT_TOKEN。",
        ) from error
    except TelegramError as error:
        await app.bot.shutdown()
        raise BotError(
            "Telegram cannot be reached: check the network (or POVQA_BOT_API), then start the bot again.",
            "无法连接 Telegram:请检查网络(或 POVQA_BOT_API),再重新启动机器人。",
        ) from error


async def _announce(app: App) -> None:
    """Set the command menu, in both languages; without it the bot still works."""
    own = services.services_of(app)
    try:
        for code, lang in (("", "en"), ("zh", "zh")):
            menu = [BotCommand(name, line.text(lang)) for name, line in texts.COMMANDS]
            in_groups = [command for command in menu if command.command in _IN_GROUPS]
            await app.bot.set_my_commands(menu, BotCommandScopeDefault(), language_code=code)
            await app.bot.set_my_commands(in_groups, BotCommandScopeAllGroupChats(), language_code=code)
            for owner in own.settings.owners:
                menu_of_owner = [*menu, *(BotCommand(name, line.text(lang)) for name, line in texts.OWNER_COMMANDS)]
                with contextlib.suppress(TelegramError):  # who has never written to the bot has no chat with it
                    await app.bot.set_my_commands(menu_of_owner, BotCommandScopeChat(owner), language_code=code)
    except TelegramError as error:
        logger().warning("menu_not_set", exc_info=error)


async def _listen(app: App, webhook: bool) -> None:
    settings = services.services_of(app).settings
    updater = app.updater
    assert updater is not None
    if webhook:
        if not settings.webhook_url.startswith("https://") and settings.api.startswith("https://"):
            raise BotError(
                "A webhook needs an https address: set POVQA_BOT_WEBHOOK_URL, or run without --webhook.",
                "webhook 需要 https 地址:请设置 POVQA_BOT_WEBHOOK_URL,或不带 --webhook 运行。",
            )
        path = settings.webhook_path.strip("/")
        address = f"{settings.webhook_url.rstrip('/')}/{path}"
        await updater.start_webhook(
            settings.webhook_listen, settings.webhook_port, path, webhook_url=address,
            secret_token=settings.secret() or secrets.token_urlsafe(32), allowed_updates=ALLOWED_UPDATES,
            bootstrap_retries=-1,
        )  # fmt: skip
        return

    def failed(error: TelegramError) -> None:
        own = services.services_of(app)
        own.metrics.errors.labels(f"polling {type(error).__name__}").inc()
        logger().warning("polling_failed", error=describe(error))

    await updater.start_polling(
        timeout=_POLL, allowed_updates=ALLOWED_UPDATES, bootstrap_retries=-1, error_callback=failed
    )


async def _drain(app: App, seconds: float) -> None:
    """Take in nothing more, and finish what is under way; what is not finished in time is kept for the next run."""
    if app.updater is not None and app.updater.running:
        await app.updater.stop()
    try:
        await asyncio.wait_for(app.stop(), seconds)
    except TimeoutError:
        logger().warning("stopped_early", seconds=seconds)
        own = {asyncio.current_task()}
        left = [task for task in asyncio.all_tasks() - own if (task.get_name() or "").startswith("Application:")]
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)


async def _purge(own: Services) -> None:
    while True:
        await own.proposals.purge()
        count = await own.store.purge(time.time() - own.settings.keep_days * 86400)
        if count:
            logger().info("purged", answers=count)
        await asyncio.sleep(_PURGE_EVERY)


async def _end(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def _close(server: HTTPServer) -> None:
    server.stop()
    await server.close_all_connections()
