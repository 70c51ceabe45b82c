"""What is between the bot and one person: greeting, help, language, privacy; and the owner's figures."""

from __future__ import annotations

import time
from datetime import timedelta

from telegram import CallbackQuery, Update

from povqa_bot import texts
from povqa_bot.format import clean
from povqa_bot.handlers.showing import said, show
from povqa_bot.keyboards import Press, delete_buttons, example_buttons, lang_buttons
from povqa_bot.services import Context, Services, of, sender

_EXAMPLES = 3


def _examples(services: Services, lang: str) -> str:
    lines = "\n".join(f"• {clean(example)}" for example in services.answerer.opened.examples[:_EXAMPLES])
    return texts.TRY.text(lang, examples=lines) if lines else ""


async def start(update: Update, context: Context) -> None:
    """/start."""
    await _greet(update, context, texts.START)


async def show_help(update: Update, context: Context) -> None:
    """/help."""
    await _greet(update, context, texts.HELP)


async def _greet(update: Update, context: Context, line: texts.Line) -> None:
    message, services = update.effective_message, of(context)
    if message is None:
        return
    lang = await services.lang(update.effective_user)
    opened = services.answerer.opened
    text = line.text(
        lang, articles=len(opened.entries), examples=_examples(services, lang), name=clean(context.bot.username)
    )
    if line is texts.HELP and message.chat_id == sender(update) and services.is_owner(update.effective_user):
        text += texts.HELP_OWNER.text(lang)
    await message.reply_html(text, reply_markup=example_buttons(opened.examples[:_EXAMPLES]))


async def new(update: Update, context: Context) -> None:
    """/new."""
    message, services = update.effective_message, of(context)
    if message is not None:
        await services.store.forget(message.chat_id, sender(update))
        await message.reply_html(texts.AFRESH.text(await services.lang(update.effective_user)))


async def lang(update: Update, context: Context) -> None:
    """/lang."""
    message = update.effective_message
    if message is not None:
        chosen = await of(context).lang(update.effective_user)
        await message.reply_html(texts.LANG.text(chosen), reply_markup=lang_buttons(chosen))


async def set_lang(query: CallbackQuery, context: Context, press: Press) -> None:
    """A language was chosen."""
    services = of(context)
    if press.values not in (("zh",), ("en",), ("auto",)):
        raise ValueError("foreign button")
    chosen = press.values[0]
    await services.store.set_lang(query.from_user.id, None if chosen == "auto" else chosen)
    line = texts.LANG_AUTO_SET if chosen == "auto" else texts.LANG_SET
    await show(query, context, line.text(await services.lang(query.from_user)))


async def privacy(update: Update, context: Context) -> None:
    """/privacy."""
    message, services = update.effective_message, of(context)
    if message is not None:
        spoken = await services.lang(update.effective_user)
        await message.reply_html(texts.PRIVACY.text(spoken, days=services.settings.keep_days))


async def delete_my_data(update: Update, context: Context) -> None:
    """/delete_my_data: asks first."""
    message = update.effective_message
    if message is not None:
        spoken = await of(context).lang(update.effective_user)
        await message.reply_html(texts.DELETE.text(spoken), reply_markup=delete_buttons(sender(update), spoken))


async def delete(query: CallbackQuery, context: Context, press: Press) -> None:
    """Whether to delete was decided."""
    services, user = of(context), query.from_user
    spoken = await services.lang(user)
    if press.number(0) != user.id:  # in a group others see the buttons too
        await said(query)
    elif press.number(1):
        count = await services.store.delete_user(user.id)
        await show(query, context, texts.DELETED.text(spoken, answers=count))
    else:
        await show(query, context, texts.KEPT.text(spoken))


async def unknown(update: Update, context: Context) -> None:
    """A command that there is not."""
    if update.message is not None:
        spoken = await of(context).lang(update.message.from_user)
        await update.message.reply_html(texts.UNKNOWN_COMMAND.text(spoken))


async def stats(update: Update, context: Context) -> None:
    """/stats, for the owner."""
    message, services = update.effective_message, of(context)
    if message is None:
        return
    spoken = await services.lang(update.effective_user)
    if not services.is_owner(update.effective_user):
        await message.reply_html(texts.OWNERS_ONLY.text(spoken))
        return
    counts = await services.store.counts(time.time() - 86400)
    await message.reply_html(texts.STATS.text(spoken, **counts, **_figures(services)))


def _figures(services: Services) -> dict[str, object]:
    metrics = services.metrics
    total = metrics.value("povqa_bot_latency_seconds_count")
    mean = metrics.value("povqa_bot_latency_seconds_sum") / total if total else 0.0
    sums = {
        name: sum(
            sample.value for family in counter.collect() for sample in family.samples if sample.name.endswith("_total")
        )
        for name, counter in (("refused", metrics.refused), ("errors", metrics.errors))
    }
    questions = {
        outcome: int(metrics.value("povqa_bot_questions_total", outcome=outcome))
        for outcome in ("answered", "not_found", "failed")
    }
    opened = services.answerer.opened
    return {
        "index": clean(opened.name), "articles": len(opened.entries), "mean": f"{mean:.2f}",
        "uptime": str(timedelta(seconds=round(time.time() - services.started))),
        "refused": int(sums["refused"]), "errors": int(sums["errors"]), **questions,
    }  # fmt: skip
