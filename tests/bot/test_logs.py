"""What gets into the log, whoever writes it."""

import asyncio
import io
import json
import logging

import pytest
from botapi.server import TOKEN
from telegram.error import BadRequest, NetworkError

from povqa_bot.logs import configure, describe, logger

TEXT = "谁都不该看到的话"


def test_a_library_gets_its_own_words_in_and_nothing_else(logged):
    logging.getLogger("telegram.ext").error("Got %s", TEXT)
    logging.getLogger("httpx").warning(f"HTTP Request: POST https://api.telegram.org/bot{TOKEN}/sendMessage")
    try:
        raise ValueError(TEXT)
    except ValueError:
        logging.getLogger("telegram.ext").exception("Failed on %r", TEXT)
    lines = [json.loads(line) for line in logged.getvalue().splitlines()]
    assert [line["event"] for line in lines] == [
        "Got %s", "HTTP Request: POST https://api.telegram.org/bot[secret]/sendMessage", "Failed on %r"
    ]  # fmt: skip
    assert lines[2]["error"] == "ValueError"
    assert "test_logs.py" in lines[2]["where"][0]
    assert TEXT not in logged.getvalue()


def test_our_own_exceptions_leave_their_place_and_not_their_text(logged):
    try:
        try:
            raise BadRequest(TEXT)
        except BadRequest as error:
            raise KeyError(TEXT) from error
    except KeyError as error:
        logger().error("update_failed", update=5, exc_info=error)
    line = json.loads(logged.getvalue())
    assert (line["event"], line["update"], line["error"], line["cause"]) == (
        "update_failed",
        5,
        "KeyError",
        "BadRequest",
    )
    assert TEXT not in logged.getvalue()


def test_a_network_error_is_told_in_full_but_for_the_token(logged):
    logger().warning("telegram_retry", error=describe(NetworkError(f"no route to /bot{TOKEN}/getMe")))
    assert json.loads(logged.getvalue())["error"] == "NetworkError: no route to /bot[secret]/getMe"


def test_chatter_of_libraries_stays_out_at_every_level(logged):
    for name in ("httpx", "telegram.ext.Application", "asyncio", "tornado.access"):
        logging.getLogger(name).info(TOKEN)
        logging.getLogger(name).debug(TEXT)
    logging.getLogger("tornado.access").warning("403 POST /%s", TEXT)
    logger().debug("seen")
    assert [json.loads(line)["event"] for line in logged.getvalue().splitlines()] == ["seen"]


@pytest.mark.anyio
async def test_a_task_that_nobody_waits_for_leaks_nothing_either(logged):
    async def fail():
        raise RuntimeError(TEXT)

    task = asyncio.create_task(fail())
    await asyncio.sleep(0)
    loop = asyncio.get_running_loop()
    loop.default_exception_handler({"message": "never retrieved", "exception": task.exception(), "task": task})
    assert "never retrieved" in logged.getvalue()
    assert TEXT not in logged.getvalue()


def test_another_secret_is_hidden_too_and_the_console_style_is_one_line():
    stream = io.StringIO()
    configure("INFO", "console", ["hushhush"], stream)
    logger().info("started", url="https://x/hushhush")
    assert stream.getvalue().count("\n") == 1
    assert "hushhush" not in stream.getvalue()


@pytest.mark.anyio
async def test_a_whole_conversation_leaves_no_word_in_the_log(api, bots, logged):
    """At the most talkative level: questions, commands, captions, names of people and of files, and what fails."""
    word, person = "玄武纪", "欧阳某"
    user, owner, group = api.user(1, person), api.user(900, person), api.world.group()
    async with bots.up(owners="900") as services:
        asked = await user.says(f"青河县建成扶贫车间多少个{word}")
        answer = await user.hears(asked)
        await user.presses(answer, "👍")
        await user.edits(asked, f"青河县有多少个贫困村{word}")
        await user.asks(f"那么{word}呢")
        for text in (f"/ask {word}", f"/article {word}", f"/{word}", f"/new {word}", word * 600, f"坏{word}"):
            await user.asks(text)
        await user.asks(f"/ask {word}", chat=group)
        await user.types_inline(f"什么是{word}")
        await user.types_inline(f"坏{word}")
        await user.presses_data(answer, f"{word}:1")
        await user.sends_file(f"{word}.txt", word.encode(), caption=f"看{word}")
        await owner.asks(f"/remove {word}")
        await owner.asks(f"/add {word}")
        await owner.asks(f"https://{word}.invalid/{word}")
        await owner.sends_file(f"{word}.pdf", b"%PDF-1.4 " + word.encode())
        assert services.metrics.value("povqa_bot_errors_total", type="ZeroDivisionError") == 2
    log = logged.getvalue()
    assert {"started", "update_failed", "not_offered", "stopping"} <= {
        json.loads(line)["event"] for line in log.splitlines()
    }
    assert word not in log
    assert person not in log
    assert json.dumps(word)[1:-1] not in log
