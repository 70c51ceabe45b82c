"""Documents and pages that owners send: looked at, shown, and kept until their owner decides."""

from __future__ import annotations

import asyncio
import mimetypes
import re
import sqlite3
import time

from telegram import CallbackQuery, Document, Message, Update
from telegram.error import BadRequest, NetworkError, RetryAfter, TelegramError

from povqa import Action, PovqaError
from povqa_bot import texts
from povqa_bot.curator import bare_name
from povqa_bot.errors import DownloadError, FullError, TooLargeError
from povqa_bot.format import clean, plain
from povqa_bot.handlers import asking
from povqa_bot.handlers.showing import said, typing
from povqa_bot.keyboards import Press, add_buttons
from povqa_bot.logs import logger
from povqa_bot.previewing import preview_text, whole_text
from povqa_bot.proposals import Kind, Proposal, State
from povqa_bot.services import Context, of

LINK = re.compile(r"^\s*https?://\S+\s*$", re.IGNORECASE)
_MOST = 20 << 20  # bytes that the Bot API hands out
_DOWNLOAD_SECONDS = 60.0
_PAUSE = 0.5


async def document(update: Update, context: Context) -> None:
    """A document in private: from an owner it may become an article."""
    own = update.message
    if own is None or own.document is None:
        return
    services = of(context)
    if not services.is_owner(own.from_user):
        lang = await services.lang(own.from_user, own.caption or "")
        await own.reply_html(texts.ADD_OWNERS_ONLY.text(lang))
        if own.caption:
            await asking.message(update, context)
        return
    await _offer_document(own, own.document, context)


async def link(update: Update, context: Context) -> None:
    """A message that is nothing but a link: from an owner it may become an article."""
    own = update.message
    if own is not None and own.text and of(context).is_owner(own.from_user):
        await _offer_page(own, own.text.strip(), context)
    else:
        await asking.message(update, context)


async def add_command(update: Update, context: Context) -> None:
    """/add with a link behind it, or in reply to a document."""
    own, services = update.message, of(context)
    if own is None:
        return
    lang = await services.lang(own.from_user)
    to = own.reply_to_message
    if not services.is_owner(own.from_user):
        await own.reply_html(texts.ADD_OWNERS_ONLY.text(lang))
    elif len(context.args or ()) == 1 and LINK.match((context.args or [""])[0]):
        await _offer_page(own, (context.args or [""])[0], context)
    elif to is not None and to.document is not None and not context.args:
        await _offer_document(own, to.document, context)
    else:
        await own.reply_html(texts.ADD_HOW.text(lang))


async def send_whole(query: CallbackQuery, context: Context, press: Press) -> None:
    """All that was kept of a document, and what was not, as a small file."""
    services, message = of(context), query.message
    lang = await services.lang(query.from_user)
    kept = await services.proposals.find(press.number(0))
    if kept is None or message is None:
        await said(query, texts.PROPOSAL_GONE.text(lang), alert=True)
        return
    if kept.user_id != query.from_user.id or not services.is_owner(query.from_user):
        await said(query, texts.NOT_YOURS.text(lang), alert=True)
        return
    if kept.kind is not Kind.ADD or kept.state is State.DONE:
        await said(query, texts.DECIDED.text(lang), alert=True)
        return
    seen = await services.curator.look(kept.data, kept.name)
    await said(query)
    stem = plain(bare_name(kept.name), 60).rpartition(".")[0] or "article"
    await context.bot.send_document(message.chat.id, whole_text(seen, lang).encode(), filename=f"{stem}.preview.txt")


async def _offer_document(own: Message, sent: Document, context: Context) -> None:
    lang = await of(context).lang(own.from_user, own.caption or "")
    name = sent.file_name or f"document{mimetypes.guess_extension(sent.mime_type or '') or ''}"
    try:
        async with typing(context.bot, own.chat_id):
            data = await _download(sent, context)
            await _offer(own, data, name, lang, context)
    except PovqaError as error:
        await _refuse(own, error, lang)


async def _offer_page(own: Message, url: str, context: Context) -> None:
    lang = await of(context).lang(own.from_user)
    try:
        async with typing(context.bot, own.chat_id):
            name, data = await of(context).curator.fetch(url)
            await _offer(own, data, name, lang, context)
    except PovqaError as error:
        await _refuse(own, error, lang)


async def _offer(own: Message, data: bytes, name: str, lang: str, context: Context) -> None:
    """Show what would become of a document, and ask."""
    services = of(context)
    seen = await services.curator.look(data, name)
    text = preview_text(seen, services.answerer.opened.entries, lang)
    if seen.action is Action.UNCHANGED:
        await own.reply_html(text)
        return
    user_id = own.from_user.id if own.from_user is not None else 0
    proposal = Proposal(user_id, Kind.ADD, name, data, seen.action, seen.article.path)
    try:
        number = await services.proposals.keep(proposal)
    except sqlite3.OperationalError as error:
        raise FullError from error
    await own.reply_html(text, reply_markup=add_buttons(number, lang, again=seen.action is Action.DUPLICATE))


async def _refuse(own: Message, error: PovqaError, lang: str) -> None:
    logger().info("not_offered", error=type(error).__name__)
    await own.reply_html(texts.NOT_ADDED.text(lang, reason=clean(plain(error.message(lang), 600))))


async def _download(sent: Document, context: Context) -> bytes:
    """The bytes of a document, tried again while Telegram fails.

    :raises PovqaError: it is too large, or cannot be had.
    """
    if (sent.file_size or 0) > _MOST:
        raise TooLargeError
    give_up = time.monotonic() + min(_DOWNLOAD_SECONDS, of(context).settings.retry_seconds)
    pause = _PAUSE
    while True:
        try:
            file = await context.bot.get_file(sent.file_id)
            data = bytes(await file.download_as_bytearray())
        except TelegramError as error:
            if isinstance(error, BadRequest) and "too big" in error.message.lower():
                raise TooLargeError from error
            passing = isinstance(error, NetworkError | RetryAfter) and not isinstance(error, BadRequest)
            if not passing or time.monotonic() + pause > give_up:
                raise DownloadError from error
            logger().warning("download_retry", error=type(error).__name__)
            await asyncio.sleep(pause)
            pause *= 2
            continue
        if len(data) > _MOST:
            raise TooLargeError
        if sent.file_size and len(data) != sent.file_size:  # cut off on the way
            raise DownloadError
        return data
