"""The articles: their list, and each of them."""

from __future__ import annotations

from collections.abc import Sequence

from telegram import CallbackQuery, InlineKeyboardMarkup, Update
from telegram.constants import ParseMode

from povqa import Article, PovqaError
from povqa_bot import texts
from povqa_bot.answerer import Entry
from povqa_bot.format import article_pages, entry_line, web_address
from povqa_bot.handlers.showing import said, show
from povqa_bot.keyboards import PER_LIST, Press, article_buttons, list_buttons, short
from povqa_bot.services import Context, Services, of, sender


async def articles(update: Update, context: Context) -> None:
    """/articles: the first page of the list."""
    message, services = update.effective_message, of(context)
    if message is None:
        return
    lang = await services.lang(update.effective_user)
    entries = services.answerer.opened.entries
    if not entries:
        await message.reply_html(texts.NO_ARTICLES.text(lang))
        return
    await message.reply_html(_list_page(services, 0, lang), reply_markup=list_buttons(entries, 0))


async def show_list(query: CallbackQuery, context: Context, press: Press) -> None:
    """Another page of the list; of the list as it is now, if it has changed."""
    services = of(context)
    entries = services.answerer.opened.entries
    page = min(press.number(0), max(0, (len(entries) - 1) // PER_LIST))
    lang = await services.lang(query.from_user)
    await show(query, context, _list_page(services, page, lang), list_buttons(entries, page))


def _list_page(services: Services, page: int, lang: str) -> str:
    entries = services.answerer.opened.entries
    first = page * PER_LIST
    lines = [entry_line(number, entry) for number, entry in enumerate(entries[first : first + PER_LIST], first + 1)]
    return "\n".join([texts.ARTICLES.text(lang, count=len(entries)), "", *lines])


async def article(update: Update, context: Context) -> None:
    """/article N, by the number in the list or by the article's id."""
    message, services = update.effective_message, of(context)
    if message is None:
        return
    lang = await services.lang(update.effective_user)
    entries = services.answerer.opened.entries
    found = named(entries, " ".join(context.args or ()))
    if found is None:
        how = texts.ARTICLE_HOW if entries else texts.NO_ARTICLES
        await message.reply_html(how.text(lang, count=len(entries)))
        return
    whole = await services.answerer.article(found.id)
    pages = article_pages(whole)
    keyboard = _keyboard(services, whole, 0, len(pages), lang, message.chat_id, sender(update))
    await message.reply_html(pages[0], reply_markup=keyboard)


async def open_article(query: CallbackQuery, context: Context, press: Press) -> None:
    """An article, as a new message: the answer or the list stays."""
    whole = await _named(query, context, press)
    if whole is not None:
        await send_article(query, context, whole.id)


async def turn_article(query: CallbackQuery, context: Context, press: Press) -> None:
    """Another page of an article, in place of this one."""
    whole = await _named(query, context, press)
    if whole is None:
        return
    pages = article_pages(whole)
    page = min(press.number(1), len(pages) - 1)
    services, user = of(context), query.from_user
    lang = await services.lang(user)
    chat_id = query.message.chat.id if query.message is not None else 0
    keyboard = _keyboard(services, whole, page, len(pages), lang, chat_id, user.id)
    await show(query, context, pages[page], keyboard)


async def send_article(query: CallbackQuery, context: Context, article_id: str) -> None:
    """The first page of an article as a new message."""
    services, message = of(context), query.message
    lang = await services.lang(query.from_user)
    try:
        whole = await services.answerer.article(article_id)
    except PovqaError:
        await said(query, texts.ARTICLE_GONE.text(lang), alert=True)
        return
    await said(query)
    if message is None:
        return
    pages = article_pages(whole)
    keyboard = _keyboard(services, whole, 0, len(pages), lang, message.chat.id, query.from_user.id)
    topic = getattr(message, "message_thread_id", None) if getattr(message, "is_topic_message", False) else None
    await context.bot.send_message(
        message.chat.id, pages[0], parse_mode=ParseMode.HTML, reply_markup=keyboard, message_thread_id=topic
    )


def named(entries: Sequence[Entry], wanted: str) -> Entry | None:
    """An article by its id or its number in the list."""
    found = next((entry for entry in entries if entry.id == wanted), None)
    if found is None and wanted.isascii() and wanted.isdigit() and 1 <= int(wanted[:9]) <= len(entries):
        found = entries[int(wanted[:9]) - 1]
    return found


def _keyboard(
    services: Services, whole: Article, page: int, pages: int, lang: str, chat_id: int, user_id: int
) -> InlineKeyboardMarkup | None:
    removable = chat_id == user_id and user_id in services.settings.owners  # in a group all see the same buttons
    return article_buttons(whole.id, page, pages, web_address(whole.url), lang, removable=removable)


async def _named(query: CallbackQuery, context: Context, press: Press) -> Article | None:
    """The article that a button names; where it has gone, that is said."""
    services = of(context)
    for entry in services.answerer.opened.entries:
        if press.values and short(entry.id) == press.values[0]:
            return await services.answerer.article(entry.id)
    await said(query, texts.ARTICLE_GONE.text(await services.lang(query.from_user)), alert=True)
    return None
