"""What people and programs are shown of an answer."""

import io
import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from povqa.render import answer_json, answer_rows, answer_text, plain, print_rows, trace_rows
from povqa.types import Answer, Citation, Hit, Judgement, Kind, Query, Reason, Status, Trace

SENTENCE = "目前,青河县还有贫困人口120户、301人。"
CITED = Citation(
    text=SENTENCE,
    article_id="a1",
    title="青河县脱贫记",
    source="青河日报",
    published="2018-02-03",
    path="articles/a1.txt",
    start=40,
    end=40 + len(SENTENCE),
    highlights=((12, 16),),
    score=0.876543,
)
FOUND = Answer("还剩多少户", Status.ANSWERED, None, ("120户",), 0.91239, (CITED,), elapsed_ms=11.8349)
LOST = Answer(
    "有多少个村", Status.NOT_FOUND, Reason.NO_EVIDENCE, (), 0.1, (), (replace(CITED, highlights=()),), elapsed_ms=3
)


def test_an_answer_is_the_short_answer_then_each_sentence_with_its_source():
    second = replace(
        CITED, text="120户已搬迁。", highlights=((0, 4),), source=None, published=None, path="articles/b.txt"
    )
    assert answer_text(replace(FOUND, citations=(CITED, second)), "zh") == (
        "120户\n"
        "\n"
        "目前,青河县还有贫困人口【120户】、301人。\n"
        "  ── 青河县脱贫记 · 青河日报 · 2018-02-03\n"
        "     articles/a1.txt\n"
        "\n"
        "【120户】已搬迁。\n"
        "  ── 青河县脱贫记\n"
        "     articles/b.txt"
    )


def test_a_list_gives_each_item_a_line():
    text = answer_text(replace(FOUND, answers=("甲村", "乙村")), "zh")
    assert text.split("\n")[:3] == ["甲村", "乙村", ""]


def test_a_sentence_without_a_short_answer_comes_first():
    bare = replace(FOUND, answers=(), citations=(replace(CITED, highlights=()),))
    assert answer_text(bare, "zh").split("\n")[0] == SENTENCE


def test_a_sentence_that_is_the_answer_from_end_to_end_is_not_bracketed():
    whole = replace(CITED, highlights=((0, len(SENTENCE)),))
    assert "【" not in answer_text(replace(FOUND, citations=(whole,)), "zh")


@pytest.mark.parametrize(
    ("highlights", "shown"),
    [
        (((3, 6), (12, 16)), "目前,【青河县】还有贫困人口【120户】、301人。"),
        (((12, 16), (3, 6)), "目前,【青河县】还有贫困人口【120户】、301人。"),
        (((12, 15), (12, 16)), "目前,青河县还有贫困人口【120户】、301人。"),
        (((12, 16), (13, 15)), "目前,青河县还有贫困人口【120户】、301人。"),
    ],
)
def test_highlights_in_any_order_and_overlapping_show_every_character_once(highlights, shown):
    text = answer_text(replace(FOUND, citations=(replace(CITED, highlights=highlights),)), "zh")
    assert text.split("\n")[2] == shown


@pytest.mark.parametrize(
    ("lang", "first", "second"),
    [
        ("zh", "文章里没有找到答案。", "最接近的一句(不是答案): " + SENTENCE),
        ("en", "The articles do not hold the answer.", "The nearest sentence (not an answer): " + SENTENCE),
    ],
)
def test_nothing_found_says_so_and_calls_the_nearest_sentence_no_answer(lang, first, second):
    assert answer_text(LOST, lang).split("\n") == [
        first,
        second,
        "  ── 青河县脱贫记 · 青河日报 · 2018-02-03",
        "     articles/a1.txt",
    ]


def test_an_empty_question_is_told_so():
    assert answer_text(replace(LOST, reason=Reason.EMPTY_QUESTION, nearest=()), "zh") == "问题是空的。"


def test_text_cannot_drive_the_terminal():
    evil = replace(CITED, text="\x1b[2J清屏\x07\u202e", title="\x1b]0;x\x07", highlights=())
    text = answer_text(replace(FOUND, answers=("\x1b[31m",), citations=(evil,)), "zh")
    assert not {"\x1b", "\x07", "\u202e"} & set(text)
    assert "[2J清屏" in text


