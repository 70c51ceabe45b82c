"""Buttons under answers, also after a restart and when the index has changed."""

from dataclasses import replace

import pytest
from reading import buttons, labels, pieces

from conftest import Bots, write_index
from corpus import ARTICLES, QINGHE

pytestmark = pytest.mark.anyio
WORKSHOPS = "青河县建成扶贫车间多少个"


@pytest.fixture
def own_bots(api, tmp_path):
    """Bots whose index a test may change."""
    write_index(tmp_path / "index")
    return Bots(api, tmp_path / "index", tmp_path / "bot.sqlite3")


async def test_the_sentence_is_shown_in_its_paragraph_and_back(api, bot):
    user = api.user(1)
    answer = await user.asks(WORKSHOPS)
    before = dict(answer)
    await user.presses(answer, "原文")
    assert "青河县重点发展肉牛" in pieces(answer, "blockquote")[0]
    assert pieces(answer, "bold") == ["青河县投入产业扶贫资金2300万元,建成扶贫车间16个,吸纳贫困户就业512人。"]
    assert pieces(answer, "underline") == ["16个"]
    assert [button["url"] for button in buttons(answer) if "url" in button] == ["https://news.example.org/qinghe"]
    await user.presses(answer, "返回答案")
    assert {key: answer[key] for key in ("text", "entities", "reply_markup")} == {
        key: before[key] for key in ("text", "entities", "reply_markup")
    }
    assert api.rejected == []


async def test_the_article_can_be_read_on_as_a_message_of_its_own(api, bot):
    user = api.user(1)
    answer = await user.asks(WORKSHOPS)
    await user.presses(answer, "原文")
    await user.presses(answer, "阅读全文")
    article = await user.hears(answer)
    assert article["text"].startswith("青河县打赢脱贫攻坚战\n青河日报 · 2018-02-03 · 青河县")
    assert "吸纳贫困户就业512人" in article["text"]
    assert "返回答案" in "".join(labels(answer))


async def with_next_best(api, bot, user):
    """An answer of two sentences: that of a question, and that of another one after it."""
    answer = await user.asks(WORKSHOPS)
    kept = await bot.store.answer_to(1, answer["message_id"] - 1)
    other = await bot.answerer.ask("东沟镇改造鱼塘多少亩")
    both = replace(kept.found, citations=kept.found.citations[:1] + other.citations[:1])
    await bot.store.save(replace(kept, found=both))
    await user.presses_data(answer, f"t:{kept.id}:0:0")
    await user.presses_data(answer, f"v:{kept.id}:0")
    return answer


async def test_the_next_best_answers_are_paged(api, bot):
    user = api.user(1)
    answer = await with_next_best(api, bot, user)
    assert "其他答案 ▶" in labels(answer)
    assert pieces(answer, "bold")[0] == "16个"
    await user.presses(answer, "其他答案")
    assert pieces(answer, "bold")[0] == "640亩"
    assert "2/2" in labels(answer)
    await user.presses(answer, "原文")
    assert "鱼塘" in answer["text"]
    await user.presses(answer, "返回答案")
    assert "2/2" in labels(answer)
    await user.presses(answer, "◀")
    assert pieces(answer, "bold")[0] == "16个"


async def test_a_rating_shows_and_can_be_taken_back(api, bot):
    user = api.user(1)
    answer = await user.asks(WORKSHOPS)
    assert (await user.presses(answer, "👍"))["text"] == "谢谢!很高兴有用。"
    await api.world.until(lambda: "👍 ✓" in labels(answer))
    await user.presses(answer, "👎")
    await api.world.until(lambda: {"👍", "👎 ✓"} <= set(labels(answer)))
    assert (await user.presses(answer, "👎"))["text"] == "已取消评价。"
    await api.world.until(lambda: {"👍", "👎"} <= set(labels(answer)))
    assert await bot.store.counts(0) == {"people": 1, "questions": 1, "recent": 1, "good": 0, "bad": 0}


