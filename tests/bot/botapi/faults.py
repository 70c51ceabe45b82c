"""What can go wrong between a bot and Telegram, at random but repeatable."""

import asyncio
import random

from aiohttp import web

KINDS = ("429", "500", "502", "broken_json", "dropped", "dropped_after", "slow")


class Faults:
    """Spoils a share of the calls.

    :param share: of the calls, in [0, 1].
    :param kinds: of `KINDS`.
    :param spared: methods that never fail.
    :param slowest: seconds of a slow answer.
    """

    def __init__(
        self,
        share: float,
        kinds: tuple[str, ...] = KINDS,
        *,
        slowest: float = 2.0,
        seed: int = 7,
        spared: tuple[str, ...] = (),
    ) -> None:
        self.share, self.kinds, self.slowest = share, kinds, slowest
        self.spared = spared
        self.random = random.Random(seed)
        self.done: dict[str, int] = {}

    def choose(self, method: str) -> str | None:
        if method in self.spared or self.random.random() >= self.share:
            return None
        kind = self.random.choice(self.kinds)
        self.done[kind] = self.done.get(kind, 0) + 1
        return kind

    async def before(self, kind: str | None, request: web.Request) -> web.Response | None:
        """Instead of, or before, the call itself."""
        if kind == "429":
            body = {
                "ok": False,
                "error_code": 429,
                "description": "Too Many Requests: retry after 1",
                "parameters": {"retry_after": 1},
            }
            return web.json_response(body, status=429)
        if kind == "500":
            body = {"ok": False, "error_code": 500, "description": "Internal Server Error"}
            return web.json_response(body, status=500)
        if kind == "502":
            return web.Response(text="<html><h1>502 Bad Gateway</h1></html>", status=502, content_type="text/html")
        if kind == "slow":
            await asyncio.sleep(self.random.uniform(0.2, 1) * self.slowest)
        if kind == "dropped":
            drop(request)
        return None

    def after(self, kind: str | None, request: web.Request, response: web.Response) -> web.Response:
        """After the call was carried out."""
        if kind == "dropped_after":
            drop(request)
        if kind == "broken_json":
            return web.Response(body=bytes(response.body)[:-7], content_type="application/json")
        return response


def drop(request: web.Request) -> None:
    """Cut the connection without an answer."""
    if request.transport is not None:
        request.transport.abort()
    raise asyncio.CancelledError
