"""How handlers put something before people: typing, a changed message, a word at the top of the chat."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

from telegram import Bot, CallbackQuery, InlineKeyboardMarkup
from telegram.constants import ChatAction, ParseMode
from telegram.error import BadRequest, TelegramError

from povqa_bot import texts
from povqa_bot.services import Context, of

_TYPING = 4.0  # seconds; Telegram shows it for five
_MOST_SAID = 200  # characters of a word at the top of the chat


@contextlib.asynccontextmanager
async def typing(bot: Bot, chat_id: int, thread: int | None = None) -> AsyncIterator[None]:
    """The bot is typing, from now to the end of the block."""

    async def show() -> None:
        while True:
            with contextlib.suppress(TelegramError):  # an ornament: its failure must not cost the answer
                await bot.send_chat_action(chat_id, ChatAction.TYPING, message_thread_id=thread)
            await asyncio.sleep(_TYPING)

    showing = asyncio.create_task(show(), name="typing")
    try:
        yield
    finally:
        showing.cancel()
        await asyncio.gather(showing, return_exceptions=True)


async def change(
    bot: Bot, chat_id: int, message_id: int, text: str, keyboard: InlineKeyboardMarkup | None = None
) -> bool:
    """Put another text in place of one of the bot's messages; False where that cannot be done any more."""
    try:
        await bot.edit_message_text(
            text, chat_id=chat_id, message_id=message_id, parse_mode=ParseMode.HTML, reply_markup=keyboard
        )
    except BadRequest as error:
        # Not modified: a second press, or an edit whose confirmation was lost.
        return "not modified" in error.message.lower()
    return True


async def said(query: CallbackQuery, text: str | None = None, *, alert: bool = False) -> None:
    """End a button's waiting, with a few words where there are some."""
    try:
        await query.answer(text[:_MOST_SAID] if text else None, show_alert=alert)
    except BadRequest:  # too long ago: nobody waits for it any more
        return


async def show(query: CallbackQuery, context: Context, text: str, keyboard: InlineKeyboardMarkup | None = None) -> None:
    """Put a text in place of the message whose button was pressed; where that cannot be done any more, say so."""
    message = query.message
    lang = await of(context).lang(query.from_user)
    if message is not None and await change(context.bot, message.chat.id, message.message_id, text, keyboard):
        await said(query)
    else:
        await said(query, texts.GONE.text(lang), alert=True)
