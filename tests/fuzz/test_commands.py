"""What people type to the bot and on the command line: a line in their language where it is none, never a fault."""

import datetime
import json
import re
from contextlib import suppress
from types import SimpleNamespace

import click
import pytest
from botapi.markup import utf16
from click.testing import CliRunner
from hypothesis import strategies as st
from telegram import Bot, Message
from telegram.ext import CommandHandler

from fuzz.grammar import ODD, PLACES, lines, questions, sentences, texts
from fuzz.profile import fuzzed
from povqa.cli import main
from povqa.cli.ask import make_filters
from povqa.cli.batch import BatchQuestion, read_line
from povqa.config import Settings
from povqa.encoder.models import folder_of
from povqa.engine import build
from povqa.errors import ConfigError, QuestionError
from povqa_bot.answerer import Entry
from povqa_bot.curator import bare_name, without_paths
from povqa_bot.handlers.asking import question_in, speaks_to
from povqa_bot.handlers.browsing import named
from povqa_bot.handlers.uploads import LINK
from povqa_bot.keyboards import parse
from tiny_model import write_tiny_model

BOT = Bot("123456:" + "A" * 35)
BOT._bot_user = SimpleNamespace(id=7, username="povqa_bot", first_name="b")  # what getMe would tell
_COMMANDS = ["ask", "new", "article", "lang", "add", "remove", "ask@povqa_bot", "ASK", "ask@other_bot", "", "é"]
typed = st.one_of(
    st.tuples(
        st.sampled_from(["/", "", "@povqa_bot ", "／"]),
        st.sampled_from(_COMMANDS),
        st.sampled_from([" ", "\n", "", "  ", "\u3000"]),
        texts,
    ).map("".join),
    texts,
).filter(lambda text: not re.search("[\ud800-\udfff]", text))  # JSON from Telegram is UTF-8
entities = st.lists(
    st.fixed_dictionaries(
        {
            "type": st.sampled_from(["bot_command", "mention", "text_mention", "bold", "url", "custom_emoji"]),
            "offset": st.sampled_from([0, 0, 1, 4, 30]),
            "length": st.sampled_from([1, 4, 10, 30]),
        },
        optional={"user": st.just({"id": 7, "is_bot": True, "first_name": "b"})},
    ),
    max_size=3,
)


def in_units(mark, text):
    """An entity by code points as Telegram gives it: within the text, in UTF-16 units."""
    begin = min(mark["offset"], len(text) - 1)
    before, inside = text[:begin], text[begin : begin + mark["length"]]
    return {**mark, "offset": utf16(before), "length": utf16(inside)}


@fuzzed(typed, entities, st.booleans(), thousands=6)
def test_a_message_holds_a_question_or_none(text, marks, caption):
    kinds = ("caption", "caption_entities") if caption else ("text", "entities")
    data = {
        "message_id": 1, "date": int(datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC).timestamp()),
        "chat": {"id": 5, "type": "group"}, kinds[0]: text,
        kinds[1]: [in_units(mark, text) for mark in marks] if text else [],
        "from": {"id": 9, "is_bot": False, "first_name": "a"},
    }  # fmt: skip
    message = Message.de_json(data, BOT)
    question = question_in(message, BOT)
    assert question is None or question == question.strip()
    assert question is not None or not text
    assert speaks_to(message, BOT) in (True, False)
    handler = CommandHandler("ask", print)
    assert handler.check_update(message) is None  # a message alone is no update
    assert LINK.match(text) is None or len(text.split()) == 1


@fuzzed(st.one_of(typed, lines, st.integers().map(str), st.sampled_from(["１", "٣", "²", "9" * 5000])), thousands=2)
def test_an_article_is_named_by_its_number_or_its_id(wanted):
    entries = [Entry(id, "题", None, None, (), f"p/{id}", "") for id in ("a", "12", "9999999999")]
    found = named(entries, wanted)
    assert found is None or found.id == wanted or int(wanted[:9]) in (1, 2, 3)


_data = st.one_of(
    st.tuples(st.sampled_from("etvurxLAPldcwmn"), st.lists(st.one_of(st.integers().map(str), lines), max_size=3)).map(
        lambda pair: ":".join([pair[0], *pair[1]])
    ),
    lines,
)


@fuzzed(_data, st.integers(0, 3), thousands=2)
def test_the_data_of_a_button_may_be_anything(data, place):
    press = parse(data)
    with suppress(ValueError):
        assert 0 <= press.number(place) < 10**18
        assert press.values[place].isdecimal()


@fuzzed(
    st.one_of(lines, st.tuples(lines, st.sampled_from(["/", "\\", "../", "C:\\"]), lines).map("".join)), thousands=2
)
def test_a_name_from_a_stranger_has_no_folder(name):
    assert bare_name(name)
    assert not set("/\\") & set(bare_name(name))
    line = without_paths(f"/home/user/{bare_name(name)}: {name}")
    assert "/home/user/" not in line


