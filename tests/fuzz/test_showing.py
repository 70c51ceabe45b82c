"""What is shown on a terminal, as JSON and in Telegram: all of the text, and nothing but text."""

import io
import json
import re

import pytest
from botapi.markup import checked_keyboard, checked_text, parse_html
from hypothesis import strategies as st
from rich.console import Console

from fuzz.grammar import lines, pages, questions, sentences
from fuzz.profile import fuzzed
from povqa import Action, Preview
from povqa.cli.articles import _cells
from povqa.cli.verify import checked_dict, checked_rows, split_quotes
from povqa.messages import language_of, printable
from povqa.quotes.check import Checked, Match, Verdict
from povqa.quotes.compare import Quote, Squashed
from povqa.render import answer_json, answer_rows, answer_text, plain, print_rows
from povqa.types import Answer, Article, Citation, Dropped, Reason, Status
from povqa_bot.answerer import Entry
from povqa_bot.format import answer_pages, article_pages, clean, entry_line, paragraph, web_address
from povqa_bot.handlers.buttons import asked_again
from povqa_bot.handlers.inline import _results
from povqa_bot.keyboards import PER_LIST, add_buttons, answer_buttons, article_buttons, list_buttons, parse, short
from povqa_bot.previewing import preview_text, whole_text
from povqa_bot.records import Found, Layout, Related

_DRIVING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
_ANSI = re.compile(r"\x1b\[[\d;]*m")

# One line of an article, as long as they come; and what is wide: each of these is two units to Telegram.
wide = st.sampled_from(["🐂", "𠮷", "<", "&"]).map(lambda char: char * 1500)
shown = st.one_of(lines.filter(bool), lines.filter(bool), wide)
fields = st.none() | shown


@st.composite
def citations(draw):
    text = draw(shown)
    bounds = st.integers(0, len(text))
    spans = draw(st.lists(st.tuples(bounds, bounds).map(lambda pair: tuple(sorted(pair))), max_size=6))
    spans = tuple((a, b) for a, b in spans if a < b)
    named = draw(st.sampled_from("abc")), draw(shown)
    about = draw(fields), draw(st.none() | st.just("2017-05-04") | lines), draw(shown)
    return Citation(text, *named, *about, 0, len(text), spans, 0.5, draw(fields))


@st.composite
def answers(draw):
    cited = tuple(draw(st.lists(citations(), max_size=4)))
    near = () if cited else tuple(draw(st.lists(citations(), max_size=2)))
    items = tuple(dict.fromkeys(one.text[a:b] for one in cited for a, b in one.highlights))
    reason = None if cited else draw(st.sampled_from(Reason))
    status = Status.ANSWERED if cited else Status.NOT_FOUND
    return Answer(draw(questions), status, reason, items, draw(st.floats(0, 1)), cited, near, 1.5)


def unmarked(text):
    return re.sub(r"[【】]", "", text)


@fuzzed(answers(), st.sampled_from(["zh", "en"]), thousands=6)
def test_a_terminal_shows_every_character_and_obeys_none(answer, lang):
    text = answer_text(answer, lang)
    assert not _DRIVING.search(text)
    for citation in answer.citations:
        assert unmarked(printable(citation.text)) in unmarked(text)
        assert printable(citation.path) in text
    out = io.StringIO()
    print_rows(answer_rows(answer, lang), Console(file=out, width=4000, force_terminal=True, highlight=False))
    seen = _ANSI.sub("", out.getvalue())
    assert not _DRIVING.search(seen)
    for citation in answer.citations:
        assert "".join(printable(citation.text).split()) in "".join(seen.split())


@fuzzed(answers(), thousands=3)
def test_json_gives_the_answer_back(answer):
    line = answer_json(answer)
    assert len(line.split("\n")) == 1
    back = json.loads(line)
    assert [one["text"] for one in back["citations"]] == [one.text for one in answer.citations]
    for one in back["citations"]:
        assert all(0 <= a < b <= len(one["text"]) for a, b in one["highlights"])
        assert {one["text"][a:b] for a, b in one["highlights"]} <= set(back["answers"])
    assert back["question"] == answer.question
    assert language_of(answer.question) in ("zh", "en", None)


@fuzzed(st.builds(Article, *(shown,) * 4, fields, fields, fields, st.lists(shown, max_size=3).map(tuple)), thousands=1)
def test_the_cells_of_a_table_stand_on_one_line(article):
    assert not any(re.search("[\t\r\n]", cell) or _DRIVING.search(cell) for cell in _cells(article, 3))


@fuzzed(sentences, pages, thousands=3, seconds=5)
def test_a_quote_is_found_where_it_stands(quote, text):
    squashed = Squashed(text + quote + text)
    ready = Quote(quote)
    passage = (ready.verbatim(squashed) or ready.nearly(squashed)) if ready.parts else None
    assert passage is None or 0 < passage.similarity <= 1
    matches = (Match(Article("a", "题", text + quote + text, "p"), passage, as_written=False),) if passage else ()
    verdict = Verdict.NEAR if passage else Verdict.NOT_FOUND
    found = Checked(quote, verdict, matches)
    assert not any(_DRIVING.search(plain(row)) for row in checked_rows(found, "zh", echo=True))
    json.dumps(checked_dict(found))
    assert all(part == part.strip() for part in split_quotes(text))


