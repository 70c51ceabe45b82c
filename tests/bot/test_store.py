"""What the bot keeps, and for how long."""

import json
import sqlite3
import stat
import time
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from povqa import Citation, PovqaError
from povqa_bot import store as store_module
from povqa_bot.cli import feedback
from povqa_bot.limits import Limits
from povqa_bot.records import Asked, Found, Layout
from povqa_bot.settings import BotSettings
from povqa_bot.store import Store, connect, migrations

pytestmark = pytest.mark.anyio
CITED = Citation("共有 16个车间。", "qinghe", "题", None, None, "p", 0, 9, ((3, 6),), 0.9)
NEXT = Citation("共有11个车间。", "nanping", "题", None, None, "p", 0, 8, ((2, 5),), 0.8)
FOUND = Found(Layout.ONE, "number", None, ("16个", "11个"), (CITED, NEXT), (), "g")
ASKED = Asked(1, 2, 3, "多少个车间", (), "zh", FOUND, time.time())


@pytest.fixture
async def store(tmp_path):
    opened = Store(tmp_path / "deep" / "bot.sqlite3")
    await opened.open()
    yield opened
    await opened.close()


async def test_an_update_is_new_once(store):
    assert [await store.remember(7, "{}"), await store.remember(7, "{}")] == [True, False]
    await store.done(7)
    assert [await store.remember(7, "{}"), await store.pending()] == [False, []]


async def test_an_edited_question_keeps_its_answers_number(store):
    first = await store.save(ASKED)
    await store.sent(first, 44)
    again = await store.save(replace(ASKED, question="多少个村"))
    kept = await store.answer(first)
    assert again == first
    assert (kept.question, kept.message_id, kept.found) == ("多少个村", 44, FOUND)
    assert await store.save(replace(ASKED, question_message_id=None)) != await store.save(
        replace(ASKED, question_message_id=None)
    )


async def test_a_group_that_moved_keeps_its_answers(store):
    number = await store.save(ASKED)
    await store.sent(number, 44)
    await store.move_chat(1, -1001)
    assert (await store.answer_in(-1001, 44)).id == number
    assert await store.answer_in(1, 44) is None


async def test_old_answers_go_and_rated_ones_stay(store):
    old = await store.save(replace(ASKED, asked=time.time() - 1000))
    rated = await store.save(replace(ASKED, asked=time.time() - 1000, question_message_id=4))
    young = await store.save(replace(ASKED, question_message_id=5, asked=time.time()))
    await store.rate(rated, 2, True)
    assert await store.purge(time.time() - 500) == 1
    assert [await store.answer(number) is None for number in (old, rated, young)] == [True, False, False]


async def test_old_rated_answers_stay_without_anybodys_number(store):
    old = replace(ASKED, asked=time.time() - 1000)
    number = await store.save(old)
    await store.sent(number, 44)
    for person, good in ((2, True), (5, True), (6, False)):
        await store.rate(number, person, good)
    young = await store.save(replace(ASKED, question_message_id=5, asked=time.time()))
    await store.rate(young, 2, True)
    for _ in range(2):
        await store.purge(time.time() - 500)
    numbers = "SELECT chat_id, user_id, question_message_id, message_id, question FROM answers ORDER BY id"
    assert await store._execute(numbers) == [(0, 0, None, None, ASKED.question), (1, 2, 5, None, ASKED.question)]
    assert [row[0] > 0 for row in await store._execute("SELECT user_id FROM ratings ORDER BY answer_id")] == [
        False, False, False, True
    ]  # fmt: skip
    [(_, good, bad), _] = await store.run(lambda db: list(store_module.rated(db)))
    assert (good, bad) == (2, 1)
    assert (await store.counts(0))["people"] == 1
    assert await store.delete_user(2) == 1
    assert (await store.counts(0))["questions"] == 1


def written(store):
    """All bytes that stand on disk for the store, SQLite's log of changes among them."""
    return b"".join(path.read_bytes() for path in store._path.parent.iterdir())


async def test_what_a_person_deletes_stands_nowhere_on_disk(store):
    own, sent = "青河县的秘密", {"from": {"id": 2}, "text": "青河县的秘密"}
    await store.save(replace(ASKED, question=own, question_message_id=8))
    await store.save(replace(ASKED, question="后来呢", history=(own, "再前一问"), user_id=9))
    await store.remember(7, json.dumps({"message": sent}, ensure_ascii=False))
    await store.remember(8, json.dumps({"message": {"from": {"id": 9}, "reply_to_message": sent}}, ensure_ascii=False))
    await store.remember(9, json.dumps({"message": {"from": {"id": 9}, "text": "旁人的问题"}}, ensure_ascii=False))
    assert own.encode() in written(store)
    assert await store.delete_user(2) == 1
    assert own.encode() not in written(store)
    assert await store._execute("SELECT question, history FROM answers") == [("后来呢", '["再前一问"]')]
    assert [json.loads(payload)["message"]["text"] for payload in await store.pending()] == ["旁人的问题"]


async def test_what_time_deletes_stands_nowhere_on_disk(store):
    await store.save(replace(ASKED, question="很久以前的秘密", asked=time.time() - 1000))
    assert await store.purge(time.time() - 500) == 1
    assert "很久以前的秘密".encode() not in written(store)


async def test_the_file_is_for_its_owner_only(store):
    assert stat.S_IMODE(store._path.stat().st_mode) == 0o600


