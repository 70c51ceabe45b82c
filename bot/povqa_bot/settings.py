"""The bot's settings, from the environment (`POVQA_BOT_*`). Secrets also from files, never from the command line."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Any, Self

from platformdirs import user_data_path
from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from povqa_bot.errors import BotError

Ids = Annotated[tuple[int, ...], NoDecode]
_TOKEN = re.compile(r"\d+:[A-Za-z0-9_-]+")


class BotSettings(BaseSettings):
    """What an owner can set. Each field is also an environment variable: `workers` is `POVQA_BOT_WORKERS`."""

    model_config = SettingsConfigDict(
        env_prefix="POVQA_BOT_", extra="ignore", frozen=True, env_ignore_empty=True, hide_input_in_errors=True
    )

    token: SecretStr | None = Field(None, description="the bot's token, from BotFather")
    token_file: Path | None = Field(None, description="a file that holds the token")
    owners: Ids = Field((), description="user ids, separated by commas: who adds and removes articles, and sees /stats")
    allow: Ids = Field((), description="user and chat ids that may use the bot; empty: everyone")
    data: Path = Field(
        default_factory=lambda: user_data_path("povqa", appauthor=False) / "bot.sqlite3",
        description="where the bot keeps conversations, ratings and languages",
    )
    api: str = Field("https://api.telegram.org", description="the Bot API server")

    webhook_url: str = Field("", description="the public https address that Telegram calls, without the path")
    webhook_path: str = Field("povqa", description="the path behind that address")
    webhook_listen: str = Field("127.0.0.1", description="the address to listen on")
    webhook_port: int = Field(8443, ge=1, le=65535, description="the port to listen on")
    webhook_secret: SecretStr | None = Field(None, description="sent by Telegram with each call; default: a new one")
    webhook_secret_file: Path | None = Field(None, description="a file that holds that secret")

    workers: int = Field(2, ge=2, le=32, description="questions that are answered side by side")
    max_waiting: int = Field(500, ge=1, description="questions that may wait; beyond that the bot says it is busy")
    answer_seconds: float = Field(30, gt=0, description="the longest a person waits for an answer")
    inline_seconds: float = Field(8, gt=0, le=9, description="the same in inline mode; Telegram gives up after ten")
    inline_pause: float = Field(0.4, ge=0, le=2, description="seconds without typing before an inline question counts")
    stop_seconds: float = Field(20, gt=0, description="the longest a stop waits for answers under way")
    retry_seconds: float = Field(600, ge=0, description="how long a message is tried again while Telegram fails")

    user_per_minute: int = Field(20, ge=1, description="questions a minute from one person")
    chat_per_minute: int = Field(60, ge=1, description="questions a minute from one chat")
    messages_per_second: float = Field(30, gt=0, description="messages sent to Telegram, over all chats")
    remembered_minutes: float = Field(30, gt=0, description="how long a follow-up finds the question before it")
    remembered_questions: int = Field(5, ge=0, description="how many questions a conversation keeps")
    keep_days: int = Field(90, ge=1, description="days after which answers that nobody rated are deleted")
    reload_seconds: float = Field(2, gt=0, description="how often the index is looked at for a new one")

    metrics_host: str = Field("127.0.0.1", description="where /healthz and /metrics are served")
    metrics_port: int = Field(9108, ge=0, le=65535, description="their port; 0: not served")
    log_format: str = Field("json", pattern="^(json|console)$", description="json or console")
    log_level: str = Field("INFO", pattern="^(DEBUG|INFO|WARNING|ERROR)$", description="DEBUG, INFO, WARNING, ERROR")

    @field_validator("owners", "allow", mode="before")
    @classmethod
    def _ids(cls, value: Any) -> Any:
        return tuple(value.replace(",", " ").split()) if isinstance(value, str) else value

    @classmethod
    def load(cls, **overrides: Any) -> Self:
        """The settings of the environment, under those given.

        :raises BotError: if one of them has no legal value.
        """
        try:
            return cls(**overrides)
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            name = "POVQA_BOT_" + str(first["loc"][0]).upper()
            raise BotError(
                f"{name} has no legal value ({first['msg']}): mend it, see docs/bot.md",
                f"{name} 的值不合法({first['msg']}):请改正,见 docs/bot.md",
            ) from None

    def bot_token(self) -> str:
        """The token.

        :raises BotError: there is none, or it cannot be one.
        """
        token = _secret("POVQA_BOT_TOKEN", self.token, self.token_file)
        if token is None:
            raise BotError(
                "There is no bot token: get one from @BotFather and set POVQA_BOT_TOKEN or POVQA_BOT_TOKEN_FILE.",
                "没有机器人令牌:请向 @BotFather 申请,并设置 POVQA_BOT_TOKEN 或 POVQA_BOT_TOKEN_FILE。",
            )
        if not _TOKEN.fullmatch(token):
            raise BotError(
                "The bot token is not of the form 123456:ABC-DEF: copy it from @BotFather again.",
                "机器人令牌的格式不对(应形如 123456:ABC-DEF):请从 @BotFather 重新复制。",
            )
        return token

    def secret(self) -> str | None:
        """The webhook's secret, where one is set.

        :raises BotError: its file cannot be read.
        """
        return _secret("POVQA_BOT_WEBHOOK_SECRET", self.webhook_secret, self.webhook_secret_file)


def _secret(name: str, value: SecretStr | None, file: Path | None) -> str | None:
    if value is not None and value.get_secret_value().strip():
        return value.get_secret_value().strip()
    if file is None:
        return None
    try:
        return file.expanduser().read_text(encoding="utf-8").strip() or None
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not text"
        raise BotError(
            f"{name}_FILE cannot be read ({file}: {reason}): mend the path or its permissions.",
            f"无法读取 {name}_FILE({file}:{reason}):请检查路径或权限。",
        ) from error
