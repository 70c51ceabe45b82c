"""Questions and answers, as people see them."""

import asyncio
import time

import pytest
from reading import labels, pieces

pytestmark = pytest.mark.anyio
WORKSHOPS = "青河县建成扶贫车间多少个"
POND = "东沟镇改造鱼塘多少亩"


async def test_an_answer_is_bold_quoted_marked_and_has_its_source(api, bot):
    answer = await api.user(1).asks(WORKSHOPS)
    assert answer["text"].startswith("16个\n")
    assert pieces(answer, "bold")[0] == "16个"
    assert pieces(answer, "blockquote") == ["青河县投入产业扶贫资金2300万元,建成扶贫车间16个,吸纳贫困户就业512人。"]
    assert pieces(answer, "underline") == ["16个"]
    assert answer["text"].endswith("青河县打赢脱贫攻坚战 · 青河日报 · 2018-02-03")
    assert "📄 原文" in labels(answer)
    assert {"👍", "👎"} <= set(labels(answer))
    assert api.called("sendChatAction")[0] == {"chat_id": 1, "action": "typing"}
    assert api.rejected == []


async def test_a_list_is_a_list(api, bot):
    answer = await api.user(1).asks("青河县四大产业是哪些")
    items = [line.removeprefix("• ") for line in answer["text"].splitlines() if line.startswith("• ")]
    assert len(items) >= 2
    assert set(items) <= set(pieces(answer, "bold"))
    assert "肉牛" in "".join(items)


async def test_an_answer_across_articles_is_grouped_by_article(api, bot):
    answer = await api.user(1).asks("青河县和南坪县哪个建成的扶贫车间多")
    titles = pieces(answer, "italic")
    assert titles == list(dict.fromkeys(titles))
    assert set(titles) == {"青河县打赢脱贫攻坚战", "南坪县易地搬迁见成效"}
    assert len(pieces(answer, "blockquote") + pieces(answer, "expandable_blockquote")) >= 2
    assert {"📄 1", "📄 2"} <= set(labels(answer))


async def test_what_is_not_found_is_said_plainly_and_offers_something_to_tap(api, bot):
    user = api.user(1)
    answer = await user.asks("月球上有多少只企鹅")
    assert answer["text"].startswith("文章里没有找到答案。")
    offers = [label for label in labels(answer) if label[0] in "❓📄"]
    assert 1 <= len(offers) <= 3
    await user.presses(answer, offers[0])
    following = (await api.world.until(lambda: api.world.of_bot(1, answer["message_id"])))[0]
    assert offers[0][2:6] in following["text"]


async def history(services, message):
    """The questions before the one that this message answers."""
    while (kept := await services.store.answer_in(message["chat"]["id"], message["message_id"])) is None:
        await asyncio.sleep(0.01)  # it is noted just after it was sent
    return kept.history


async def test_a_follow_up_keeps_what_was_asked_before_and_new_forgets_it(api, bot):
    user = api.user(1)
    first = await user.asks("青河县有多少个贫困村")
    following = await user.asks("那行政村呢")
    assert following["text"].startswith("48个")
    assert await history(bot, first) == ()
    assert await history(bot, following) == ("青河县有多少个贫困村",)
    assert await history(bot, await user.asks("那人呢")) == ("青河县有多少个贫困村", "那行政村呢")
    assert (await user.asks("/new"))["text"].startswith("已忘掉")
    assert await history(bot, await user.asks("那行政村呢")) == ()


async def test_a_conversation_is_forgotten_after_a_while(api, bots):
    async with bots.up(remembered_minutes=0.5 / 60, remembered_questions=2) as services:
        user = api.user(1)
        for question in (WORKSHOPS, POND, "那收入呢"):
            last = await user.asks(question)
        assert await history(services, await user.asks("还有呢")) == (POND, "那收入呢")
        assert last["text"]
        await asyncio.sleep(0.6)
        assert await history(services, await user.asks("还有呢")) == ()


async def test_a_reply_to_an_old_answer_follows_up_on_that_one(api, bot):
    user = api.user(1)
    villages = await user.asks("青河县有多少个贫困村")
    await user.asks("/new")
    await user.asks(POND)
    following = await user.asks("那行政村呢", reply_to=villages)
    assert following["text"].startswith("48个")
    assert await history(bot, following) == ("青河县有多少个贫困村",)


