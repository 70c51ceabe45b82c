"""How tests read the bot's messages."""


def piece(message, entity):
    raw = message["text"].encode("utf-16-le")
    return raw[entity["offset"] * 2 : (entity["offset"] + entity["length"]) * 2].decode("utf-16-le")


def pieces(message, kind):
    """The parts of a message that are formatted so."""
    return [piece(message, entity) for entity in message.get("entities", []) if entity["type"] == kind]


def buttons(message):
    return [button for row in message.get("reply_markup", {"inline_keyboard": []})["inline_keyboard"] for button in row]


def labels(message):
    return [button["text"] for button in buttons(message)]
