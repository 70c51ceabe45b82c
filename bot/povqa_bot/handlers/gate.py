"""Who may use the bot, and what happens when something goes wrong."""

from __future__ import annotations

import time

from telegram import InlineQueryResultsButton, Update
from telegram.constants import ChatType
from telegram.error import BadRequest, Forbidden, NetworkError, TelegramError
from telegram.ext import ApplicationHandlerStop

from povqa import PovqaError
from povqa_bot import texts
from povqa_bot.curator import without_paths
from povqa_bot.format import clean, plain
from povqa_bot.logs import logger
from povqa_bot.services import Context, Services, of

_TELL_EVERY = 3600.0  # seconds
_MOST_TOLD = 10_000


async def check(update: Update, context: Context) -> None:
    """Let nobody through who is not allowed, where that is restricted."""
    services = of(context)
    settings = services.settings
    user, chat = update.effective_user, update.effective_chat
    allowed = {*settings.allow, *settings.owners}
    if not settings.allow or allowed & {user.id if user else 0, chat.id if chat else 0}:
        return
    services.metrics.refused.labels("not_allowed").inc()
    await _refuse(update, services)
    raise ApplicationHandlerStop


async def _refuse(update: Update, services: Services) -> None:
    user, chat = update.effective_user, update.effective_chat
    if user is None:
        return
    text = texts.NOT_ALLOWED.text(await services.lang(user), id=user.id)
    if update.callback_query is not None:
        await update.callback_query.answer(text.replace("<code>", "").replace("</code>", ""), show_alert=True)
    elif update.inline_query is not None:
        await update.inline_query.answer([], cache_time=300, is_personal=True)
    elif update.effective_message is not None and chat is not None and chat.type == ChatType.PRIVATE:
        now = time.monotonic()
        if now - services.told.get(user.id, float("-inf")) < _TELL_EVERY:
            return
        if len(services.told) >= _MOST_TOLD:
            services.told.clear()
        services.told[user.id] = now
        await update.effective_message.reply_html(text)


async def failed(update: object, context: Context) -> None:
    """Tell the user something human, and the log where it went wrong, but no text that anybody wrote."""
    services, error = of(context), context.error
    if error is None:
        return
    if isinstance(error, Forbidden):  # they have blocked the bot, or it was removed from the group
        logger().info("not_reachable", update=getattr(update, "update_id", None))
        return
    if not isinstance(error, PovqaError):
        services.metrics.errors.labels(type(error).__name__).inc()
        logger().error("update_failed", update=getattr(update, "update_id", None), exc_info=error)
    if not isinstance(update, Update):
        return
    if isinstance(error, NetworkError) and not isinstance(error, BadRequest):
        services.order.unfinished.add(update.update_id)  # telling would fail alike; a restart tries again
        return
    try:
        await _tell(update, services, error)
    except TelegramError as again:
        logger().warning("not_told", update=update.update_id, exc_info=again)


async def _tell(update: Update, services: Services, error: Exception) -> None:
    message = update.effective_message
    lang = await services.lang(update.effective_user, (message.text or "") if message is not None else "")
    said = without_paths(error.message(lang)) if isinstance(error, PovqaError) else texts.FAILED.text(lang)
    if update.callback_query is not None:
        await update.callback_query.answer(said[:200], show_alert=True)
    elif update.inline_query is not None:
        button = InlineQueryResultsButton(plain(said, 64), start_parameter="inline")
        await update.inline_query.answer([], cache_time=0, is_personal=True, button=button)
    elif update.message is not None:
        await update.message.reply_html(clean(said))