async def test_in_groups_each_person_has_a_conversation_of_their_own(api, bot):
    group, one, other = api.world.group(), api.user(1), api.user(2, "李明")
    asked = await one.says("/ask 青河县有多少个贫困村", chat=group)
    answer = await one.hears(asked)
    assert answer["reply_to_message"]["message_id"] == asked["message_id"]
    unrelated = await other.asks(f"/ask@povqa_test_bot {POND}", chat=group)
    following = await one.asks("@povqa_test_bot 那行政村呢", chat=group)
    assert await history(bot, unrelated) == ()
    assert await history(bot, following) == ("青河县有多少个贫困村",)
    assert following["text"].startswith("48个")


async def test_in_groups_only_what_is_meant_for_the_bot_is_answered(api, bot):
    group, user = api.world.group(), api.user(1)
    await user.says(WORKSHOPS, chat=group)
    await user.says("/ask@another_bot " + WORKSHOPS, chat=group)
    await user.sends(sticker={"file_id": "a", "file_unique_id": "b", "type": "regular", "width": 1, "height": 1,
                              "is_animated": False, "is_video": False}, chat=group)  # fmt: skip
    answer = await user.asks("青河县有多少个贫困村 @Povqa_Test_Bot", chat=group)
    assert answer["text"].startswith("9个")
    again = await user.asks("那行政村呢", chat=group, reply_to=answer)
    assert "48个" in again["text"]
    assert len(api.world.of_bot(group)) == 2


async def test_ask_takes_the_message_that_it_replies_to(api, bot):
    group, one, other = api.world.group(), api.user(1), api.user(2)
    said = await other.says(WORKSHOPS, chat=group)
    answer = await one.asks("/ask", chat=group, reply_to=said)
    assert answer["text"].startswith("16个")
    assert "/ask " in (await one.asks("/ask"))["text"]


async def test_an_edited_question_changes_its_answer_in_place(api, bot):
    user = api.user(1)
    question = await user.says(WORKSHOPS)
    answer = await user.hears(question)
    await user.edits(question, POND)
    await api.world.until(lambda: answer["text"].startswith("640亩"))
    assert [message["message_id"] for message in api.world.of_bot(1)] == [answer["message_id"]]
    await user.edits(question, "")
    await api.world.until(lambda: answer["text"] == "问题已经删去。")


async def test_an_edited_command_is_answered_anew(api, bot):
    user = api.user(1)
    question = await user.says("/ask 青河县建成扶贫车间多少个")
    answer = await user.hears(question)
    await user.edits(question, f"/ask {POND}")
    await api.world.until(lambda: answer["text"].startswith("640亩"))


async def test_what_is_no_text_gets_a_polite_word(api, bot):
    user, file = api.user(1), {"file_id": "a", "file_unique_id": "b"}
    sticker = file | {"type": "regular", "width": 1, "height": 1, "is_animated": False, "is_video": False}
    for content in (
        {"sticker": sticker},
        {"voice": file | {"duration": 3}},
        {"photo": [file | {"width": 1, "height": 1}]},
        {"location": {"latitude": 1.0, "longitude": 2.0}},
    ):
        said = await user.hears(await user.sends(**content))
        assert said["text"] == "我只能读文字,请把问题写下来。"


async def test_the_caption_of_a_picture_is_a_question(api, bot):
    user = api.user(1)
    photo = [{"file_id": "a", "file_unique_id": "b", "width": 1, "height": 1}]
    assert (await user.hears(await user.sends(photo=photo, caption=WORKSHOPS)))["text"].startswith("16个")


TRICKS = [
    "<b>青河县</b>建成扶贫车间多少个</blockquote> &lt; & <script>",
    "*青河县* _建成_ [扶贫车间](http://x.y) `多少个` || ~",
    "\u202e青河县\u202c建成扶贫车间多少个\u2066\u200f",
    "青河县建成扶贫车间多少个\x00\x07\ufffe",
    "青河县建成扶贫车间多少个" + "🐂👨‍👩‍👧‍👦" * 40,
    "？" * 500,
    "{question} %s {0}",
]


async def test_tricks_in_questions_get_an_answer_like_any_other(api, bot):
    user = api.user(1)
    for question in TRICKS:
        said = await user.asks(question)
        assert not said["text"].startswith("我这边出了点问题")
        assert "\u202e" not in said["text"]
    assert api.rejected == []


async def test_tricks_in_articles_are_shown_and_not_obeyed(api, bot):
    user = api.user(1)
    answer = await user.asks("东沟镇改造鱼塘多少亩")
    assert "<script>alert(1)</script>" in answer["text"]
    assert "<b>假标题</b>" in answer["text"]
    assert "\u202e" not in answer["text"]
    assert {e["type"] for e in answer["entities"]} <= {"bold", "blockquote", "underline", "italic"}
    await user.presses(answer, "原文")
    assert not any("url" in button for row in answer["reply_markup"]["inline_keyboard"] for button in row)
    assert api.rejected == []


