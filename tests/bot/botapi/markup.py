"""Telegram's HTML and keyboards, as https://core.telegram.org/bots/api#html-style describes them."""

import json
import re

_TAGS = {
    "b": "bold", "strong": "bold", "i": "italic", "em": "italic", "u": "underline", "ins": "underline",
    "s": "strikethrough", "strike": "strikethrough", "del": "strikethrough", "tg-spoiler": "spoiler", "span": "spoiler",
    "a": "text_link", "code": "code", "pre": "pre", "blockquote": "blockquote",
}  # fmt: skip
_TOKEN = re.compile(
    r"<(/?)([a-z][a-z-]*)((?:\s[^<>]*)?)>|&(?:(lt|gt|amp|quot)|#(\d+)|#x([0-9a-fA-F]+));|([^<>&]+)|(.)", re.S
)
_NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
_ATTRIBUTES = {
    "a": r'\shref="[^"]+"',
    "span": r'\sclass="tg-spoiler"',
    "blockquote": r"(\sexpandable)?",
    "code": r'(\sclass="language-[\w-]+")?',
}
MOST_TEXT, MOST_ENTITIES, MOST_DATA = 4096, 100, 64


class RejectedError(Exception):
    """A request that Telegram rejects."""

    def __init__(self, description: str, code: int = 400, **parameters: object) -> None:
        super().__init__(description)
        self.code, self.description, self.parameters = code, description, parameters


def utf16(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def parse_html(source: str) -> tuple[str, list[dict]]:
    """The text and its entities, with offsets in UTF-16 units."""
    text, entities, opened = "", [], []
    for match in _TOKEN.finditer(source):
        closing, tag, attributes, named, decimal, hexadecimal, plain, stray = match.groups()
        if stray is not None:
            raise RejectedError(
                f"Bad Request: can't parse entities: unescaped {stray!r} at byte offset {match.start()}"
            )
        if plain is not None:
            text += plain
        elif tag is None:
            text += _NAMED[named] if named else chr(int(decimal) if decimal else int(hexadecimal, 16))
        elif closing:
            if not opened or opened[-1][0] != tag:
                raise RejectedError(f"Bad Request: can't parse entities: unexpected end tag </{tag}>")
            _, start, entity = opened.pop()  # an outer entity stands before an inner one of the same extent
            if utf16(text) > start:
                entities.insert(0, entity | {"offset": start, "length": utf16(text) - start})
        else:
            opened.append((tag, utf16(text), _entity(tag, attributes, [name for name, _, _ in opened])))
    if opened:
        raise RejectedError(
            f"Bad Request: can't parse entities: can't find end tag corresponding to start tag {opened[-1][0]}"
        )
    if len(entities) > MOST_ENTITIES:
        raise RejectedError("Bad Request: more than 100 entities")
    return text, sorted(entities, key=lambda entity: (entity["offset"], -entity["length"]))


def _entity(tag: str, attributes: str, around: list[str]) -> dict:
    if tag not in _TAGS:
        raise RejectedError(f'Bad Request: can\'t parse entities: unsupported start tag "{tag}"')
    if not re.fullmatch(_ATTRIBUTES.get(tag, ""), attributes):
        raise RejectedError(f"Bad Request: can't parse entities: attributes of {tag}")
    if tag == "blockquote" and "blockquote" in around:
        raise RejectedError("Bad Request: can't parse entities: nested blockquote")
    if {"code", "pre"} & set(around) and (tag, around[-1]) != ("code", "pre"):
        raise RejectedError("Bad Request: can't parse entities: entities in code")
    entity = {"type": "expandable_blockquote" if attributes.strip() == "expandable" else _TAGS[tag]}
    return entity | ({"url": attributes.split('"')[1]} if tag == "a" else {})


def checked_text(text: str | None, parse_mode: str | None, *, most: int = MOST_TEXT) -> tuple[str, list[dict]]:
    """A message's text, parsed."""
    if parse_mode not in (None, "HTML"):
        raise RejectedError("Bad Request: unsupported parse_mode")
    plain, entities = parse_html(text or "") if parse_mode else (text or "", [])
    plain = plain.rstrip()
    if not plain.strip():
        raise RejectedError("Bad Request: message text is empty")
    if utf16(plain) > most:
        raise RejectedError("Bad Request: message is too long")
    if any("\ud800" <= character <= "\udfff" for character in plain) or "\0" in plain:
        raise RejectedError("Bad Request: strings must be encoded in UTF-8")
    return plain, entities


def checked_keyboard(markup: dict) -> dict:
    """An inline keyboard."""
    if set(markup) != {"inline_keyboard"}:
        raise RejectedError("Bad Request: object expected as reply markup")
    rows = markup["inline_keyboard"]
    if sum(map(len, rows)) > 100 or any(len(row) > 8 for row in rows):
        raise RejectedError("Bad Request: reply markup is too long")
    for button in (button for row in rows for button in row):
        if not button.get("text", "").strip():
            raise RejectedError("Bad Request: text buttons are unallowed in the inline keyboard")
        actions = set(button) - {"text"}
        if len(actions) != 1 or not actions <= {"callback_data", "url"}:
            raise RejectedError("Bad Request: exactly one action in a button")
        if not 1 <= len(button.get("callback_data", "x").encode()) <= MOST_DATA:
            raise RejectedError("Bad Request: BUTTON_DATA_INVALID")
        if not re.match(r"https?://[^/\s]+\.[^/\s]+", button.get("url", "http://a.b")):
            raise RejectedError("Bad Request: BUTTON_URL_INVALID")
    return markup


def as_json(value: str) -> object:
    try:
        return json.loads(value)
    except ValueError as error:
        raise RejectedError("Bad Request: can't parse JSON object") from error
