"""Inline mode: `@bot question` in any chat."""

from __future__ import annotations

import asyncio

from telegram import (
    InlineQueryResultArticle,
    InlineQueryResultsButton,
    InputTextMessageContent,
    LinkPreviewOptions,
    Update,
)
from telegram.constants import ParseMode
from telegram.error import BadRequest

from povqa import Citation, PovqaError
from povqa_bot import texts
from povqa_bot.errors import TooSlowError
from povqa_bot.format import answer_pages, clean, plain
from povqa_bot.logs import logger
from povqa_bot.records import Found, Layout
from povqa_bot.services import Context, of

_CACHED = 300  # seconds that Telegram keeps the results, for everybody who types the same
_MOST = 10
_SHORTEST = 2  # characters; before that nobody has asked anything


async def query(update: Update, context: Context) -> None:
    """An inline question: answered once its writer pauses."""
    asked = update.inline_query
    if asked is None:
        return
    services, user = of(context), asked.from_user
    services.newest_inline[user.id] = update.update_id
    question = asked.query.strip()
    await asyncio.sleep(services.settings.inline_pause)
    if services.newest_inline.get(user.id) != update.update_id:
        return  # they have typed on: Telegram asks no more for this one
    del services.newest_inline[user.id]
    lang = await services.lang(user, question)
    if len(question) < _SHORTEST:
        await _answer(update, [], texts.INLINE_OPEN.text(lang), _CACHED)
        return
    refusal = services.limits.take(user.id, user.id)
    if refusal is not None:
        services.metrics.refused.labels("rate").inc()
        await _answer(update, [], texts.TOO_MANY.text(lang, seconds=refusal.seconds), 0)
        return
    try:
        found = await services.answerer.ask(question, seconds=services.settings.inline_seconds)
    except PovqaError as error:
        services.metrics.questions.labels("failed").inc()
        said = texts.INLINE_SLOW.text(lang) if isinstance(error, TooSlowError) else error.message(lang)
        await _answer(update, [], said, 0)
        return
    services.metrics.questions.labels("not_found" if found.layout is Layout.NOTHING else "answered").inc()
    if found.layout is Layout.NOTHING:
        await _answer(update, [], texts.INLINE_NOT_FOUND.text(lang), _CACHED)
    else:
        await _answer(update, _results(question, found, lang), texts.INLINE_OPEN.text(lang), _CACHED)


def _results(question: str, found: Found, lang: str) -> list[InlineQueryResultArticle]:
    """One result for each page of the answer: what is tapped is sent to the chat."""
    results = []
    for number, page in enumerate(answer_pages(found, lang)[:_MOST]):
        first = found.citations[page.citations[0]]
        text = f"❓ {clean(plain(question, 200))}\n\n{page.text}"
        content = InputTextMessageContent(
            text, parse_mode=ParseMode.HTML, link_preview_options=LinkPreviewOptions(is_disabled=True)
        )
        title = plain(_title(found, first), 100)
        description = plain(f"{first.text} · {first.title}", 200)
        results.append(InlineQueryResultArticle(str(number), title, content, description=description))
    return results


def _title(found: Found, first: Citation) -> str:
    if found.layout is Layout.ONE:
        return "、".join(first.text[a:b] for a, b in first.highlights) or first.text
    return "、".join(found.answers) or first.text


async def _answer(update: Update, results: list[InlineQueryResultArticle], said: str, cached: int) -> None:
    asked = update.inline_query
    if asked is None:
        return
    button = InlineQueryResultsButton(plain(said, 64), start_parameter="inline")
    try:
        # The same for everybody, unless it depends on who asks: then it is not kept.
        await asked.answer(results, cache_time=cached, is_personal=not cached, button=button)
    except BadRequest as error:  # it came too late: they have typed on
        logger().info("inline_too_late", update=update.update_id, exc_info=error)
