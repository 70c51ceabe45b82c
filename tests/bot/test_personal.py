"""Greeting, help, language, privacy, the owner's figures, and who may use the bot."""

import sqlite3

import pytest
from reading import buttons, labels

pytestmark = pytest.mark.anyio
WORKSHOPS = "青河县建成扶贫车间多少个"


async def test_the_examples_come_from_the_corpus_and_are_answered(api, bot):
    user = api.user(1)
    await api.world.until(lambda: len(bot.answerer.opened.examples) >= 3)
    start = await user.asks("/start")
    examples = labels(start)
    assert len(examples) == 3
    assert all(example in start["text"] for example in examples)
    for example in examples:
        await user.presses(start, example)
        answer = (await api.world.until(lambda: api.world.of_bot(1, start["message_id"])))[-1]
        assert answer["text"].startswith(f"❓ {example}\n\n")
        assert "没有找到" not in answer["text"]
        api.world.messages[1].remove(answer)
    helped = await user.asks("/help")
    assert "@povqa_test_bot" in helped["text"]
    assert examples[0] in helped["text"]


async def test_the_menu_is_set_in_both_languages(api, bot):
    await api.world.until(lambda: len(api.commands) == 6)
    assert {scope for scope, _ in api.commands} == {"default", "all_group_chats", "chat"}
    chinese, english = api.commands["default", "zh"], api.commands["default", ""]
    assert [c["command"] for c in chinese] == [c["command"] for c in english]
    assert {"ask", "new", "articles", "article", "lang", "privacy", "delete_my_data", "help"} == {
        c["command"] for c in chinese
    }
    assert chinese[0]["description"] == "提问"
    assert english[0]["description"] == "Ask a question"
    assert api.commands["chat", "zh"][-1]["command"] == "stats"


async def test_the_language_follows_the_writer_until_one_is_chosen(api, bot):
    user = api.user(1, "Ann", "en")
    assert (await user.asks("/new"))["text"].startswith("The questions before")
    assert "📄 原文" in labels(await user.asks(WORKSHOPS))
    menu = await user.asks("/lang")
    await user.presses(menu, "English")
    assert menu["text"] == "I will speak English."
    assert "📄 In its paragraph" in labels(await user.asks(WORKSHOPS))
    menu = await user.asks("/lang")
    await user.presses(menu, "As I write")
    assert "📄 原文" in labels(await user.asks(WORKSHOPS))


async def test_delete_my_data_asks_and_then_deletes_everything_of_that_person(api, bots):
    user, other = api.user(1), api.user(2)
    async with bots.up():
        answer = await user.asks(WORKSHOPS)
        await other.asks(WORKSHOPS)
        await user.presses(answer, "👍")
        await user.presses(await user.asks("/lang"), "中文")
        asked = await user.asks("/delete_my_data")
        await user.presses(asked, "不删除")
        assert asked["text"] == "没有删除任何内容。"
        asked = await user.asks("/delete_my_data")
        await other.presses_data(asked, buttons(asked)[0]["callback_data"])
        assert asked["text"].startswith("要删除")
        await user.presses(asked, "全部删除")
        assert asked["text"].startswith("已删除:1 条问答")
        assert "不再保存" in (await user.presses(answer, "原文"))["text"]
    db = sqlite3.connect(bots.data)
    assert db.execute("SELECT DISTINCT user_id FROM answers").fetchall() == [(2,)]
    assert db.execute("SELECT count(*) FROM ratings").fetchone() == (0,)
    assert db.execute("SELECT count(*) FROM users").fetchone() == (0,)
    assert db.execute("SELECT count(*) FROM updates WHERE payload IS NOT NULL").fetchone() == (0,)
    db.close()


async def test_privacy_says_how_long_things_are_kept(api, bots):
    async with bots.up(keep_days=17):
        assert "17 天" in (await api.user(1).asks("/privacy"))["text"]


async def test_stats_are_for_the_owner(api, bot):
    user, owner = api.user(1), api.user(900)
    await user.asks(WORKSHOPS)
    assert (await user.asks("/stats"))["text"] == "该命令仅限管理员使用。"
    said = (await owner.asks("/stats"))["text"]
    assert "generation-000001,4 篇文章" in said
    assert "用户 1\n" in said
    assert "已答 1,未找到 0,失败 0" in said


async def test_an_unknown_command_is_told_where_to_look(api, bot):
    user = api.user(1)
    assert "/help" in (await user.asks("/forget everything"))["text"]
    group = api.world.group()
    await user.says("/forget", chat=group)
    await user.says("/remove 1", chat=group)
    await user.says("/add https://example.org", chat=group)
    await user.asks(f"/ask {WORKSHOPS}", chat=group)
    assert len(api.world.of_bot(group)) == 1


async def test_only_those_allowed_are_served(api, bots):
    guest, stranger, owner = api.user(1), api.user(2), api.user(900)
    group = api.world.group(-1001)
    async with bots.up(allow="1,-1001", owners="900") as services:
        assert (await guest.asks(WORKSHOPS))["text"].startswith("16个")
        assert (await owner.asks(WORKSHOPS))["text"].startswith("16个")
        refused = await stranger.asks(WORKSHOPS)
        assert "仅限受邀者" in refused["text"]
        assert refused["text"].endswith("2")
        await stranger.says("还是想问")
        assert (await stranger.asks(f"/ask {WORKSHOPS}", chat=group))["text"].startswith("16个")
        assert len(api.world.of_bot(2)) == 1
        assert (await stranger.types_inline(WORKSHOPS))["results"] == []
        assert "仅限受邀者" in (await stranger.presses_data(refused, "u:1:1"))["text"]
        assert services.metrics.value("povqa_bot_refused_total", why="not_allowed") == 4
