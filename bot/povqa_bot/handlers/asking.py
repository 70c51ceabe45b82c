"""Questions: what counts as one, what came before it, and its answer."""

from __future__ import annotations

import time

from telegram import Bot, Message, MessageEntity, ReplyParameters, Update
from telegram.constants import ChatType

from povqa import PovqaError
from povqa_bot import texts
from povqa_bot.format import answer_pages, clean
from povqa_bot.handlers.showing import change, typing
from povqa_bot.keyboards import answer_buttons
from povqa_bot.records import Asked, Layout
from povqa_bot.services import Context, Services, of, sender


async def message(update: Update, context: Context) -> None:
    """A message that is no command: in private a question; in a group only if it speaks to the bot."""
    own = update.message
    if own is None or own.via_bot == context.bot.bot:  # an answer that was sent through inline mode is no question
        return
    private = own.chat.type == ChatType.PRIVATE
    if not private and not speaks_to(own, context.bot):
        return
    question = question_in(own, context.bot)
    if question is None:
        if private:
            lang = await of(context).lang(own.from_user)
            await own.reply_html(texts.READ_ONLY_TEXT.text(lang))
        return
    await ask(update, context, own, question)


async def ask_command(update: Update, context: Context) -> None:
    """/ask with a question behind it, or in reply to a message that holds one."""
    own = update.message
    if own is None:
        return
    question = question_in(own, context.bot)
    to = own.reply_to_message
    if not question and to is not None and (to.from_user is None or to.from_user.id != context.bot.id):
        question = to.text or to.caption
    if question:
        await ask(update, context, own, question)
        return
    services = of(context)
    lang = await services.lang(own.from_user)
    example = clean((services.answerer.opened.examples or ["…"])[0])
    await own.reply_html(texts.ASK_HOW.text(lang, example=example))


async def edited(update: Update, context: Context) -> None:
    """An edited question: its answer is made anew, in its place."""
    own = update.edited_message
    if own is None:
        return
    before = await of(context).store.answer_to(own.chat_id, own.message_id)
    question = question_in(own, context.bot)
    if before is None or before.message_id is None or before.user_id != sender(update) or question == before.question:
        return
    if not question:
        lang = await of(context).lang(own.from_user)
        await change(context.bot, own.chat_id, before.message_id, texts.EDITED_AWAY.text(lang))
        return
    await ask(update, context, own, question, before)


async def migrated(update: Update, context: Context) -> None:
    """A group has become a supergroup: what was said in it moves along."""
    own = update.message
    if own is not None and own.migrate_to_chat_id is not None:
        await of(context).store.move_chat(own.chat_id, own.migrate_to_chat_id)


def speaks_to(own: Message, bot: Bot) -> bool:
    """Whether a message in a group is meant for the bot: it mentions it, or replies to it."""
    to = own.reply_to_message
    if to is not None and to.from_user is not None and to.from_user.id == bot.id:
        return True
    return bool(_mentions(own, bot))


def _mentions(own: Message, bot: Bot) -> list[str]:
    kinds: list[str | None] = [MessageEntity.MENTION, MessageEntity.TEXT_MENTION]
    found = own.parse_entities(kinds) if own.text else own.parse_caption_entities(kinds)
    name = f"@{bot.username}".lower()
    return [
        text
        for entity, text in found.items()
        if text.lower() == name or (entity.user is not None and entity.user.id == bot.id)
    ]


def question_in(own: Message, bot: Bot) -> str | None:
    """The question in a message, without the command and the bot's name; None where it holds no text."""
    text = own.text or own.caption
    if text is None:
        return None
    entities = own.entities if own.text else own.caption_entities
    if entities and entities[0].type == MessageEntity.BOT_COMMAND and entities[0].offset == 0:
        command, _, text = text.partition(" ") if " " in text.split("\n", 1)[0] else text.partition("\n")
    for mention in _mentions(own, bot):
        text = text.replace(mention, " ")
    return text.strip()


async def history_for(services: Services, own: Message, user_id: int) -> tuple[str, ...]:
    """The questions before this one: of the answer it replies to, else of this person's last half an hour here."""
    most = services.settings.remembered_questions
    before: Asked | None = None
    to = own.reply_to_message
    if to is not None:
        before = await services.store.answer_in(own.chat_id, to.message_id)
    if before is None:
        since = time.time() - services.settings.remembered_minutes * 60
        before = await services.store.last(own.chat_id, user_id, since)
    return (*before.history, before.question)[-most:] if before is not None and most else ()


async def ask(update: Update, context: Context, own: Message, question: str, before: Asked | None = None) -> None:
    """Answer the question in a message.

    :param before: the answer to an earlier wording of it, which is replaced.
    """
    services, user_id, chat_id = of(context), sender(update), own.chat_id
    if before is None and update.update_id in services.order.resumed:
        known = await services.store.answer_to(chat_id, own.message_id)
        if known is not None and known.message_id is not None:
            return  # answered just before a crash
    if await _refused(services, own, user_id, question):
        return
    history = before.history if before is not None else await history_for(services, own, user_id)
    asked, answer_id = await find(
        context, question, history, chat_id=chat_id, user_id=user_id, message=own,
        lang=await services.lang(own.from_user, question),
    )  # fmt: skip
    pages = answer_pages(asked.found, asked.lang)
    keyboard = answer_buttons(answer_id, asked.found, pages, 0, asked.lang)
    if before is not None and before.message_id is not None:
        await change(context.bot, chat_id, before.message_id, pages[0].text, keyboard)
    else:
        sent = await own.reply_html(pages[0].text, reply_markup=keyboard, reply_parameters=_reply_to(own))
        await services.store.sent(answer_id, sent.message_id)
    services.metrics.latency.observe(max(0.0, time.time() - asked.asked))


def _reply_to(own: Message) -> ReplyParameters | None:
    """In a group, what is answered is quoted; in private it stands just above."""
    if own.chat.type == ChatType.PRIVATE:
        return None
    return ReplyParameters(own.message_id, allow_sending_without_reply=True)


async def find(
    context: Context,
    question: str,
    history: tuple[str, ...],
    *,
    chat_id: int,
    user_id: int,
    message: Message | None,
    lang: str,
) -> tuple[Asked, int]:
    """Answer and keep it; meanwhile the chat shows that the bot is typing. Returns it with its id.

    :param message: where the question stands; None: it comes from a button.
    :raises PovqaError: the question cannot be taken, or not now.
    """
    services, begun = of(context), time.time()
    thread = message.message_thread_id if message is not None and message.is_topic_message else None
    try:
        async with typing(context.bot, chat_id, thread):
            found = await services.answerer.ask(question, history)
    except PovqaError:
        services.metrics.questions.labels("failed").inc()
        raise
    services.metrics.questions.labels("not_found" if found.layout is Layout.NOTHING else "answered").inc()
    number = message.message_id if message is not None else None
    asked = Asked(chat_id, user_id, number, question, history, lang, found, begun)
    return asked, await services.store.save(asked)


async def _refused(services: Services, own: Message, user_id: int, question: str) -> bool:
    refusal = services.limits.take(user_id, own.chat_id)
    if refusal is None:
        return False
    services.metrics.refused.labels("rate").inc()
    if refusal.tell:
        lang = await services.lang(own.from_user, question)
        await own.reply_html(texts.TOO_MANY.text(lang, seconds=refusal.seconds))
    return True
