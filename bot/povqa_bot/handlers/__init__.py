"""What happens on each kind of update."""

from __future__ import annotations

from telegram import Update
from telegram.ext import (
    CallbackQueryHandler,
    CommandHandler,
    InlineQueryHandler,
    MessageHandler,
    TypeHandler,
    filters,
)

from povqa_bot.handlers import asking, browsing, buttons, gate, inline, personal
from povqa_bot.services import App

COMMANDS = {
    "start": personal.start,
    "help": personal.show_help,
    "ask": asking.ask_command,
    "new": personal.new,
    "articles": browsing.articles,
    "article": browsing.article,
    "lang": personal.lang,
    "privacy": personal.privacy,
    "delete_my_data": personal.delete_my_data,
    "stats": personal.stats,
}


def register(app: App) -> None:
    """Add the handlers, in the order in which they are tried."""
    app.add_handler(TypeHandler(Update, gate.check), group=-1)
    new = filters.UpdateType.MESSAGE
    for name, handler in COMMANDS.items():
        app.add_handler(CommandHandler(name, handler, filters=new))
    app.add_handler(MessageHandler(new & filters.StatusUpdate.MIGRATE, asking.migrated))
    app.add_handler(MessageHandler(new & filters.COMMAND & filters.ChatType.PRIVATE, personal.unknown))
    app.add_handler(MessageHandler(new & ~filters.COMMAND & ~filters.StatusUpdate.ALL, asking.message))
    app.add_handler(MessageHandler(filters.UpdateType.EDITED_MESSAGE, asking.edited))
    app.add_handler(CallbackQueryHandler(buttons.press))
    app.add_handler(InlineQueryHandler(inline.query))
    app.add_error_handler(gate.failed)