def test_a_later_step_is_applied_to_existing_data_and_once(tmp_path, monkeypatch):
    connect(tmp_path / "bot.sqlite3").close()
    steps = migrations()
    later = steps[-1][0] + 1
    monkeypatch.setattr(store_module, "migrations", lambda: [*steps, (later, "ALTER TABLE users ADD COLUMN x TEXT;")])
    for _ in range(2):
        db = connect(tmp_path / "bot.sqlite3")
        assert db.execute("PRAGMA user_version").fetchone() == (later,)
        db.execute("SELECT x FROM users")
        db.close()
    monkeypatch.undo()
    with pytest.raises(PovqaError, match="newer povqa"):
        connect(tmp_path / "bot.sqlite3")


def test_a_file_that_is_no_database_is_one_clear_line(tmp_path):
    (tmp_path / "bot.sqlite3").write_bytes(b"not a database" * 100)
    with pytest.raises(PovqaError, match="POVQA_BOT_DATA"):
        connect(tmp_path / "bot.sqlite3")


async def test_feedback_is_exported_in_the_format_of_the_evaluation_set(store):
    from povqa.evaluation.questions import Question

    good = await store.save(ASKED)
    twin = await store.save(replace(ASKED, question_message_id=4, user_id=9))
    bad = await store.save(replace(ASKED, question="多少个村", history=("前一问",), question_message_id=5))
    right = replace(
        ASKED,
        question="月球",
        question_message_id=6,
        found=Found(Layout.NOTHING, "other", "off_topic", (), (), (), "g"),
    )
    listed = replace(
        ASKED, question="哪些", question_message_id=7, found=replace(FOUND, layout=Layout.LIST, kind="list")
    )
    silent, several = await store.save(right), await store.save(listed)
    for number, user in ((good, 2), (good, 3), (twin, 9), (bad, 2), (silent, 2), (several, 2)):
        await store.rate(number, user, number != bad)
    printed = CliRunner().invoke(feedback, ["--data", str(store._path)])
    assert printed.exit_code == 0
    lines = [json.loads(line) for line in printed.output.splitlines()]
    assert [line["question"] for line in lines] == ["多少个车间", "多少个村", "月球", "哪些"]
    assert lines[0] == {
        "id": f"feedback-{good:06}", "question": "多少个车间", "history": [], "type": "number", "articles": ["qinghe"],
        "answers": {"any": ["16个"]}, "evidence": ["共有16个车间。"], "answerable": True, "split": "dev",
        "note": "rated by users: 3 good, 0 bad; answered 16个",
    }  # fmt: skip
    assert (lines[1]["answerable"], lines[1]["answers"], lines[1]["history"]) == (False, {}, ["前一问"])
    assert "check by hand" in lines[1]["note"]
    assert (lines[2]["answerable"], lines[2]["note"]) == (False, "rated by users: 1 good, 0 bad; nothing found")
    assert (lines[3]["answers"], lines[3]["evidence_mode"]) == ({"all": [["16个"], ["11个"]]}, "all")
    for line in lines:
        Question.model_validate(line)
    only = CliRunner().invoke(feedback, ["--data", str(store._path), "--only", "bad"])
    assert [json.loads(line)["question"] for line in only.output.splitlines()] == ["多少个村"]


def test_feedback_without_data_is_one_clear_line(tmp_path):
    result = CliRunner().invoke(feedback, ["--data", str(tmp_path / "none")])
    assert isinstance(result.exception, PovqaError)


def test_limits_leak_and_tell_once():
    limits = Limits(2, 3)
    assert [limits.take(1, -5, now) for now in (0, 0)] == [None, None]
    first, second = limits.take(1, -5, 0), limits.take(1, -5, 1)
    assert (first.seconds, first.tell, second.tell) == (30, True, False)
    assert limits.take(2, -5, 1) is None
    assert limits.take(3, -5, 1) is not None
    assert limits.take(3, 3, 1) is None
    assert limits.take(1, 1, 31) is None


def test_settings_come_from_the_environment_and_files(monkeypatch, tmp_path):
    (tmp_path / "token").write_text("5:abcDEF_-\n")
    monkeypatch.setenv("POVQA_BOT_TOKEN_FILE", str(tmp_path / "token"))
    monkeypatch.setenv("POVQA_BOT_OWNERS", "1, 2,3")
    settings = BotSettings.load(allow=(4,))
    assert (settings.bot_token(), settings.owners, settings.allow) == ("5:abcDEF_-", (1, 2, 3), (4,))
    assert "abcDEF" not in repr(BotSettings.load(token="5:abcDEF_-"))


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [("TOKEN_FILE", "/nowhere/token", "POVQA_BOT_TOKEN_FILE cannot be read"), ("TOKEN", "secret", "not of the form"),
     ("TOKEN", "", "no bot token"), ("WORKERS", "0", "POVQA_BOT_WORKERS has no legal value"),
     ("OWNERS", "me", "POVQA_BOT_OWNERS has no legal value")]
)  # fmt: skip
def test_a_wrong_setting_is_one_clear_line_without_the_secret(monkeypatch, name, value, said):
    monkeypatch.setenv(f"POVQA_BOT_{name}", value)
    with pytest.raises(PovqaError, match=said) as caught:
        BotSettings.load().bot_token()
    assert "secret" not in str(caught.value)
    assert "\n" not in str(caught.value)


def test_every_setting_is_documented():
    page = (Path(__file__).resolve().parents[2] / "docs" / "bot.md").read_text(encoding="utf-8")
    for name, setting in BotSettings.model_fields.items():
        assert f"| `POVQA_BOT_{name.upper()}` |" in page
        assert str(setting.description) in page


def test_deleting_leaves_nothing_in_the_file(tmp_path):
    db = connect(tmp_path / "bot.sqlite3")
    with db:
        db.execute("INSERT INTO users VALUES (1, 'verysecretword')")
    with db:
        db.execute("DELETE FROM users")
    db.close()
    assert b"verysecretword" not in (tmp_path / "bot.sqlite3").read_bytes()
    assert isinstance(db, sqlite3.Connection)