def check_message(text):
    return checked_text(text, "HTML")[0]


@fuzzed(answers(), st.sampled_from([Layout.ONE, Layout.LIST, Layout.ACROSS]), thousands=5, few=8)
def test_telegram_takes_every_page_of_an_answer(answer, layout):
    layout = layout if answer.citations else Layout.NOTHING
    reason = answer.reason and answer.reason.value
    related = tuple(Related(one.title, one.article_id) for one in answer.nearest)
    found = Found(layout, "list", reason, answer.answers, answer.citations, related, "generation-000001")
    assert Found.load(found.dump()) == found
    bodies = answer_pages(found, "zh")
    for number, page in enumerate(bodies):
        check_message(page.text)
        checked_keyboard(answer_buttons(2**60, found, bodies, number, "en").to_dict())
    assert sorted(n for page in bodies for n in page.citations) == list(range(len(answer.citations)))
    for result in _results(answer.question, found, "zh") if answer.citations else ():
        check_message(result.input_message_content.message_text)
        assert not _DRIVING.search(result.title + (result.description or ""))


@fuzzed(pages, shown, fields, fields, st.data(), thousands=3, few=8)
def test_telegram_takes_every_page_of_an_article(text, title, source, url, data):
    article = Article(title, title, text, "corpus/a.txt", source, source, "2017-05-04", (title,), url)
    bodies = article_pages(article)
    for number, body in enumerate(bodies):
        check_message(body)
        keyboard = article_buttons(article.id, number, len(bodies), web_address(url), "zh", removable=True)
        checked_keyboard(keyboard.to_dict())
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    cited = Citation(text[start:end], title, title, source, None, "p", start, end, ((0, end - start),), 0.5)
    check_message(paragraph(article, cited, 0, len(text)))


@fuzzed(st.lists(st.tuples(shown, fields), min_size=1, max_size=2 * PER_LIST), thousands=2, few=8)
def test_telegram_takes_the_list_of_articles(rows):
    entries = tuple(
        Entry(f"{number}{title}", title, source, source, (), f"corpus/{title}", "")
        for number, (title, source) in enumerate(rows)
    )
    for page in range(-(-len(entries) // PER_LIST)):
        first = page * PER_LIST
        check_message(
            "\n".join(entry_line(n, entry) for n, entry in enumerate(entries[first : first + PER_LIST], 10_000))
        )
        checked_keyboard(list_buttons(entries, page).to_dict())
    press = parse(f"A:{short(rows[0][0])}")
    assert press.values == (short(rows[0][0]),)


_article = st.builds(Article, shown, shown, pages | wide, shown, fields, fields, fields)


_dropped = st.lists(st.builds(Dropped, lines, st.sampled_from(["copyright statement", "page controls"])), max_size=12)


@fuzzed(_article, st.sampled_from(Action), _dropped, fields, thousands=3, few=8)
def test_telegram_takes_the_preview_of_a_document(article, action, dropped, copy):
    check_preview(article, action, dropped, copy)
    checked_keyboard(add_buttons(2**60, "en", again=True).to_dict())


def check_preview(article, action, dropped, copy):
    seen = Preview(article, action, 3, tuple(dropped), (copy,) if copy else ())
    entry = Entry("a", article.title, article.source, article.published, (), copy or article.path, "")
    for entries in ((), (entry,)):
        check_message(preview_text(seen, entries, "zh"))
    assert article.title in whole_text(seen, "zh")


@pytest.mark.parametrize("char", ["🐂", "<", "一"])
def test_telegram_takes_what_is_as_long_as_can_be(char):
    long = char * 1500
    article = Article(long, long, "\n".join([long] * 20), long, long, long, "2017-05-04", (long,))
    check_preview(article, Action.CHANGED, [Dropped(long, "copyright statement")] * 20, long)
    entry = Entry(long, long, long, "2017-05-04", (), long, "")
    check_message("\n".join(entry_line(100_000 + n, entry) for n in range(PER_LIST)))
    cited = Citation(long, long, long, long, "2017-05-04", long, 0, 1500, ((0, 700), (750, 1500)), 0.5)
    for layout in (Layout.ONE, Layout.LIST, Layout.ACROSS):
        found = Found(layout, "list", None, (long,) * 9, (cited,) * 9, (), "generation-000001")
        for result in _results(char * 1000, found, "zh"):
            check_message(result.input_message_content.message_text)
        for page in answer_pages(found, "zh"):
            check_message(asked_again(char * 1000, page.text))


@fuzzed(shown, thousands=2)
def test_whatever_an_error_says_telegram_takes(text):
    body, entities = parse_html(clean(text))
    assert len(body) == len(text)
    assert entities == []
    assert not _DRIVING.search(body)