def test_json_is_the_contract_to_the_letter():
    assert json.loads(answer_json(FOUND)) == {
        "question": "还剩多少户",
        "status": "answered",
        "reason": None,
        "answers": ["120户"],
        "confidence": 0.9124,
        "elapsed_ms": 11.8,
        "citations": [
            {
                "text": SENTENCE,
                "article_id": "a1",
                "title": "青河县脱贫记",
                "source": "青河日报",
                "published": "2018-02-03",
                "path": "articles/a1.txt",
                "start": 40,
                "end": 40 + len(SENTENCE),
                "highlights": [[12, 16]],
                "score": 0.8765,
            }
        ],
        "nearest": [],
    }
    lost = json.loads(answer_json(LOST))
    assert (lost["status"], lost["reason"], lost["answers"], lost["citations"]) == ("not_found", "no_evidence", [], [])
    assert lost["nearest"][0]["text"] == SENTENCE


def test_json_is_one_line_and_readable():
    line = answer_json(FOUND)
    assert "青河县脱贫记" in line
    assert "\n" not in line


@given(st.text(st.characters(codec=None, categories=None)))
def test_json_gives_any_question_back(question):
    sent = answer_json(replace(LOST, question=question)).encode(errors="backslashreplace")
    back = json.loads(sent.decode())["question"]
    # Two lone surrogates in a row that make a pair are read back as the character they stand for.
    assert back.encode("utf-16", "surrogatepass") == question.encode("utf-16", "surrogatepass")


def on_terminal(answer, width, monkeypatch):
    monkeypatch.delenv("NO_COLOR", raising=False)
    out = io.StringIO()
    console = Console(file=out, width=width, force_terminal=True, color_system="standard", highlight=False)
    print_rows(answer_rows(answer, "zh"), console)
    return out.getvalue()


def test_a_terminal_shows_the_short_answer_bold_and_no_brackets(monkeypatch):
    shown = on_terminal(FOUND, 80, monkeypatch)
    assert shown.startswith("\x1b[1m120户\x1b[0m\n")
    assert "贫困人口\x1b[1;33m120户\x1b[0m、301人。" in shown
    assert "【" not in shown


def test_a_narrow_terminal_wraps_the_source_to_the_right_of_its_margin_and_leaves_the_sentence_whole(monkeypatch):
    long = replace(CITED, title="青河县" * 12, highlights=())
    lines = (
        on_terminal(replace(FOUND, citations=(long,)), 40, monkeypatch).replace("\x1b[2m", "").replace("\x1b[0m", "")
    )
    rows = lines.split("\n")
    assert rows[2] == SENTENCE
    assert rows[3].startswith("  ── 青河县")
    assert all(row.startswith("     ") for row in rows[4:6])
    assert "".join(row[5:].strip() for row in rows[3:6]).startswith("青河县" * 12)


def test_brackets_in_an_article_are_not_taken_for_markup(monkeypatch):
    odd = replace(CITED, text="[bold]见附件[/bold][1]", highlights=(), title="[red]标题")
    shown = on_terminal(replace(FOUND, citations=(odd,)), 80, monkeypatch)
    assert "[bold]见附件[/bold][1]" in shown
    assert "[red]标题" in shown


def test_a_trace_tells_what_was_understood_decided_and_weighed():
    trace = Trace(
        query=Query("还剩多少户?", "青河县还剩多少户", Kind.NUMBER, places=("青河县",), years=(2018,)),
        hits=(Hit(7, 2.0, 0, None, 9.0, 0.5), Hit(3, 1.0, 4, 2, 5.0, 0.6)),
        judgements=(Judgement(3, 0.9, ((0, 2),), {}), Judgement(7, 0.2, (), {})),
        threshold=0.41,
        decision="the best sentence is above the threshold",
    )
    lines = [plain(row) for row in trace_rows(trace, {3: "第三句。", 7: "长" * 61}.__getitem__)]
    assert lines == [
        "question   青河县还剩多少户",
        "understood kind number, places 青河县, years 2018",
        "decision   the best sentence is above the threshold",
        "score  lexical  dense  sentence",
        "0.900        4      2  第三句。",
        "0.200        0      -  " + "长" * 59 + "…",
    ]
    told = json.loads(answer_json(FOUND, trace))["trace"]
    assert told["query"]["kind"] == "number"
    assert [judgement["sentence"] for judgement in told["judgements"]] == [3, 7]
