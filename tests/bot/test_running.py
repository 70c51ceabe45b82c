"""Starting, stopping, restarting, reloading; webhook, health, metrics, logs."""

import asyncio
import json
import socket
from dataclasses import replace

import aiohttp
import pytest
from botapi.server import TOKEN

from conftest import Bots, write_index
from corpus import ARTICLES, BAISHI
from povqa import PovqaError
from povqa_bot.store import Store

pytestmark = pytest.mark.anyio
WORKSHOPS, POND = "青河县建成扶贫车间多少个", "东沟镇改造鱼塘多少亩"


def free_port():
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


async def test_a_webhook_serves_and_checks_its_secret(api, bots):
    port = free_port()
    async with bots.up(webhook=True, webhook_url=f"http://127.0.0.1:{port}", webhook_port=port, webhook_path="/a/b"):
        assert api.webhook["url"] == f"http://127.0.0.1:{port}/a/b"
        assert len(api.webhook["secret_token"]) >= 32
        assert set(api.webhook["allowed_updates"]) == {"message", "edited_message", "callback_query", "inline_query"}
        assert (await api.user(1).asks(WORKSHOPS))["text"].startswith("16个")
        async with aiohttp.ClientSession() as session:
            for headers in ({}, {"X-Telegram-Bot-Api-Secret-Token": "wrong"}):
                async with session.post(api.webhook["url"], json={"update_id": 1}, headers=headers) as answer:
                    assert answer.status == 403
        assert api.called("getUpdates") == []


async def test_updates_left_undone_are_answered_after_a_restart(api, bots, slow_engine):
    user = api.user(1)
    async with bots.up(open_engine=slow_engine(1.5), stop_seconds=0.3, answer_seconds=30):
        await user.says("慢")
        await user.says(POND)
        await api.world.until(lambda: api.called("sendChatAction"))
    assert api.world.of_bot(1) == []
    async with bots.up(open_engine=slow_engine(0)):
        await api.world.until(lambda: len(api.world.of_bot(1)) == 2)
        assert api.world.of_bot(1)[1]["text"].startswith("640亩")


async def test_a_stop_finishes_what_is_under_way(api, bots, slow_engine):
    user = api.user(1)
    async with bots.up(open_engine=slow_engine(1.0)):
        await user.says("慢")
        await user.says(POND)
        await api.world.until(lambda: api.called("sendChatAction"))
    assert len(api.world.of_bot(1)) == 2


async def test_an_update_that_always_ends_the_bot_is_given_up(tmp_path):
    store = Store(tmp_path / "bot.sqlite3")
    await store.open()
    await store.remember(5, "{}")
    assert [len(await store.pending()) for _ in range(5)] == [1, 1, 1, 0, 0]
    await store.close()


async def test_an_answer_sent_just_before_a_crash_is_not_sent_again(api, bots):
    user = api.user(1)
    async with bots.up() as services:
        question = await user.says(WORKSHOPS)
        await user.hears(question)
        payload = json.dumps({"update_id": 1, "message": question})
        await services.store._execute("INSERT INTO updates VALUES (?, ?, 0, 0)", (1, payload))
    async with bots.up():
        await user.asks(POND)
    assert len(api.world.of_bot(1)) == 2


async def test_a_new_index_serves_at_once_while_others_ask(api, tmp_path):
    write_index(tmp_path / "index", ARTICLES)
    bots = Bots(api, tmp_path / "index", tmp_path / "bot.sqlite3")
    people = [api.user(number) for number in range(1, 6)]
    async with bots.up() as services:
        asking = [asyncio.create_task(_ask_on(user)) for user in people]
        for change in range(3):
            added = replace(BAISHI, id=f"new{change}", text=f"西岭乡新建光伏电站{change + 4}座。", title="西岭乡的光伏",
                            place=("西岭乡",))  # fmt: skip
            await asyncio.to_thread(write_index, bots.folder, [*ARTICLES, added])
            name = f"generation-{change + 2:06}"
            await api.world.until(lambda name=name: services.answerer.opened.name == name)
            answer = await api.user(99).asks("西岭乡新建光伏电站多少座")
            assert answer["text"].startswith(f"{change + 4}座")
        assert all([text.startswith("16个") for texts in await asyncio.gather(*asking) for text in texts])
        assert services.metrics.value("povqa_bot_reloads_total", outcome="done") == 3


