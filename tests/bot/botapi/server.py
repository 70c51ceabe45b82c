"""The server: what the bot calls, over real HTTP."""

import asyncio
import copy
import re
import time

import aiohttp
from aiohttp import web

from .faults import Faults
from .markup import RejectedError, checked_keyboard, checked_text
from .methods import checked
from .world import BOT, User, World

TOKEN = "424242:AAEtestTESTtestTESTtestTESTtestTEST12"
MOST_FILE = 20 << 20  # bytes that getFile hands out
_ACTIONS = {"typing", "upload_photo", "upload_document", "choose_sticker", "find_location"}


class BotApi:
    """A Bot API server on a port of its own.

    :ivar calls: every call that was taken: method, parameters, time.
    :ivar rejected: every call that was rejected: method, description. A test that expects none asserts so.
    :ivar faults: what goes wrong on purpose.
    """

    def __init__(self) -> None:
        self.world = World()
        self.calls: list[tuple[str, dict, float]] = []
        self.rejected: list[tuple[str, str]] = []
        self.faults: Faults | None = None
        self.commands: dict[tuple[str, str], list[dict]] = {}
        self.webhook: dict | None = None
        self.blocked: set[int] = set()  # people who have blocked the bot
        self._polling = 0
        self._tasks: list[asyncio.Task] = []

    async def start(self, port: int = 0) -> None:
        app = web.Application(client_max_size=1 << 22)
        app.router.add_route("*", "/bot{token}/{method}", self._handle)
        app.router.add_get("/file/bot{token}/{path:.+}", self._download)
        self._runner = web.AppRunner(app, handle_signals=False, handler_cancellation=True, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", port)
        await site.start()
        self.url = f"http://127.0.0.1:{site._server.sockets[0].getsockname()[1]}"

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._runner.cleanup()

    def user(self, *args, **kwargs) -> User:
        return self.world.user(*args, **kwargs)

    def called(self, method: str) -> list[dict]:
        return [parameters for name, parameters, _ in self.calls if name == method]

    async def _handle(self, request: web.Request) -> web.Response:
        method = request.match_info["method"]
        kind = self.faults.choose(method) if self.faults else None
        if self.faults and (spoilt := await self.faults.before(kind, request)) is not None:
            return spoilt
        try:
            if request.match_info["token"] != TOKEN:
                raise RejectedError("Unauthorized", 401)
            parameters = checked(method, await self._form(request))
            self.calls.append((method, parameters, time.monotonic()))
            result = await getattr(self, "_" + re.sub("(?=[A-Z])", "_", method).lower())(parameters)
            response = web.json_response({"ok": True, "result": result})
        except RejectedError as bad:
            self.rejected.append((method, bad.description))
            body = {"ok": False, "error_code": bad.code, "description": bad.description}
            body |= {"parameters": bad.parameters} if bad.parameters else {}
            response = web.json_response(body, status=bad.code)
        await self.world.notify()
        return self.faults.after(kind, request, response) if self.faults else response

    async def _form(self, request: web.Request) -> dict:
        if request.content_type == "application/json":
            return await request.json()
        form = {**request.query, **(await request.post())}
        for name, value in list(form.items()):
            if isinstance(value, str) and value.startswith("attach://"):
                if value[9:] not in form:
                    raise RejectedError(f"Bad Request: {value} is not attached")
                form[name] = form.pop(value[9:])
        return form

    async def _download(self, request: web.Request) -> web.Response:
        """A file's bytes, at the path that getFile gave."""
        kind = self.faults.choose("download") if self.faults else None
        if self.faults and (spoilt := await self.faults.before(kind, request)) is not None:
            return spoilt
        path = request.match_info["path"]
        data = next((file.data for file in self.world.files.values() if file.path == path and file.handed), None)
        if request.match_info["token"] != TOKEN or data is None:
            self.rejected.append(("download", path))
            return web.json_response({"ok": False, "error_code": 404, "description": "Not Found"}, status=404)
        self.calls.append(("download", {"path": path}, time.monotonic()))
        response = web.Response(body=data, content_type="application/octet-stream")
        return self.faults.after(kind, request, response) if self.faults else response

    async def _get_file(self, given: dict) -> dict:
        file = self.world.files.get(given["file_id"])
        if file is None:
            raise RejectedError("Bad Request: wrong file_id or the file is temporarily unavailable")
        if file.size > MOST_FILE:
            raise RejectedError("Bad Request: file is too big")
        file.handed = True
        return {"file_id": given["file_id"], "file_unique_id": f"u{given['file_id']}", "file_size": file.size,
                "file_path": file.path}  # fmt: skip

    async def _send_document(self, given: dict) -> dict:
        chat, upload = self._chat(given), given["document"]
        data = upload.file.read()
        if not data:
            raise RejectedError("Bad Request: file must be non-empty")
        message = {"from": BOT, "document": self.world.keep(upload.filename, data)}
        if "caption" in given:
            message["caption"], _ = checked_text(given["caption"], given.get("parse_mode"), most=1024)
        if "reply_markup" in given:
            message["reply_markup"] = checked_keyboard(given["reply_markup"])
        return self.world.add(chat, message)

    async def _get_me(self, given: dict) -> dict:
        return BOT | {"can_join_groups": True, "can_read_all_group_messages": False, "supports_inline_queries": True}

    async def _get_updates(self, given: dict) -> list[dict]:
        if self.webhook:
            raise RejectedError("Conflict: can't use getUpdates method while webhook is active", 409)
        self._polling += 1
        mine = self._polling
        await self.world.notify()
        offset, allowed = given.get("offset", 0), given.get("allowed_updates")
        self.world.updates[:] = [u for u in self.world.updates if u["update_id"] >= offset]
        try:
            await self.world.until(
                lambda: self.world.updates or self._polling != mine, given.get("timeout", 0) or 0.001
            )
        except TimeoutError:
            return []
        if self._polling != mine:
            raise RejectedError("Conflict: terminated by other getUpdates request", 409)
        waiting = [u for u in self.world.updates if not allowed or (set(u) - {"update_id"}) & set(allowed)]
        return copy.deepcopy(waiting[: given.get("limit", 100)])

    async def _set_webhook(self, given: dict) -> bool:
        url, secret = given["url"], given.get("secret_token", "")
        if url and not re.match(r"https://|http://127\.0\.0\.1:", url):
            raise RejectedError("Bad Request: bad webhook: An HTTPS URL must be provided for webhook")
        if secret and not re.fullmatch(r"[A-Za-z0-9_-]{1,256}", secret):
            raise RejectedError("Bad Request: secret token contains unallowed characters")
        self.webhook = given if url else None
        if self.webhook:
            self._tasks.append(asyncio.create_task(self._deliver()))
        return True

    async def _delete_webhook(self, given: dict) -> bool:
        self.webhook = None
        return True

    async def _deliver(self) -> None:
        """Call the webhook with each update until it says 200."""
        async with aiohttp.ClientSession() as session:
            while self.webhook:
                await self.world.until(lambda: self.world.updates, 3600)
                headers = {"X-Telegram-Bot-Api-Secret-Token": self.webhook.get("secret_token", "")}
                try:
                    async with session.post(self.webhook["url"], json=self.world.updates[0], headers=headers) as answer:
                        if answer.status == 200:
                            self.world.updates.pop(0)
                except aiohttp.ClientError:
                    await asyncio.sleep(0.05)

    async def _set_my_commands(self, given: dict) -> bool:
        commands = given["commands"]
        if len(commands) > 100 or any(
            not re.fullmatch(r"[a-z0-9_]{1,32}", c["command"]) or not 1 <= len(c["description"]) <= 256
            for c in commands
        ):
            raise RejectedError("Bad Request: BOT_COMMAND_INVALID")
        scope = given.get("scope", {"type": "default"})
        if scope["type"] == "chat" and scope["chat_id"] not in self.world.chats:
            raise RejectedError("Bad Request: chat not found")
        self.commands[scope["type"], given.get("language_code", "")] = commands
        return True

    def _chat(self, given: dict) -> int:
        if given["chat_id"] in self.blocked:
            raise RejectedError("Forbidden: bot was blocked by the user", 403)
        if given["chat_id"] not in self.world.chats:
            raise RejectedError("Bad Request: chat not found")
        return given["chat_id"]

    async def _send_message(self, given: dict) -> dict:
        chat = self._chat(given)
        text, entities = checked_text(given["text"], given.get("parse_mode"))
        message = {"from": BOT, "text": text} | ({"entities": entities} if entities else {})
        if "reply_markup" in given:
            message["reply_markup"] = checked_keyboard(given["reply_markup"])
        if reply := given.get("reply_parameters"):
            target = self.world.find(chat, reply["message_id"])
            if target is None and not reply.get("allow_sending_without_reply"):
                raise RejectedError("Bad Request: message to be replied not found")
            if target is not None:
                message["reply_to_message"] = {k: v for k, v in target.items() if k != "reply_to_message"}
        return self.world.add(chat, message)

    def _own_message(self, given: dict) -> dict:
        message = self.world.find(self._chat(given), given["message_id"])
        if message is None:
            raise RejectedError("Bad Request: message to edit not found")
        if message["from"]["id"] != BOT["id"]:
            raise RejectedError("Bad Request: message can't be edited")
        return message

    def _edit(self, message: dict, change: dict, *, drop: tuple[str, ...]) -> dict:
        edited = {k: v for k, v in message.items() if k not in drop} | change
        if {k: edited.get(k) for k in ("text", "entities", "reply_markup")} == {
            k: message.get(k) for k in ("text", "entities", "reply_markup")
        }:
            raise RejectedError(
                "Bad Request: message is not modified: specified new message content is exactly the same"
            )
        message.clear()
        message.update(edited, edit_date=int(time.time()))
        return message

    async def _edit_message_text(self, given: dict) -> dict:
        message = self._own_message(given)
        text, entities = checked_text(given["text"], given.get("parse_mode"))
        change = {"text": text} | ({"entities": entities} if entities else {})
        if "reply_markup" in given:
            change["reply_markup"] = checked_keyboard(given["reply_markup"])
        return self._edit(message, change, drop=("text", "entities", "reply_markup"))

    async def _edit_message_reply_markup(self, given: dict) -> dict:
        markup = {"reply_markup": checked_keyboard(given["reply_markup"])} if "reply_markup" in given else {}
        return self._edit(self._own_message(given), markup, drop=("reply_markup",))

    async def _send_chat_action(self, given: dict) -> bool:
        self._chat(given)
        if given["action"] not in _ACTIONS:
            raise RejectedError("Bad Request: wrong parameter action in request")
        return True

    async def _answer_callback_query(self, given: dict) -> bool:
        number = given["callback_query_id"]
        if self.world.callbacks.get(number, {}) is not None:
            raise RejectedError("Bad Request: query is too old and response timeout expired or query ID is invalid")
        if len(given.get("text", "")) > 200:
            raise RejectedError("Bad Request: MESSAGE_TOO_LONG")
        self.world.callbacks[number] = given
        return True

    async def _answer_inline_query(self, given: dict) -> bool:
        number = given["inline_query_id"]
        if self.world.inlines.get(number, {}) is not None:
            raise RejectedError("Bad Request: query is too old and response timeout expired or query ID is invalid")
        results = given["results"]
        if len(results) > 50 or len({r["id"] for r in results}) != len(results):
            raise RejectedError("Bad Request: RESULT_ID_DUPLICATE")
        for result in results:
            if result["type"] != "article" or not 1 <= len(result["id"].encode()) <= 64 or not result["title"].strip():
                raise RejectedError("Bad Request: can't parse inline query result")
            content = result["input_message_content"]
            checked_text(content["message_text"], content.get("parse_mode"))
        button = given.get("button", {"text": "x", "start_parameter": "x"})
        if not button["text"].strip() or not re.fullmatch(r"[\w-]{1,64}", button["start_parameter"], re.A):
            raise RejectedError("Bad Request: wrong inline query results button")
        self.world.inlines[number] = given
        return True
