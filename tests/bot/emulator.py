"""The bot against telegram-test-api from npm, an emulator that others wrote: `make bot-emulator`.

Between the two stands a few lines' adapter for what the emulator leaves out of the Bot API: `is_bot` in getMe, seconds
in dates, the results of edits, `chat_instance`, waiting in getUpdates, and two methods that it does not have.
"""

import asyncio
import os
import socket
import sys
import tempfile
from pathlib import Path

import aiohttp
from aiohttp import web

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(Path(__file__).resolve().parent))

from botapi.server import TOKEN

from conftest import opener, write_index
from povqa_bot.app import build, running
from povqa_bot.logs import configure
from povqa_bot.settings import BotSettings

EMULATOR = "new (require('telegram-test-api'))({port: %d, host: '127.0.0.1'}).start()"
WITHOUT = {"setMyCommands", "sendChatAction"}


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


class Conversation:
    """A person who writes through the emulator's client interface."""

    def __init__(self, session: aiohttp.ClientSession, url: str) -> None:
        self.session, self.url = session, url
        person = {"id": 1, "first_name": "王芳"}
        self.common = {
            "from": person | {"is_bot": False, "language_code": "zh-hans"}, "chat": person | {"type": "private"},
            "botToken": TOKEN, "date": 1,
        }  # fmt: skip

    async def post(self, method: str, body: dict) -> dict:
        async with self.session.post(f"{self.url}/{method}", json=body) as answer:
            return await answer.json()

    async def says(self, text: str) -> dict:
        entities = [{"type": "bot_command", "offset": 0, "length": len(text)}] if text.startswith("/") else []
        await self.post("sendMessage", self.common | {"text": text, "entities": entities})
        print(f"\n> {text}")  # noqa: T201
        return await self.hears()

    async def hears(self) -> dict:
        async with asyncio.timeout(30):
            while not (found := (await self.post("getUpdates", {"token": TOKEN, "chatId": 1}))["result"]):
                await asyncio.sleep(0.1)
        print(found[0]["message"]["text"])  # noqa: T201
        return found[0]

    async def presses(self, heard: dict, label: str) -> str:
        """Press a button, and wait until the message has changed."""
        before = heard["message"]["text"]
        buttons = [b for row in heard["message"]["reply_markup"]["inline_keyboard"] for b in row]
        data = next(b["callback_data"] for b in buttons if label in b["text"])
        message = {k: self.common[k] for k in ("chat", "date")} | {"message_id": heard["messageId"], "text": before}
        await self.post(
            "sendCallback", {"from": self.common["from"], "message": message, "data": data, "botToken": TOKEN}
        )
        print(f"\n> [{label}]")  # noqa: T201
        async with asyncio.timeout(30):
            while True:
                history = (await self.post("getUpdatesHistory", {"token": TOKEN}))["result"]
                now = next(u["message"]["text"] for u in history if u["messageId"] == heard["messageId"])
                if now != before:
                    print(now)  # noqa: T201
                    return str(now)
                await asyncio.sleep(0.1)


def adapter(session: aiohttp.ClientSession, emulator: str) -> web.Application:
    async def handle(request: web.Request) -> web.Response:
        method, form = request.match_info["method"], dict(await request.post())
        if method in WITHOUT:
            return web.json_response({"ok": True, "result": True})
        url = f"{emulator}/bot{request.match_info['token']}/{method}"
        async with session.post(url, json={name: str(value) for name, value in form.items()}) as answer:
            body = await answer.json()
        result = body.get("result")
        if method == "getMe":
            result["is_bot"] = True
        elif method == "sendMessage":
            result = {k: v for k, v in result.items() if k in ("message_id", "chat", "text")} | {"date": 1}
        elif method == "getUpdates":
            await asyncio.sleep(0 if result else 0.1)
            for update in result:
                update.get("callback_query", {})["chat_instance"] = "1"
        elif result is None:
            result = True
        return web.json_response({**body, "result": result})

    app = web.Application()
    app.router.add_post("/bot{token}/{method}", handle)
    return app


async def main() -> None:
    configure("WARNING", "console", [TOKEN])
    port, own_port = free_port(), free_port()
    node = await asyncio.create_subprocess_exec("node", "-e", EMULATOR % port, env=os.environ)
    folder = Path(tempfile.mkdtemp())
    write_index(folder / "index")
    emulator = f"http://127.0.0.1:{port}"
    settings = BotSettings.load(
        token=TOKEN, api=f"http://127.0.0.1:{own_port}", data=folder / "bot.sqlite3", metrics_port=0
    )
    try:
        async with aiohttp.ClientSession() as session:
            runner = web.AppRunner(adapter(session, emulator))
            await runner.setup()
            await web.TCPSite(runner, "127.0.0.1", own_port).start()
            while await _closed(port):
                await asyncio.sleep(0.1)
            async with running(build(settings, opener(folder / "index"), folder / "index" / "CURRENT")):
                await _talk(Conversation(session, emulator))
            await runner.cleanup()
    finally:
        node.terminate()
        await node.wait()
    print("\nOK: the bot works against telegram-test-api")  # noqa: T201


async def _closed(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return True
    writer.close()
    return False


def check(condition: bool, what: str) -> None:
    if not condition:
        sys.exit(f"FAIL: {what}")


async def _talk(person: Conversation) -> None:
    check("4 篇" in (await person.says("/start"))["message"]["text"], "/start")
    answer = await person.says("青河县建成扶贫车间多少个")
    check(answer["message"]["text"].startswith("<b>16个</b>"), "a question")
    check("肉牛" in await person.presses(answer, "原文"), "a button")
    check("没有找到" in (await person.says("月球上有多少只企鹅"))["message"]["text"], "nothing found")
    check("共 4 篇" in (await person.says("/articles"))["message"]["text"], "/articles")


if __name__ == "__main__":
    asyncio.run(main())
