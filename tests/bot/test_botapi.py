"""The server itself rejects what Telegram rejects."""

import aiohttp
import pytest
from botapi.server import TOKEN

pytestmark = pytest.mark.anyio


@pytest.fixture
async def call(api):
    api.user(1)
    async with aiohttp.ClientSession() as session:

        async def invoke(method, token=TOKEN, **parameters):
            async with session.post(f"{api.url}/bot{token}/{method}", json=parameters) as answer:
                return await answer.json()

        yield invoke


@pytest.mark.parametrize(
    ("parameters", "said"),
    [
        ({"text": ""}, "text is empty"),
        ({"text": " \n "}, "text is empty"),
        ({"text": "x" * 4097}, "too long"),
        ({"text": "🐂" * 2049}, "too long"),
        ({"text": "<b>x", "parse_mode": "HTML"}, "can't find end tag"),
        ({"text": "<b><i>x</b></i>", "parse_mode": "HTML"}, "unexpected end tag"),
        ({"text": "<div>x</div>", "parse_mode": "HTML"}, "unsupported start tag"),
        ({"text": "a < b", "parse_mode": "HTML"}, "unescaped"),
        ({"text": "a & b", "parse_mode": "HTML"}, "unescaped"),
        ({"text": "&nbsp;", "parse_mode": "HTML"}, "unescaped"),
        ({"text": "<blockquote><blockquote>x</blockquote></blockquote>", "parse_mode": "HTML"}, "nested"),
        ({"text": "<b>x</b>" * 101, "parse_mode": "HTML"}, "100 entities"),
        ({"text": "x", "parse_mode": "Fancy"}, "parse_mode"),
        ({"text": "x", "colour": "red"}, "unknown parameters"),
        ({"text": "x", "chat_id": 77}, "chat not found"),
        ({"text": "x", "reply_parameters": {"message_id": 9}}, "replied not found"),
        (
            {"text": "x", "reply_markup": {"inline_keyboard": [[{"text": "a", "callback_data": "é" * 33}]]}},
            "BUTTON_DATA",
        ),
        ({"text": "x", "reply_markup": {"inline_keyboard": [[{"text": "", "callback_data": "a"}]]}}, "text buttons"),
        ({"text": "x", "reply_markup": {"inline_keyboard": [[{"text": "a"}]]}}, "one action"),
        ({"text": "x", "reply_markup": {"inline_keyboard": [[{"text": "a", "url": "x"}]]}}, "BUTTON_URL"),
    ],
)
async def test_bad_messages_are_rejected(call, parameters, said):
    answer = await call("sendMessage", **{"chat_id": 1, **parameters})
    assert answer["ok"] is False
    assert said in answer["description"]


async def test_good_ones_come_with_their_entities(call):
    text = "🐂<b>x &lt; y</b><blockquote expandable><u>z</u></blockquote>"
    answer = await call("sendMessage", chat_id=1, text=text, parse_mode="HTML")
    assert answer["result"]["text"] == "🐂x < yz"
    assert answer["result"]["entities"] == [
        {"type": "bold", "offset": 2, "length": 5},
        {"type": "expandable_blockquote", "offset": 7, "length": 1},
        {"type": "underline", "offset": 7, "length": 1},
    ]
    edited = await call("editMessageText", chat_id=1, message_id=1, text=text, parse_mode="HTML")
    assert "not modified" in edited["description"]


async def test_other_calls_are_checked_too(call):
    assert (await call("getMe", token="1:x"))["error_code"] == 401
    assert (await call("sendTelegram"))["error_code"] == 404
    assert "not found" in (await call("editMessageText", chat_id=1, message_id=5, text="x"))["description"]
    assert "too old" in (await call("answerCallbackQuery", callback_query_id="7"))["description"]
    assert "action" in (await call("sendChatAction", chat_id=1, action="dancing"))["description"]
    assert "HTTPS" in (await call("setWebhook", url="http://example.org"))["description"]
    commands = [{"command": "Ask", "description": "x"}]
    assert "COMMAND" in (await call("setMyCommands", commands=commands))["description"]
    assert "of type integer" in (await call("editMessageText", chat_id=1, message_id=True, text="x"))["description"]
