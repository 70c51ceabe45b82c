"""The methods of the Bot API that the bot may call, with their parameters. Anything else is rejected."""

import re

from aiohttp.web import FileField

from .markup import RejectedError, as_json

INTEGER, STRING, BOOLEAN, OBJECT, ARRAY, CHAT, FILE = "integer", "string", "boolean", "object", "array", "chat", "file"

_MESSAGE = {
    "business_connection_id": STRING, "chat_id": CHAT, "message_thread_id": INTEGER, "text": STRING,
    "parse_mode": STRING, "entities": ARRAY, "link_preview_options": OBJECT, "disable_notification": BOOLEAN,
    "protect_content": BOOLEAN, "allow_paid_broadcast": BOOLEAN, "message_effect_id": STRING,
    "reply_parameters": OBJECT, "reply_markup": OBJECT,
}  # fmt: skip
METHODS: dict[str, tuple[dict[str, str], set[str]]] = {
    "getMe": ({}, set()),
    "getUpdates": ({"offset": INTEGER, "limit": INTEGER, "timeout": INTEGER, "allowed_updates": ARRAY}, set()),
    "setWebhook": (
        {"url": STRING, "max_connections": INTEGER, "allowed_updates": ARRAY, "drop_pending_updates": BOOLEAN,
         "secret_token": STRING, "ip_address": STRING},
        {"url"},
    ),
    "deleteWebhook": ({"drop_pending_updates": BOOLEAN}, set()),
    "setMyCommands": ({"commands": ARRAY, "scope": OBJECT, "language_code": STRING}, {"commands"}),
    "sendMessage": (_MESSAGE, {"chat_id", "text"}),
    "sendDocument": (
        {name: kind for name, kind in _MESSAGE.items() if name not in ("text", "entities", "link_preview_options")}
        | {"document": FILE, "thumbnail": FILE, "caption": STRING, "caption_entities": ARRAY,
           "disable_content_type_detection": BOOLEAN},
        {"chat_id", "document"},
    ),
    "getFile": ({"file_id": STRING}, {"file_id"}),
    "editMessageText": (
        {"chat_id": CHAT, "message_id": INTEGER, "text": STRING, "parse_mode": STRING, "entities": ARRAY,
         "link_preview_options": OBJECT, "reply_markup": OBJECT},
        {"chat_id", "message_id", "text"},
    ),
    "editMessageReplyMarkup": (
        {"chat_id": CHAT, "message_id": INTEGER, "reply_markup": OBJECT}, {"chat_id", "message_id"}
    ),
    "sendChatAction": (
        {"chat_id": CHAT, "message_thread_id": INTEGER, "action": STRING}, {"chat_id", "action"}
    ),
    "answerCallbackQuery": (
        {"callback_query_id": STRING, "text": STRING, "show_alert": BOOLEAN, "url": STRING, "cache_time": INTEGER},
        {"callback_query_id"},
    ),
    "answerInlineQuery": (
        {"inline_query_id": STRING, "results": ARRAY, "cache_time": INTEGER, "is_personal": BOOLEAN,
         "next_offset": STRING, "button": OBJECT},
        {"inline_query_id", "results"},
    ),
}  # fmt: skip


def checked(method: str, given: dict) -> dict:
    """The parameters of a call, converted from the form's strings."""
    if method not in METHODS:
        raise RejectedError("Not Found", 404)
    known, required = METHODS[method]
    if unknown := set(given) - set(known):
        raise RejectedError(f"Bad Request: unknown parameters {sorted(unknown)}")
    if missing := required - set(given):
        raise RejectedError(f"Bad Request: parameters {sorted(missing)} are missing")
    return {name: _converted(name, known[name], value) for name, value in given.items()}


def _converted(name: str, kind: str, value: object) -> object:
    if kind == FILE:  # uploaded; what Telegram or the web has already is not needed by this bot
        if not isinstance(value, FileField):
            raise RejectedError(f"Bad Request: parameter {name} must be uploaded")
        return value
    if isinstance(value, str) and kind != STRING:
        if kind == CHAT and re.fullmatch(r"@\w{5,}", value):
            return value
        value = as_json(value)
    fits = {
        INTEGER: isinstance(value, int) and not isinstance(value, bool),
        CHAT: isinstance(value, int) and not isinstance(value, bool),
        STRING: isinstance(value, str),
        BOOLEAN: isinstance(value, bool),
        OBJECT: isinstance(value, dict),
        ARRAY: isinstance(value, list),
    }
    if not fits[kind]:
        raise RejectedError(f"Bad Request: parameter {name} must be of type {kind}")
    return value
