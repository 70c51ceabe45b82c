"""Articles that owners take out: asked about first."""

from __future__ import annotations

from telegram import Bot, CallbackQuery, Update
from telegram.constants import ParseMode

from povqa_bot import texts
from povqa_bot.answerer import Entry
from povqa_bot.format import clean, origin, plain
from povqa_bot.handlers.browsing import named
from povqa_bot.handlers.showing import said
from povqa_bot.keyboards import Press, remove_buttons, short
from povqa_bot.proposals import Kind, Proposal
from povqa_bot.services import Context, Services, of


async def remove_command(update: Update, context: Context) -> None:
    """/remove with an article's id, or its number in the list."""
    own, services = update.message, of(context)
    if own is None or own.from_user is None:
        return
    lang = await services.lang(own.from_user)
    if not services.is_owner(own.from_user):
        await own.reply_html(texts.OWNERS_ONLY.text(lang))
        return
    entry = named(services.answerer.opened.entries, " ".join(context.args or ()))
    if entry is None:
        await own.reply_html(texts.REMOVE_HOW.text(lang))
    else:
        await _ask(context.bot, services, entry, own.chat_id, own.from_user.id, lang)


async def remove_button(query: CallbackQuery, context: Context, press: Press) -> None:
    """The button under an article."""
    services, message = of(context), query.message
    lang = await services.lang(query.from_user)
    if not services.is_owner(query.from_user):
        await said(query, texts.OWNERS_ONLY.text(lang), alert=True)
        return
    for entry in services.answerer.opened.entries:
        if message is not None and press.values == (short(entry.id),):
            await said(query)
            await _ask(context.bot, services, entry, message.chat.id, query.from_user.id, lang)
            return
    await said(query, texts.ARTICLE_GONE.text(lang), alert=True)


async def _ask(bot: Bot, services: Services, entry: Entry, chat_id: int, user_id: int, lang: str) -> None:
    proposal = Proposal(user_id, Kind.REMOVE, entry.title, path=entry.path, sha256=entry.sha256)
    number = await services.proposals.keep(proposal)
    article = origin(entry.title, entry.source, entry.published)
    text = texts.REMOVE.text(lang, article=article, id=clean(plain(entry.id, 200)))
    await bot.send_message(chat_id, text, parse_mode=ParseMode.HTML, reply_markup=remove_buttons(number, lang))
