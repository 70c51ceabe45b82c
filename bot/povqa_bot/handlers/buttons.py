"""Buttons. All they need stands in the store, so that they work after a restart."""

from __future__ import annotations

from telegram import CallbackQuery, Message, Update
from telegram.constants import ParseMode
from telegram.error import BadRequest

from povqa import PovqaError
from povqa_bot import texts
from povqa_bot.format import answer_pages, clean, paragraph, plain, web_address
from povqa_bot.handlers import browsing, deciding, personal, removing, uploads
from povqa_bot.handlers.asking import find
from povqa_bot.handlers.showing import said, show
from povqa_bot.keyboards import Press, again_button, answer_buttons, paragraph_buttons, parse, short
from povqa_bot.records import Asked
from povqa_bot.services import Context, Services, of


async def press(update: Update, context: Context) -> None:
    """A button was pressed."""
    query = update.callback_query
    if query is None or query.message is None:
        return
    services = of(context)
    press = parse(query.data or "")
    try:
        if press.action in _ON_ANSWER:
            await _on_answer(query, context, press)
        elif press.action in _ELSEWHERE:
            await _ELSEWHERE[press.action](query, context, press)
        else:
            await said(query)
    except ValueError:  # not one of our buttons, or of an older bot's
        await said(query, texts.GONE.text(await services.lang(query.from_user)), alert=True)


async def _on_answer(query: CallbackQuery, context: Context, press: Press) -> None:
    services = of(context)
    asked = await services.store.answer(press.number(0))
    # The answer must be that of this message: a number can be made up.
    if asked is None or query.message is None or asked.chat_id != query.message.chat.id:
        await said(query, texts.GONE.text(await services.lang(query.from_user)), alert=True)
        return
    await _ON_ANSWER[press.action](query, context, press, asked)


async def _view(query: CallbackQuery, context: Context, press: Press, asked: Asked) -> None:
    pages = answer_pages(asked.found, asked.lang)
    page = press.number(1)
    if page >= len(pages):
        raise ValueError("foreign button")
    await show(query, context, pages[page].text, answer_buttons(press.number(0), asked.found, pages, page, asked.lang))


async def _paragraph(query: CallbackQuery, context: Context, press: Press, asked: Asked) -> None:
    services, number, page = of(context), press.number(1), press.number(2)
    if number >= len(asked.found.citations):
        raise ValueError("foreign button")
    citation = asked.found.citations[number]
    try:
        article, start, end = await services.answerer.paragraph(citation)
    except PovqaError:
        await _changed(query, services, asked)
        return
    keyboard = paragraph_buttons(press.number(0), page, article.id, web_address(article.url), asked.lang)
    await show(query, context, paragraph(article, citation, start, end), keyboard)


async def _changed(query: CallbackQuery, services: Services, asked: Asked) -> None:
    """The sentence does not stand there any more: say so, and offer to ask again."""
    await said(query, texts.CHANGED.text(asked.lang), alert=True)
    if query.message is not None and asked.id is not None:
        try:
            await query.edit_message_reply_markup(again_button(asked.id, asked.lang))
        except BadRequest:  # it stands there already, or the message is too old
            return


async def _rate(query: CallbackQuery, context: Context, press: Press, asked: Asked) -> None:
    services, good = of(context), press.number(1) == 1
    stands = await services.store.rate(press.number(0), query.from_user.id, good)
    line = {True: texts.THANKS_GOOD, False: texts.THANKS_BAD, None: texts.TAKEN_BACK}[stands]
    await said(query, line.text(asked.lang))
    message = query.message
    if message is None or message.chat.id != query.from_user.id or not message.is_accessible:
        return  # in a group everybody has an opinion of their own, and all see the same buttons
    pages = answer_pages(asked.found, asked.lang)
    page = _page_shown(query, press.number(0))
    if page is None or page >= len(pages):
        return
    keyboard = answer_buttons(press.number(0), asked.found, pages, page, asked.lang, stands)
    try:
        await query.edit_message_reply_markup(keyboard)
    except BadRequest:  # it looks so already
        return


def _page_shown(query: CallbackQuery, answer_id: int) -> int | None:
    """Which page of the answer the message shows, by its own buttons."""
    markup = getattr(query.message, "reply_markup", None)
    pages = [
        press.number(2)
        for row in (markup.inline_keyboard if markup else ())
        for button in row
        if isinstance(button.callback_data, str)
        and (press := parse(button.callback_data)).action == "t"
        and press.number(0) == answer_id
    ]
    return pages[0] if pages else 0


async def _related(query: CallbackQuery, context: Context, press: Press, asked: Asked) -> None:
    number = press.number(1)
    if number >= len(asked.found.related):
        raise ValueError("foreign button")
    related = asked.found.related[number]
    if related.article_id is not None:
        await browsing.send_article(query, context, related.article_id)
    else:
        await ask_for(query, context, related.text, ())


async def _again(query: CallbackQuery, context: Context, press: Press, asked: Asked) -> None:
    await ask_for(query, context, asked.question, asked.history)


async def _example(query: CallbackQuery, context: Context, press: Press) -> None:
    services = of(context)
    for example in services.answerer.opened.examples:
        if press.values == (short(example),):
            await ask_for(query, context, example, ())
            return
    await said(query, texts.EXAMPLE_GONE.text(await services.lang(query.from_user)), alert=True)


async def ask_for(query: CallbackQuery, context: Context, question: str, history: tuple[str, ...]) -> None:
    """Ask a question for somebody who tapped on it; the answer comes as a new message."""
    services, user, message = of(context), query.from_user, query.message
    if message is None:
        return
    refusal = services.limits.take(user.id, message.chat.id)
    lang = await services.lang(user, question)
    if refusal is not None:
        services.metrics.refused.labels("rate").inc()
        await said(query, texts.TOO_MANY.text(lang, seconds=refusal.seconds), alert=True)
        return
    await said(query, question[:200])
    asked, answer_id = await find(
        context, question, history, chat_id=message.chat.id, user_id=user.id, message=None, lang=lang
    )
    pages = answer_pages(asked.found, lang)
    text = asked_again(question, pages[0].text)
    keyboard = answer_buttons(answer_id, asked.found, pages, 0, lang)
    topic = message.message_thread_id if isinstance(message, Message) and message.is_topic_message else None
    sent = await context.bot.send_message(
        message.chat.id, text, parse_mode=ParseMode.HTML, reply_markup=keyboard, message_thread_id=topic
    )
    await services.store.sent(answer_id, sent.message_id)


def asked_again(question: str, page: str) -> str:
    """An answer under its question, which nobody has written into the chat."""
    return f"❓ {clean(plain(question, 200))}\n\n{page}"


_ON_ANSWER = {"v": _view, "t": _paragraph, "u": _rate, "r": _related, "x": _again}
_ELSEWHERE = {
    "e": _example,
    "L": browsing.show_list,
    "A": browsing.open_article,
    "P": browsing.turn_article,
    "l": personal.set_lang,
    "d": personal.delete,
    "c": deciding.decide,
    "w": uploads.send_whole,
    "m": removing.remove_button,
}
