"""What a bad network and a bad day of Telegram's do: nothing is lost, and nothing hangs."""

import asyncio
import random

import pytest
from botapi.faults import KINDS, Faults

pytestmark = pytest.mark.anyio
QUESTIONS = {"青河县建成扶贫车间多少个": "16个", "东沟镇改造鱼塘多少亩": "640亩", "青河县有多少个贫困村": "9个",
             "青河县全县共有多少个行政村": "48个"}  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
async def test_each_fault_delays_an_answer_and_loses_none(api, bots, kind):
    async with bots.up():
        api.faults = Faults(0.3, (kind,), slowest=0.3, spared=("getUpdates",))
        people = [api.user(number) for number in range(1, 7)]
        answers = await asyncio.gather(*(user.asks("青河县建成扶贫车间多少个") for user in people))
        assert api.faults.done
        api.faults = None
    assert all(answer["text"].startswith("16个") for answer in answers)


async def test_who_has_blocked_the_bot_holds_nobody_up(api, bots, logged):
    async with bots.up() as services:
        gone, user = api.user(1), api.user(2)
        api.blocked.add(1)
        await gone.says("青河县建成扶贫车间多少个")
        assert (await user.asks("青河县建成扶贫车间多少个"))["text"].startswith("16个")
        await api.world.until(lambda: "not_reachable" in logged.getvalue())
        assert services.metrics.value("povqa_bot_errors_total", type="Forbidden") == 0
        await api.world.until(lambda: not services.order._locks)
        assert await services.store.pending() == []


async def test_an_answer_that_could_not_be_sent_is_sent_after_a_restart(api, bots):
    user = api.user(1)
    async with bots.up(retry_seconds=0.5) as services:
        api.faults = Faults(1.0, ("500",))
        await api.world.until(lambda: services.metrics.value("povqa_bot_errors_total", type="polling NetworkError"))
        api.faults = None
        await user.says("青河县建成扶贫车间多少个")
        await api.world.until(lambda: api.called("sendChatAction"), 60)
        api.faults = Faults(1.0, ("500",))
        await api.world.until(lambda: services.metrics.value("povqa_bot_errors_total", type="NetworkError"))
    api.faults = None
    async with bots.up():
        await api.world.until(lambda: api.world.of_bot(1))
    assert [message["text"][:3] for message in api.world.of_bot(1)] == ["16个"]


def _answer(api, message, wanted):
    """The answer to a message; one before it may come twice, where its confirmation was lost."""
    later = api.world.of_bot(message["chat"]["id"], message["message_id"])
    return next((found for found in later if found["text"].startswith(wanted)), None)


async def chaos(api, bots, seconds, share):
    """Twenty people ask, press and edit for so long, while a share of all calls goes wrong."""
    loop, done = asyncio.get_running_loop(), []
    end = loop.time() + seconds

    async def person(number):
        rng, user = random.Random(number), api.user(number)
        while loop.time() < end:
            question, wanted = rng.choice(list(QUESTIONS.items()))
            message = await user.says(question)
            answer = await api.world.until(lambda m=message, w=wanted: _answer(api, m, w), 120)
            done.append(question)
            act = rng.random()
            if act < 0.2:
                await user.presses(answer, "👍", 120)
            elif act < 0.4:
                await user.presses(answer, "原文", 120)
            elif act < 0.5:
                question, wanted = rng.choice([pair for pair in QUESTIONS.items() if pair[0] != question])
                await user.edits(message, question)
                await api.world.until(lambda m=message, w=wanted: _answer(api, m, w), 120)
            await asyncio.sleep(rng.uniform(0, seconds / 20))

    async with bots.up() as services:
        api.faults = Faults(share, slowest=3.0)
        await asyncio.gather(*(person(number) for number in range(1, 21)))
        faults, api.faults = api.faults, None
        await api.world.until(lambda: not services.order._locks)
        assert await services.store.pending() == []
        kept = await services.store._execute("SELECT count(*), count(message_id) FROM answers")
    assert kept == [(len(done), len(done))]
    assert len(done) >= 20
    assert set(faults.done) == set(KINDS)
    assert services.metrics.value("povqa_bot_questions_total", outcome="failed") == 0
    return done, faults


async def test_a_little_chaos(api, bots):
    await chaos(api, bots, 3, 0.2)


@pytest.mark.slow
async def test_ten_minutes_of_chaos(api, bots, request):
    import os

    minutes = float(os.environ.get("CHAOS_MINUTES", "10"))
    done, faults = await chaos(api, bots, minutes * 60, 0.2)
    print(f"\n{len(done)} questions answered in {minutes} minutes; faults: {faults.done}")  # noqa: T201
