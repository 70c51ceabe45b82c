"""Structured logs. No secret gets into them, and no text that anybody wrote."""

from __future__ import annotations

import logging
import re
import sys
import traceback
from collections.abc import Iterable
from typing import Any

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from povqa import PovqaError

_TOKEN = re.compile(r"\b\d{5,}:[A-Za-z0-9_-]{20,}")
_HIDDEN = "[secret]"
_OWN = "povqa_bot"


def configure(level: str = "INFO", style: str = "json", secrets: Iterable[str] = (), stream: Any = None) -> None:
    """Log to `stream` (stderr), one line an event.

    :param secrets: never written, wherever they turn up; whatever looks like a bot's token is not, either.
    """
    render: Processor = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if style == "json"
        else structlog.dev.ConsoleRenderer(colors=False)
    )
    shared: list[Processor] = [
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _traceback,
    ]
    formatter = _Redacting(
        foreign_pre_chain=[_template_only, *shared],
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, render],
    )
    formatter.secrets = tuple(filter(None, secrets))
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)  # libraries' own chatter names URLs, which hold the token, and whole updates
    logging.getLogger(_OWN).setLevel(level)
    # Failures of these are counted and logged where they are dealt with.
    for name in ("telegram.ext.AIORateLimiter", "telegram.request.BaseRequest", "tornado.access"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    logging.captureWarnings(True)
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )


def logger() -> structlog.stdlib.BoundLogger:
    """The bot's logger."""
    log: structlog.stdlib.BoundLogger = structlog.stdlib.get_logger(_OWN)
    return log


def describe(error: BaseException) -> str:
    """An error in a log line: its message only where that cannot hold what somebody wrote."""
    from telegram.error import BadRequest, TelegramError

    name = type(error).__name__
    told = isinstance(error, PovqaError | OSError | TelegramError) and not isinstance(error, BadRequest)
    # PTB goes on with what the server sent, which may be anything.
    return f"{name}: {str(error).partition('. Parsing the server response')[0]}" if told else name


class _Redacting(structlog.stdlib.ProcessorFormatter):
    secrets: tuple[str, ...] = ()

    def format(self, record: logging.LogRecord) -> str:
        line = super().format(record)
        for secret in self.secrets:
            line = line.replace(secret, _HIDDEN)
        return _TOKEN.sub(_HIDDEN, line)


def _template_only(log: WrappedLogger, method: str, event: EventDict) -> EventDict:
    """Of a library's record, the words of its author and not what they were filled in with."""
    record = event.get("_record")
    if isinstance(record, logging.LogRecord):
        said = record.msg if isinstance(record.msg, str) else type(record.msg).__name__
        event["event"] = said.partition("\n")[0]  # asyncio goes on with what its tasks hold
        event["logger"] = record.name
        event.pop("positional_args", None)
        if record.exc_info:
            event["exc_info"] = record.exc_info
            record.exc_info = None
            record.exc_text = None
    return event


def _traceback(log: WrappedLogger, method: str, event: EventDict) -> EventDict:
    """Where an exception came from, and what it was, without what it said of somebody's text."""
    given = event.pop("exc_info", None)
    error = sys.exc_info()[1] if given is True else given[1] if isinstance(given, tuple) else given
    if isinstance(error, BaseException):
        event["error"] = describe(error)
        frames = traceback.extract_tb(error.__traceback__)
        event["where"] = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames[-8:]]
        cause = error.__cause__ or error.__context__
        if cause is not None:
            event["cause"] = describe(cause)
    return event