async def _ask_on(user):
    return [(await user.asks(WORKSHOPS))["text"] for _ in range(8)]


async def test_a_broken_new_index_leaves_the_old_one_serving(api, tmp_path, logged):
    write_index(tmp_path / "index")
    async with Bots(api, tmp_path / "index", tmp_path / "bot.sqlite3").up() as services:
        (tmp_path / "index" / "CURRENT").write_text("generation-999999\n")
        await api.world.until(lambda: services.metrics.value("povqa_bot_reloads_total", outcome="failed") == 1)
        assert (await api.user(1).asks(WORKSHOPS))["text"].startswith("16个")
    assert "reload_failed" in logged.getvalue()


async def test_a_refused_token_is_one_clear_line(bots):
    with pytest.raises(PovqaError, match="^Telegram refuses the bot token: .*BotFather"):
        async with bots.up(token="1:" + "A" * 35):
            pass


async def test_no_network_is_one_clear_line(bots):
    with pytest.raises(PovqaError, match="^Telegram cannot be reached"):
        async with bots.up(api=f"http://127.0.0.1:{free_port()}", retry_seconds=0.5):
            pass


async def test_a_taken_port_is_one_clear_line(bots):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(PovqaError, match="POVQA_BOT_METRICS_PORT"):
            async with bots.up(metrics_port=taken.getsockname()[1]):
                pass


async def test_health_and_metrics_are_served(api, bots):
    port = free_port()
    async with bots.up(metrics_port=port) as services, aiohttp.ClientSession(f"http://127.0.0.1:{port}") as session:
        user = api.user(1)
        await user.asks(WORKSHOPS)
        await user.asks("月球上有多少只企鹅")
        await api.world.until(lambda: services.metrics.value("povqa_bot_latency_seconds_count") == 2)
        async with session.get("/healthz") as answer:
            assert answer.status == 200
            assert await answer.json() == {"ok": True, "bot": True, "listening": True, "telegram": True}
        async with session.get("/metrics") as answer:
            figures = await answer.text()
    for line in (
        'povqa_bot_questions_total{outcome="answered"} 1.0',
        'povqa_bot_questions_total{outcome="not_found"} 1.0',
        "povqa_bot_latency_seconds_count 2.0",
        "povqa_bot_articles 4.0",
        'povqa_bot_updates_total{kind="message"} 2.0',
    ):
        assert line in figures


async def test_another_bot_with_the_same_token_is_reported_and_no_end(api, bots, logged):
    async with bots.up() as services:
        async with aiohttp.ClientSession() as session, asyncio.timeout(20):
            while not services.metrics.value("povqa_bot_errors_total", type="polling Conflict"):
                async with session.post(f"{api.url}/bot{TOKEN}/getUpdates", json={"timeout": 0}) as answer:
                    assert answer.status in (200, 409)
                await asyncio.sleep(0.1)
        assert (await api.user(1).asks(WORKSHOPS))["text"].startswith("16个")
    assert "polling_failed" in logged.getvalue()


async def test_the_log_holds_no_token_and_no_text(api, bots, slow_engine, logged):
    from botapi.faults import Faults

    async with bots.up(open_engine=slow_engine(0)):
        user = api.user(1)
        api.faults = Faults(0.2, ("500", "502", "broken_json"), spared=("getUpdates",))
        for question in (WORKSHOPS, "坏秘密词语", "月球上有多少只企鹅", "青河县" * 400):
            await user.asks(question)
        answer = api.world.of_bot(1)[0]
        await user.presses(answer, "原文")
        api.faults = None
        await user.edits(api.world.messages[1][0], POND)
        await user.types_inline("坏秘密词语")
    log = logged.getvalue()
    assert "update_failed" in log
    assert "ZeroDivisionError" in log
    assert TOKEN not in log
    for text in ("秘密", "青河", "扶贫车间", "鱼塘", "企鹅"):
        assert text not in log
        assert text.encode("unicode_escape").decode() not in log
    for line in log.splitlines():
        json.loads(line)