_json = st.one_of(
    st.fixed_dictionaries(
        {"question": questions}, optional={"history": st.lists(questions, max_size=3), "x": st.none()}
    ),
    st.recursive(st.none() | st.integers() | questions, lambda inner: st.lists(inner, max_size=2), max_leaves=4),
).map(lambda value: json.dumps(value, ensure_ascii=False))
_line = st.one_of(_json, questions, st.tuples(_json, lines).map("".join)).map(
    lambda t: t.encode("utf-8", "surrogatepass")
)


@fuzzed(_line | st.binary(max_size=40), thousands=5)
def test_a_line_of_a_batch_is_a_question_or_told_why_not(line):
    try:
        found = read_line(line)
    except QuestionError as error:
        found = error
    assert isinstance(found, BatchQuestion) or (found.en and found.zh)


_day = st.one_of(
    st.sampled_from(
        [
            "2017",
            "2017-05",
            "2017-05-04",
            "0000",
            "9999-12",
            "2017-02-30",
            "２０１７",
            "-1",
            "2017-5-4",
            "1-1-1",
            "٢٠١٧",
        ]
    ),
    sentences,
)


@fuzzed(st.none() | _day, st.none() | _day, thousands=2)
def test_a_day_is_one_or_told_so(since, until):
    try:
        found = make_filters((), (), since, until)
    except ConfigError as error:
        told = error.en
    else:
        assert all(day is None or datetime.date.fromisoformat(day) for day in (found.since, found.until))
        return
    assert "povqa ask --help" in told


PAGES = {
    "qinghe.txt": "青河县打赢脱贫攻坚战\n\n2018-02-03 来源:青河日报\n\n  2017年底,青河县还有贫困人口120户、301人。\n",
    "baishi.txt": "白石乡的茶园\n\n2019-05-06 来源:白石新闻网\n\n  白石乡种植茶叶3600亩,带动贫困户210户增收。\n",
}


@pytest.fixture(scope="module")
def environment(tmp_path_factory):
    """A corpus of two articles with its index, named by the environment."""
    folder = tmp_path_factory.mktemp("commands")
    (folder / "pages").mkdir()
    for name, text in PAGES.items():
        (folder / "pages" / name).write_text(text, encoding="utf-8")
    settings = Settings(corpus=folder / "pages", index=folder / "index", cache=folder / "cache", encoder="tests/tiny")
    write_tiny_model(folder_of(settings, settings.encoder), settings.encoder)
    build(settings)
    return {
        "POVQA_CORPUS": str(settings.corpus_path),
        "POVQA_INDEX": str(settings.index_path),
        "POVQA_CACHE": str(settings.cache),
        "POVQA_ENCODER": settings.encoder,
        "POVQA_LANG": None,
        "POVQA_TRACEBACK": None,
    }


_word = st.one_of(
    st.sampled_from(
        [
            "--json", "--explain", "--top", "3", "0", "-1", "--since", "2017", "--until", "2016", "--place",
            "青河县", "--article", "qinghe", "--lang", "zh", "xx", "--help", "-h", "-", "--", "--dropped",
            "--file", "/nowhere/a", "--batch", "=", "--top=2", "--since=2017-13", "-V", "--version", "-x",
            "--js", *PLACES[:4], *ODD,
        ]
    ),
    questions,
)  # fmt: skip
_reading = st.sampled_from(
    [
        "ask",
        "ask",
        "ask",
        "verify",
        "articles",
        "show",
        "chat",
        "info",
        "index",
        "青河县还有多少户",
        "asc",
        "",
    ]
)


def _possible(words):
    """What a shell can pass on: no NUL."""
    return all("\0" not in word for word in words)


@fuzzed(
    st.tuples(_reading, st.lists(_word, max_size=5)).map(lambda pair: [pair[0], *pair[1]]).filter(_possible),
    st.none() | _line, thousands=1.5, few=6, seconds=20,
)  # fmt: skip
def test_any_command_line_answers_or_says_why_not(environment, words, typed_in):
    result = CliRunner().invoke(main, words, input=typed_in, env=environment)
    assert result.exit_code in (0, 1, 2)
    assert "a fault in povqa itself" not in result.stderr, result.stderr
    assert "povqa 内部出错" not in result.stderr, result.stderr
    if result.exit_code == 2:
        said = [line for line in result.stderr.splitlines() if line]
        assert said[-1].startswith("povqa: ")
        assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f]", result.stderr)


_commands = [(name, main.get_command(click.Context(main), name)) for name in main.list_commands(click.Context(main))]


@fuzzed(st.sampled_from(_commands), st.lists(_word, max_size=5).filter(_possible), thousands=5, few=20)
def test_the_arguments_of_any_command_are_taken_or_refused(environment, command, words):
    name, found = command
    with suppress(click.ClickException, click.exceptions.Exit, ConfigError), CliRunner().isolation(env=environment):
        found.make_context(name, list(words)).close()
