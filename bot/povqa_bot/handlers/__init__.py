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

from povqa_bot.handlers import asking, browsing, buttons, gate, inline, personal, removing, uploads
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
IN_PRIVATE = {"add": uploads.add_command, "remove": removing.remove_command}


def register(app: App) -> None:
    """Add the handlers, in the order in which they are tried."""
    app.add_handler(TypeHandler(Update, gate.check), group=-1)
    new = filters.UpdateType.MESSAGE
    for name, handler in COMMANDS.items():
        app.add_handler(CommandHandler(name, handler, filters=new))
    private = new & filters.ChatType.PRIVATE
    for name, handler in IN_PRIVATE.items():
        app.add_handler(CommandHandler(name, handler, filters=private))
    app.add_handler(MessageHandler(new & filters.StatusUpdate.MIGRATE, asking.migrated))
    app.add_handler(MessageHandler(private & filters.COMMAND, personal.unknown))
    app.add_handler(MessageHandler(private & filters.Document.ALL & ~filters.ANIMATION, uploads.document))
    app.add_handler(MessageHandler(private & filters.Regex(uploads.LINK), uploads.link))
    app.add_handler(MessageHandler(new & ~filters.COMMAND & ~filters.StatusUpdate.ALL, asking.message))
    app.add_handler(MessageHandler(filters.UpdateType.EDITED_MESSAGE, asking.edited))
    app.add_handler(CallbackQueryHandler(buttons.press))
    app.add_handler(InlineQueryHandler(inline.query))
    app.add_error_handler(gate.failed)
