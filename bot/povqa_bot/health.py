"""/healthz and /metrics, served on a local port by the event loop that runs the bot: it answers while that lives."""

from __future__ import annotations

import socket
from collections.abc import Callable

from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from tornado.httpserver import HTTPServer
from tornado.web import Application, RequestHandler

from povqa_bot.errors import BotError
from povqa_bot.metrics import Metrics

Check = Callable[[], dict[str, bool]]


class _Health(RequestHandler):
    def initialize(self, check: Check) -> None:
        self._check = check

    def get(self) -> None:
        parts = self._check()
        self.set_status(200 if all(parts.values()) else 503)
        self.write({"ok": all(parts.values()), **parts})


class _Figures(RequestHandler):
    def initialize(self, metrics: Metrics) -> None:
        self._metrics = metrics

    def get(self) -> None:
        self.set_header("Content-Type", CONTENT_TYPE_LATEST)
        self.write(generate_latest(self._metrics.registry))


def serve(host: str, port: int, metrics: Metrics, check: Check) -> HTTPServer:
    """Serve both.

    :param check: whether each part of the bot is well; one that is not makes /healthz answer 503.
    :raises BotError: the port is taken.
    """
    try:
        listening = socket.create_server((host, port))
    except OSError as error:
        raise BotError(
            f"{host}:{port} cannot be listened on ({error.strerror}): set POVQA_BOT_METRICS_PORT, 0 for none.",
            f"无法监听 {host}:{port}({error.strerror}):请设置 POVQA_BOT_METRICS_PORT,0 表示不开。",
        ) from error
    server = HTTPServer(
        Application([("/healthz", _Health, {"check": check}), ("/metrics", _Figures, {"metrics": metrics})])
    )
    listening.setblocking(False)
    server.add_socket(listening)
    return server
