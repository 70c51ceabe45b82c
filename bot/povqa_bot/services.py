"""What the handlers work with."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from telegram import Update, User
from telegram.ext import Application, CallbackContext, ExtBot

from povqa_bot.answerer import Answerer
from povqa_bot.curator import Curator
from povqa_bot.inbox import InOrder
from povqa_bot.limits import Limits
from povqa_bot.metrics import Metrics
from povqa_bot.proposals import Proposals
from povqa_bot.settings import BotSettings
from povqa_bot.store import Store

Context: TypeAlias = "CallbackContext[ExtBot[Any], dict[Any, Any], dict[Any, Any], dict[Any, Any]]"
App: TypeAlias = "Application[ExtBot[Any], Context, dict[Any, Any], dict[Any, Any], dict[Any, Any], None]"
_KEY = "services"


@dataclass
class Services:
    """One bot's parts."""

    settings: BotSettings
    answerer: Answerer
    curator: Curator
    store: Store
    proposals: Proposals
    metrics: Metrics
    limits: Limits
    order: InOrder
    heard: Callable[[], bool]  # whether Telegram was heard of lately
    started: float = field(default_factory=time.time)
    newest_inline: dict[int, int] = field(default_factory=dict)  # a person's inline question that counts
    told: dict[int, float] = field(default_factory=dict)  # when a stranger was told that this bot is not for them

    async def lang(self, user: User | None, text: str = "") -> str:
        """The language for a person: chosen, else that of what they wrote, else that of their Telegram."""
        chosen = await self.store.lang(user.id) if user is not None else None
        if chosen is not None:
            return chosen
        if any("\u3400" <= character <= "\u9fff" for character in text):
            return "zh"
        if user is not None and (user.language_code or "").startswith("zh"):
            return "zh"
        return "en"

    def is_owner(self, user: User | None) -> bool:
        """Whether this person runs the bot."""
        return user is not None and user.id in self.settings.owners


def install(app: App, services: Services) -> None:
    """Give an application its parts."""
    app.bot_data[_KEY] = services


def of(context: Context) -> Services:
    """The parts of the bot that a handler serves."""
    services = context.bot_data[_KEY]
    assert isinstance(services, Services)
    return services


def services_of(app: App) -> Services:
    """The parts of an application."""
    services = app.bot_data[_KEY]
    assert isinstance(services, Services)
    return services


def sender(update: Update) -> int:
    """Whom a message counts for: a person, or the channel or group that speaks."""
    if update.effective_user is not None:
        return update.effective_user.id
    return update.effective_chat.id if update.effective_chat is not None else 0
