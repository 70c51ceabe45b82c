"""Inline mode."""

import asyncio
import time

import pytest

pytestmark = pytest.mark.anyio
WORKSHOPS = "青河县建成扶贫车间多少个"


async def test_results_are_ready_to_send_and_cached(api, bot):
    answered = await api.user(1).types_inline(WORKSHOPS)
    first = answered["results"][0]
    assert first["title"] == "16个"
    assert first["input_message_content"]["message_text"].startswith(f"❓ {WORKSHOPS}\n\n<b>16个</b>\n<blockquote>")
    assert "青河日报" in first["input_message_content"]["message_text"]
    assert answered["cache_time"] == 300
    assert api.rejected == []


async def test_what_is_not_found_or_too_short_offers_the_private_chat(api, bot):
    user = api.user(1)
    for query in ("月球上有多少只企鹅", "", "青"):
        answered = await user.types_inline(query)
        assert answered["results"] == []
        assert answered["button"]["start_parameter"] == "inline"


async def test_of_what_is_typed_only_the_last_is_answered(api, bots):
    async with bots.up(inline_pause=0.3) as services:
        user = api.user(1)
        for end in range(2, len(WORKSHOPS)):
            await user.types_inline(WORKSHOPS[:end], wait=False)
        assert (await user.types_inline(WORKSHOPS))["results"][0]["title"] == "16个"
        assert len(api.called("answerInlineQuery")) == 1
        assert services.metrics.value("povqa_bot_questions_total", outcome="answered") == 1


async def test_it_never_takes_longer_than_telegram_waits(api, bots, slow_engine):
    async with bots.up(open_engine=slow_engine(1.2), inline_seconds=0.4):
        user, begun = api.user(1), time.monotonic()
        answered = await user.types_inline("慢慢地想")
        assert time.monotonic() - begun < 1.1
        assert answered["results"] == []
        assert answered["cache_time"] == 0
        async with asyncio.timeout(20):
            while "还在查找" in (await user.types_inline("慢慢地想"))["button"]["text"]:
                await asyncio.sleep(0.3)


async def test_faults_and_floods_are_no_silence(api, bots, slow_engine):
    async with bots.up(open_engine=slow_engine(0), user_per_minute=2) as services:
        user = api.user(1)
        assert "1000" in (await user.types_inline("青河县" * 400))["button"]["text"]
        await user.types_inline(WORKSHOPS)
        assert "提问太快" in (await user.types_inline("东沟镇改造鱼塘多少亩"))["button"]["text"]
        assert services.metrics.value("povqa_bot_refused_total", why="rate") == 1


async def test_tricks_stay_text(api, bot):
    answered = await api.user(1).types_inline("<b>东沟镇</b>改造鱼塘多少亩 & \u202e</blockquote>")
    assert api.rejected == []
    assert all("\u202e" not in str(result) for result in answered["results"])
