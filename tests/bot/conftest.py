"""What the bot's tests share: a small index, a Bot API server on loopback, and a bot that is up against it."""

import asyncio
import contextlib
import io
import logging
import os
import sys
import time
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(Path(__file__).resolve().parent))

from botapi.server import TOKEN, BotApi

from corpus import ARTICLES
from povqa import Povqa, Settings
from povqa.index.build import build_index
from povqa.index.store import Index
from povqa_bot.app import build, running
from povqa_bot.logs import configure
from povqa_bot.settings import BotSettings
from tiny import TinyEncoder


@pytest.fixture(scope="session")
def anyio_backend():
    return "asyncio"


@pytest.fixture(autouse=True)
def _plain_environment(monkeypatch):
    for name in [name for name in os.environ if name.startswith("POVQA_")]:
        monkeypatch.delenv(name)


def write_index(folder, articles=ARTICLES):
    build_index(articles, TinyEncoder(), folder, corpus_hash="c", fingerprint="f")


def opener(folder):
    settings = Settings(index=folder, threads=1, max_refused=0.1)
    return lambda build: Povqa(settings, Index.open(settings.index_path), TinyEncoder())


@pytest.fixture(autouse=True)
def logged():
    """Everything that was logged, at the most talkative level."""
    stream = io.StringIO()
    level, handlers = logging.getLogger().level, logging.getLogger().handlers[:]
    configure("DEBUG", "json", [TOKEN], stream)
    yield stream
    logging.getLogger().handlers[:] = handlers
    logging.getLogger().setLevel(level)


@pytest.fixture(scope="session")
def shared_index(tmp_path_factory):
    folder = tmp_path_factory.mktemp("index")
    write_index(folder)
    return folder


@pytest.fixture
async def api():
    server = BotApi()
    await server.start()
    yield server
    await server.stop()


class Bots:
    """Starts bots against a server; each stop ends as SIGTERM would."""

    def __init__(self, api, folder, data, open_engine=None):
        self.api, self.folder, self.data = api, folder, data
        self.open_engine = open_engine or opener(folder)

    @contextlib.asynccontextmanager
    async def up(self, *, webhook=False, open_engine=None, **settings):
        settings = {"token": TOKEN, "api": self.api.url, "data": self.data, "metrics_port": 0, "inline_pause": 0.05,
                    "reload_seconds": 0.1, "user_per_minute": 1000, "chat_per_minute": 1000,
                    "messages_per_second": 1000} | settings  # fmt: skip
        app = build(BotSettings.load(**settings), open_engine or self.open_engine, self.folder / "CURRENT")
        before = asyncio.all_tasks()
        async with running(app, webhook=webhook) as services:
            yield services
        left = [task for task in asyncio.all_tasks() - before if _is_ours(task)]
        assert left == []


def _is_ours(task):
    file = task.get_coro().cr_code.co_filename
    return "povqa_bot" in file or "/telegram/" in file


@pytest.fixture
def bots(api, shared_index, kept_engine, tmp_path):
    return Bots(api, shared_index, tmp_path / "bot.sqlite3", lambda build: kept_engine)


class KeptPovqa(Povqa):
    """The engine, open until the tests end: opening it is most of the time of a test.

    A question that starts with 慢 takes `seconds`, one that starts with 坏 breaks it.
    """

    seconds = 0.0

    def close(self):
        pass

    def explain(self, question, *args, **kwargs):
        if question.startswith("慢"):
            time.sleep(self.seconds)
        if question.startswith("坏"):
            raise ZeroDivisionError(question)
        return super().explain(question, *args, **kwargs)


@pytest.fixture(scope="session")
def kept_engine(shared_index):
    settings = Settings(index=shared_index, threads=1, max_refused=0.1)
    index = Index.open(settings.index_path)
    yield KeptPovqa(settings, index, TinyEncoder())
    index.close()


@pytest.fixture
def slow_engine(kept_engine):
    def make(seconds):
        kept_engine.seconds = seconds
        return lambda build: kept_engine

    return make


@pytest.fixture
async def bot(api, bots):
    api.user(900, "主人")
    async with bots.up(owners="900") as services:
        yield services