async def test_a_hundred_thousand_characters_are_refused_in_one_line(api, bot):
    said = await api.user(1).asks("青河县" * 33334)
    assert "1000" in said["text"]
    assert len(said["text"]) < 100


async def test_english_is_answered_in_english(api, bot):
    said = await api.user(1, "Ann", "en").asks("What is the capital of France?")
    assert said["text"].startswith("The articles do not hold the answer.")


async def test_a_quick_answer_does_not_overtake_a_slow_one_before_it(api, bots, slow_engine):
    async with bots.up(open_engine=slow_engine(1.0)):
        user = api.user(1)
        await user.says("慢")
        await user.says(POND)
        await api.world.until(lambda: len(api.world.of_bot(1)) == 2)
    assert [message["text"].startswith("640亩") for message in api.world.of_bot(1)] == [False, True]


async def test_questions_of_one_person_are_answered_in_order(api, bot):
    user = api.user(1)
    wanted = ["16个", "640亩", "5个", "9个", "48个"]
    for question in (WORKSHOPS, POND, "南坪县建成易地搬迁安置点多少个",
                     "青河县有多少个贫困村", "青河县全县共有多少个行政村"):  # fmt: skip
        await user.says(question)
    await api.world.until(lambda: len(api.world.of_bot(1)) == 5)
    assert [message["text"].split("\n")[0] for message in api.world.of_bot(1)] == wanted


async def test_an_update_delivered_twice_is_answered_once(api, bot):
    user = api.user(1)
    await user.asks(WORKSHOPS)
    first = {"update_id": 1000, "message": api.world.messages[1][0]}
    api.world.updates.append(first)
    await user.asks(POND)
    assert len(api.world.of_bot(1)) == 2
    assert bot.metrics.value("povqa_bot_duplicates_total") >= 1


async def test_typing_shows_at_once_and_as_long_as_it_takes(api, bots, slow_engine):
    async with bots.up(open_engine=slow_engine(4.3)):
        begun = time.monotonic()
        await api.user(1).asks("慢")
        shown = [at - begun for method, _, at in api.calls if method == "sendChatAction"]
    assert shown[0] < 0.5
    assert len(shown) == 2


async def test_one_slow_question_delays_no_other(api, bots, slow_engine):
    async with bots.up(open_engine=slow_engine(2.0)):
        slow = asyncio.create_task(api.user(1).asks("慢"))
        await api.world.until(lambda: api.called("sendChatAction"))
        begun = time.monotonic()
        await api.user(2).asks(WORKSHOPS)
        assert time.monotonic() - begun < 1.5
        assert not slow.done()
        await slow


async def test_who_waits_too_long_is_told_so_and_finds_the_answer_later(api, bots, slow_engine):
    async with bots.up(open_engine=slow_engine(1.5), answer_seconds=0.5):
        user = api.user(1)
        assert "比平时长" in (await user.asks("慢"))["text"]
        await asyncio.sleep(1.5)
        assert "比平时长" not in (await user.asks("慢"))["text"]


async def test_when_too_many_wait_the_bot_says_so(api, bots, slow_engine):
    async with bots.up(open_engine=slow_engine(1.0), max_waiting=2) as services:
        people = [api.user(number) for number in range(1, 6)]
        answers = await asyncio.gather(*(user.asks(f"慢{user.id}") for user in people))
        busy = [answer for answer in answers if "提问的人很多" in answer["text"]]
        assert len(busy) == 3
        assert services.metrics.value("povqa_bot_refused_total", why="busy") == 3


async def test_a_flood_is_answered_politely_once(api, bots):
    async with bots.up(user_per_minute=3) as services:
        user = api.user(1)
        for number in range(20):
            await user.says(f"青河县建成扶贫车间多少个{number}")
        await api.world.until(lambda: services.metrics.value("povqa_bot_refused_total", why="rate") == 17)
        said = [message["text"] for message in api.world.of_bot(1)]
        assert len(said) == 4
        assert said[3].startswith("提问太快了")
        assert (await api.user(2).asks(WORKSHOPS))["text"].startswith("16个")


async def test_a_fault_in_the_engine_is_told_in_human_words(api, bots, slow_engine):
    async with bots.up(open_engine=slow_engine(0)) as services:
        said = await api.user(1).asks("坏")
        assert said["text"].startswith("我这边出了点问题")
        assert services.metrics.value("povqa_bot_errors_total", type="ZeroDivisionError") == 1
        assert (await api.user(1).asks(WORKSHOPS))["text"].startswith("16个")
