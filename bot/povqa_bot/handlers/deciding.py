"""Yes or no to what an owner was asked to confirm: carried out once, also after a restart."""

from __future__ import annotations

import time

from telegram import CallbackQuery, InlineKeyboardMarkup

from povqa import Action, PovqaError
from povqa_bot import texts
from povqa_bot.errors import OtherwiseError
from povqa_bot.format import clean, plain
from povqa_bot.handlers.showing import change, said, show, typing
from povqa_bot.keyboards import Press, add_buttons, remove_buttons
from povqa_bot.logs import logger
from povqa_bot.previewing import preview_text
from povqa_bot.proposals import Kind, Proposal, State
from povqa_bot.services import Context, of


async def decide(query: CallbackQuery, context: Context, press: Press) -> None:
    """A button under a proposal was pressed."""
    services, user = of(context), query.from_user
    lang = await services.lang(user)
    kept = await services.proposals.find(press.number(0))
    agreed = press.number(1) == 1
    if kept is None:
        await show(query, context, texts.PROPOSAL_GONE.text(lang))
    elif kept.user_id != user.id or not services.is_owner(user):
        await said(query, texts.NOT_YOURS.text(lang), alert=True)
    elif kept.state is not State.WAITING or not await services.proposals.claim(kept.id):
        await said(query, texts.DECIDED.text(lang))
    elif not agreed:
        await services.proposals.settle(kept.id)
        line = texts.ADD_CANCELLED if kept.kind is Kind.ADD else texts.REMOVE_CANCELLED
        await show(query, context, line.text(lang))
    else:
        try:
            await _carry_out(query, context, kept, lang)
        finally:
            await services.proposals.release(kept.id)  # unless it is settled


async def _carry_out(query: CallbackQuery, context: Context, kept: Proposal, lang: str) -> None:
    services, chat_id = of(context), query.message.chat.id if query.message is not None else query.from_user.id
    adding = kept.kind is Kind.ADD
    title = f"<i>{clean(plain(kept.name, 200))}</i>"
    await show(query, context, (texts.ADDING if adding else texts.REMOVING).text(lang, title=title))
    begun = time.perf_counter()
    try:
        async with typing(context.bot, chat_id):
            text, outcome = await (_add if adding else _remove)(context, kept, lang, begun)
    except OtherwiseError as changed:
        seen = changed.preview
        await services.proposals.release(kept.id, seen.action, seen.article.path)
        text = f"⚠️ {clean(changed.message(lang))}\n\n{preview_text(seen, services.answerer.opened.entries, lang)}"
        keyboard = add_buttons(kept.id, lang, again=seen.action is Action.DUPLICATE)
        await _replace(query, context, text, keyboard)
    except Exception as error:
        services.metrics.changes.labels("failed").inc()
        logger().warning("change_failed", kind=kept.kind.value, error=type(error).__name__)
        reason = error.message(lang) if isinstance(error, PovqaError) else texts.FAILED.text(lang)
        line = texts.NOT_ADDED if adding else texts.NOT_REMOVED
        await services.proposals.release(kept.id)
        keyboard = add_buttons(kept.id, lang, again=_again(kept)) if adding else remove_buttons(kept.id, lang)
        await _replace(query, context, line.text(lang, reason=clean(plain(reason, 600))), keyboard)
        if not isinstance(error, PovqaError):
            raise
    else:
        services.metrics.changes.labels(outcome).inc()
        logger().info("articles_changed", outcome=outcome, seconds=round(time.perf_counter() - begun, 2))
        await _replace(query, context, text)
        await services.proposals.settle(kept.id)


def _again(kept: Proposal) -> bool:
    return kept.action == Action.DUPLICATE


async def _add(context: Context, kept: Proposal, lang: str, begun: float) -> tuple[str, str]:
    outcome = await of(context).curator.add(kept.data, kept.name, (kept.action, kept.path))
    title = outcome.article.title if outcome.article is not None else kept.name
    text = texts.ADDED.text(
        lang, title=f"<b>{clean(plain(title, 200))}</b>", sentences=outcome.sentences or 0,
        seconds=f"{time.perf_counter() - begun:.1f}",
    )  # fmt: skip
    return text, "changed" if kept.action == Action.CHANGED else "added"


async def _remove(context: Context, kept: Proposal, lang: str, begun: float) -> tuple[str, str]:
    services = of(context)
    found = next((entry for entry in services.answerer.opened.entries if entry.path == kept.path), None)
    # An earlier run of the bot may have removed it, and ended before it could say so.
    if found is not None:
        if found.sha256 != kept.sha256:
            raise PovqaError(
                "The article has changed in the meantime; look at it again, then /remove it.",
                "文章在此期间有了变化;请再看一遍,然后用 /remove 移除。",
            )
        await services.curator.remove(found)
    title = f"<b>{clean(plain(kept.name, 200))}</b>"
    return texts.REMOVED.text(lang, title=title, seconds=f"{time.perf_counter() - begun:.1f}"), "removed"


async def _replace(
    query: CallbackQuery, context: Context, text: str, keyboard: InlineKeyboardMarkup | None = None
) -> None:
    """The result in place of the question; the press itself has been answered."""
    message = query.message
    if message is None or not await change(context.bot, message.chat.id, message.message_id, text, keyboard):
        await context.bot.send_message(query.from_user.id, text, parse_mode="HTML", reply_markup=keyboard)