async def test_a_rating_on_a_later_page_stays_on_that_page(api, bot):
    user = api.user(1)
    answer = await with_next_best(api, bot, user)
    await user.presses(answer, "其他答案")
    text = answer["text"]
    await user.presses(answer, "👍")
    await api.world.until(lambda: "👍 ✓" in labels(answer))
    assert answer["text"] == text
    assert "◀" in labels(answer)


async def test_in_a_group_everybody_rates_for_themselves(api, bot):
    group, one, other = api.world.group(), api.user(1), api.user(2)
    answer = await one.asks(f"/ask {WORKSHOPS}", chat=group)
    await one.presses(answer, "👍")
    await other.presses(answer, "👎")
    counts = await bot.store.counts(0)
    assert (counts["good"], counts["bad"]) == (1, 1)
    assert {"👍", "👎"} <= set(labels(answer))


async def test_buttons_and_conversations_survive_a_restart(api, bots):
    user = api.user(1)
    async with bots.up():
        answer = await user.asks("青河县有多少个贫困村")
    async with bots.up() as services:
        await user.presses(answer, "原文")
        assert "📄" not in "".join(labels(answer))
        await user.presses(answer, "返回答案")
        await user.presses(answer, "👍")
        assert (await services.store.counts(0))["good"] == 1
        assert (await user.asks("那行政村呢"))["text"].startswith("48个")


async def test_what_the_index_has_lost_is_said_politely_with_a_way_on(api, own_bots):
    user = api.user(1)
    async with own_bots.up() as services:
        answer = await user.asks(WORKSHOPS)
        changed = replace(QINGHE, text="今年的新消息。" + QINGHE.text)
        write_index(own_bots.folder, [changed, *ARTICLES[1:]])
        await api.world.until(lambda: services.answerer.opened.name == "generation-000002")
        pressed = await user.presses(answer, "原文")
        assert pressed["show_alert"]
        assert pressed["text"] == "文章在这之后有了更新,请重新提问。"
        await api.world.until(lambda: labels(answer) == ["重新提问"])
        await user.presses(answer, "重新提问")
        again = await user.hears(answer)
        assert again["text"].startswith(f"❓ {WORKSHOPS}\n\n16个")
        await user.presses(again, "原文")
        assert "今年的新消息" not in again["text"]
        assert pieces(again, "underline") == ["16个"]


async def test_an_article_that_has_gone_is_missed_politely(api, own_bots):
    user = api.user(1)
    async with own_bots.up() as services:
        answer = await user.asks(WORKSHOPS)
        listed = await user.asks("/articles")
        example = await user.asks("/start")
        write_index(own_bots.folder, ARTICLES[1:2])
        await api.world.until(lambda: services.answerer.opened.name == "generation-000002")
        assert (await user.presses(answer, "原文"))["show_alert"]
        assert "不在库中" in (await user.presses(listed, "2"))["text"]
        for button in buttons(example):
            if "白石" not in button["text"]:
                assert "/help" in (await user.presses(example, button["text"]))["text"]


FOREIGN = ("t:1:0:0", "t:99:0:0", "v:1:99", "u:x:1", "q", "-", "t", "t:1", "A", "A:x", "P", "P:x:1", "L:-1", "l:fr",
           "d:1", "r:1:7", "é:٣", "v:" + "9" * 60)  # fmt: skip


async def test_foreign_buttons_do_no_harm(api, bot):
    owner, stranger = api.user(1), api.user(2)
    await owner.asks(WORKSHOPS)
    message = await stranger.asks("/help")
    for data in FOREIGN:
        assert "callback_query_id" in await stranger.presses_data(message, data)
    assert "16个" not in message["text"]
    assert bot.metrics.value("povqa_bot_errors_total", type="ValueError") == 0
    assert bot.metrics.value("povqa_bot_errors_total", type="OverflowError") == 0


async def test_a_button_of_a_blocked_message_still_ends_its_waiting(api, bot):
    user = api.user(1)
    answer = await user.asks(WORKSHOPS)
    api.world.messages[1].remove(answer)
    assert "不再保存" in (await user.presses(answer, "原文"))["text"]
