"""Whatever stands in a corpus, the HTML is what Telegram takes, and shows the text as it stands."""

from botapi.markup import checked_keyboard, parse_html, utf16
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus import HOSTILE, NANPING, QINGHE
from povqa import Article, Citation
from povqa_bot.examples import candidates, question_of
from povqa_bot.format import answer_pages, article_pages, clean, marked, paragraph, plain, units, web_address
from povqa_bot.keyboards import answer_buttons, paragraph_buttons, parse
from povqa_bot.records import Found, Layout, Related

anything = st.text(st.characters(codec=None), max_size=300) | st.sampled_from(
    ["<b>", "&amp;", "\u202e", "\ud800", "🐂" * 50, "一" * 5000, "a\nb", "</blockquote><a href='x'>"]
)


@st.composite
def citations(draw):
    text = draw(anything.filter(bool))
    bounds = st.integers(0, len(text))
    spans = draw(st.lists(st.tuples(bounds, bounds).map(lambda pair: tuple(sorted(pair))), max_size=40))
    title, source = draw(anything), draw(st.none() | anything)
    return Citation(
        text, draw(st.sampled_from("abc")), title, source, "2020-01-01", "p", 0, len(text), tuple(spans), 0.5
    )


@st.composite
def founds(draw):
    cited = tuple(draw(st.lists(citations(), min_size=1, max_size=12)))
    short = tuple(c.text[a:b] for c in cited for a, b in c.highlights)
    layout = draw(st.sampled_from([Layout.ONE, Layout.LIST, Layout.ACROSS]))
    return Found(layout, "list", None, short, cited, (), "generation-000001")


@given(anything)
def test_clean_text_is_shown_as_it_stands(text):
    shown, entities = parse_html(clean(text))
    assert entities == []
    assert len(shown) == len(text)
    assert all(a == b or a == "\ufffd" for a, b in zip(shown, text, strict=True))
    assert not any("\u202a" <= character <= "\u202e" for character in shown)


@settings(deadline=None)
@given(founds())
def test_every_page_of_an_answer_is_taken_and_every_citation_shown(found):
    pages = answer_pages(found, "zh")
    for number, page in enumerate(pages):
        text, entities = parse_html(page.text)
        assert 0 < utf16(text) <= 4096
        assert utf16(text) == units(page.text)
        assert len(entities) <= 100
        checked_keyboard(answer_buttons(2**60, found, pages, number, "zh").to_dict())
    assert sorted(number for page in pages for number in page.citations) == list(range(len(found.citations)))


@given(anything, st.lists(st.tuples(st.integers(-5, 400), st.integers(-5, 400)), max_size=10))
def test_marking_changes_no_character(text, spans):
    shown, _ = parse_html(marked(text, spans, most=10_000))
    assert shown == parse_html(clean(text))[0]


@given(st.text("一二。\n", max_size=4000), st.integers(0, 4000), st.integers(0, 4000))
def test_a_paragraph_of_any_length_is_taken(text, a, b):
    start, end = sorted((min(a, len(text)), min(b, len(text))))
    article = Article("x" * 300, "题", text, "p")
    citation = Citation(text[start:end], article.id, "题", None, None, "p", start, end, ((0, 1),), 0.5)
    shown, _ = parse_html(paragraph(article, citation, 0, len(text)))
    assert utf16(shown) <= 4096
    checked_keyboard(paragraph_buttons(2**60, 10**6, article.id, None, "zh").to_dict())


@given(st.text(max_size=6000))
def test_the_pages_of_an_article_are_taken(text):
    for page in article_pages(Article("a", "题" * 500, text, "p", source="源" * 500)):
        assert utf16(parse_html(page)[0]) <= 4096


def test_overlapping_spans_mark_what_they_cover_once():
    assert marked("abcdef", [(1, 4), (2, 5), (5, 9), (3, 3)]) == "a<b>bcd</b><b>e</b>f"


def test_of_a_long_sentence_the_part_with_the_answer_is_shown():
    shown = marked("甲" * 3000 + "乙" + "丙" * 3000, [(3000, 3001)])
    assert "<b>乙</b>" in shown
    assert shown.startswith("…")
    assert shown.endswith("…")
    assert len(shown) < 1300


def test_a_list_repeats_its_items_and_one_answer_does_not_bring_the_next():
    one = Citation("甲、乙。", "a", "题", None, None, "p", 0, 4, ((0, 1), (2, 3)), 0.9)
    other = Citation("丙。", "b", "另题", None, None, "p", 0, 2, ((0, 1),), 0.8)
    listed = answer_pages(Found(Layout.LIST, "list", None, ("甲", "乙", "丙"), (one, other), (), "g"), "zh")
    assert listed[0].text.startswith("• <b>甲</b>\n• <b>乙</b>\n• <b>丙</b>\n\n<blockquote>")
    single = answer_pages(Found(Layout.ONE, "number", None, ("甲", "乙", "丙"), (one, other), (), "g"), "zh")
    assert [page.citations for page in single] == [(0,), (1,)]
    assert "丙" not in single[0].text


def test_a_record_survives_its_storage():
    one = Citation("甲、乙。", "a", "题", None, "2020-01-01", "p", 0, 4, ((0, 1), (2, 3)), 0.9)
    found = Found(Layout.LIST, "list", None, ("甲",), (one,), (Related("问?"), Related("题", "a")), "g")
    assert Found.load(found.dump()) == found


def test_only_real_web_addresses_get_a_button():
    assert web_address("https://news.example.org/a?b=c") == "https://news.example.org/a?b=c"
    for url in (
        None,
        "",
        "javascript:alert(1)",
        "tg://user?id=1",
        "http://localhost",
        "http://[",
        "https://a.b/\u202e",
    ):
        assert web_address(url) is None


def test_a_button_speaks_for_itself():
    press = parse("t:12:0:3")
    assert (press.action, press.number(0), press.number(2)) == ("t", 12, 3)
    assert plain("a\n b\u202e", 3) == "a b"[:2] + "…"


def test_a_question_is_made_from_a_figure_in_a_sentence():
    assert question_of("2017年底,青河县还有贫困人口120户、301人。", ("青河县",)) == "青河县还有贫困人口多少户?"
    assert (
        question_of("投入产业扶贫资金2300万元,建成扶贫车间16个。", ("山东省", "青河县"))
        == "青河县投入产业扶贫资金多少钱?"
    )
    assert question_of("全县共有48个行政村。", ()) == "全县共有多少个行政村?"
    for nothing in ("会议在北京召开。", "2019年6月", "有3个", "第12次会议", "Number 5", "他说的12个"):
        assert question_of(nothing) is None


def test_examples_go_round_the_articles():
    assert [article_id for article_id, _ in candidates([QINGHE, HOSTILE, NANPING], each=2)] == [
        "qinghe", "nanping", "qinghe", "nanping"
    ]  # fmt: skip
