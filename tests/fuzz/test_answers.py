"""Short answers, items of lists and citations: verbatim, whatever the network marks and whatever is asked."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import strategies as st

from fuzz.grammar import lines, pages, questions, sentences
from fuzz.profile import fuzzed
from povqa.config import Settings
from povqa.encoder.models import folder_of
from povqa.engine import Povqa, build
from povqa.errors import CorpusError
from povqa.index.tokens import tokens
from povqa.reader.judge import Candidate
from povqa.reader.model import Reading
from povqa.reader.question import kind_of
from povqa.reader.select import distinct, short_answers
from povqa.reader.windows import header, spans, window
from povqa.text.normalise import normalise
from povqa.types import Filters, Kind, Query, Status
from tiny_model import write_tiny_model


def reading(text, seed, width):
    """What a network might say of a sentence: clear in some places, undecided in others."""
    random = np.random.default_rng(seed)
    cuts = [0]
    while cuts[-1] < len(text):
        cuts.append(min(len(text), cuts[-1] + int(random.integers(1, width + 1))))
    offsets = tuple(pair for pair in pairwise(cuts) if text[slice(*pair)].strip())  # white space is no token
    scores = random.normal(-2, 4, (5, len(offsets))).astype(np.float32)
    scores[:, random.random(len(offsets)) < 0.2] += 8
    return Reading(float(random.normal()), offsets, *scores)


@fuzzed(
    sentences | lines,
    questions,
    st.none() | st.sampled_from(Kind),
    st.integers(0, 2**32),
    st.integers(1, 4),
    thousands=14,
)
def test_a_short_answer_is_verbatim_in_its_sentence(text, question, kind, seed, width):
    folded = normalise(question)
    query = Query(question, folded, kind or kind_of(folded))
    candidate = Candidate(0, 0, text, 0, reading(normalise(text), seed, width))
    found = short_answers(query, candidate)
    assert all(0 <= a < b <= len(text) for a, b in found)
    assert all(left[0] < right[0] and left[1] < right[1] for left, right in pairwise(found))
    assert len(distinct([candidate] * 3, 2)) == (1 if tokens(text) else 2)


@fuzzed(st.lists(sentences, min_size=1, max_size=12), st.data(), thousands=4)
def test_windows_hold_every_wanted_sentence(rows, data):
    wanted = data.draw(st.lists(st.integers(0, len(rows) - 1), min_size=1, max_size=6))
    folded = [normalise(row) for row in rows]
    found = [window(header(rows[0], (), None), folded, a, b) for a, b in spans(list(map(len, rows)), wanted)]
    held = {one.first + n for one in found for n in range(len(one.offsets))}
    assert set(wanted) <= held <= set(range(len(rows)))
    for one in found:
        assert [one.text[a:b] for a, b in one.offsets] == folded[one.first : one.first + len(one.offsets)]


ODD_PAGE = (
    "一二三县的“奇文”\n2018-02-03 来源:奇文日报\n\n"
    "  目前，一二三县还有贫困户②、③户，三千三百零九户…… 。”村民张三说。\n\n"
    "  𠮷野村👨\u200d👩\u200d👧种茶【１２３亩】；e\u0301、ก็、\u202e反\u202c，共5类：甲、乙、丙、丁和戊等。"
    "20١٧年底脱贫！！？\n"
)


@pytest.fixture(scope="module")
def engine(tmp_path_factory):
    """The reader that ships over a few odd articles, which hypothesis makes up once."""
    folder = tmp_path_factory.mktemp("answers")
    (folder / "pages").mkdir()
    (folder / "pages" / "odd.txt").write_text(ODD_PAGE, encoding="utf-8")
    settings = Settings(corpus=folder / "pages", index=folder / "index", cache=folder / "cache", encoder="tests/tiny")
    write_tiny_model(folder_of(settings, settings.encoder), settings.encoder)
    build(settings)
    engine = Povqa.open(settings, build=False)
    yield engine
    engine.close()


def check_answer(engine, answer):
    assert (answer.status is Status.ANSWERED) == bool(answer.citations)
    assert 0 <= answer.confidence <= 1
    for citation in (*answer.citations, *answer.nearest):
        text = engine.article(citation.article_id).text
        assert text[citation.start : citation.end] == citation.text
        assert all(0 <= a < b <= len(citation.text) for a, b in citation.highlights)
    marked = {one.text[a:b] for one in answer.citations for a, b in one.highlights}
    assert set(answer.answers) == marked


_words = st.lists(
    st.sampled_from(["一二三县", "𠮷野村", "脱贫", "种茶", "贫困户", "奇文", "张三", "2017年"]), max_size=2
).map("".join)


@fuzzed(
    st.tuples(_words, questions).map("".join).map(lambda text: text[:1000]),
    st.lists(questions, max_size=2),
    thousands=4,
    few=5,
    seconds=20,
)
def test_citations_are_exact_whatever_is_asked(engine, question, history):
    check_answer(engine, engine.ask(question, [text[:1000] for text in history]))


_filter = st.lists(sentences, max_size=2).map(tuple)
_day = st.none() | st.dates().map(str)


@fuzzed(st.builds(Filters, _filter, _filter, _day, _day, _filter, _filter), thousands=1, few=4, seconds=20)
def test_any_filter_is_taken(engine, filters):
    try:
        check_answer(engine, engine.ask("一二三县还有多少贫困户", filters=filters))
    except CorpusError:
        assert filters.articles  # and there is none of that id


def test_half_a_character_is_the_name_of_nothing(engine):
    for filters in (Filters(places=("\ud800",)), Filters(sources=("\udcff",)), Filters(authors=("\udcff",))):
        assert engine.ask("一二三县还有多少贫困户", filters=filters).status is Status.NOT_FOUND
    with pytest.raises(CorpusError, match="There is no article"):
        engine.ask("一二三县还有多少贫困户", filters=Filters(articles=("\udcff",)))


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    folder = tmp_path_factory.mktemp("whole")
    settings = Settings(corpus=folder / "pages", index=folder / "index", cache=folder / "cache", encoder="tests/tiny")
    write_tiny_model(folder_of(settings, settings.encoder), settings.encoder)
    (folder / "pages").mkdir()
    return settings


def check_unreadable(error, count):
    assert error.en.startswith(f"none of the {count} files")


@fuzzed(st.lists(pages.filter(str.strip), min_size=1, max_size=4), questions, thousands=0.3, few=2, seconds=60)
def test_any_articles_are_indexed_and_cited_exactly(whole, texts, question):
    for path in whole.corpus_path.iterdir():
        path.unlink()
    for number, text in enumerate(texts):
        (whole.corpus_path / f"{number}.txt").write_bytes(text.encode("utf-8", "replace"))
    try:
        build(whole)
    except CorpusError as error:
        check_unreadable(error, len(texts))
        return
    with_engine = Povqa.open(whole, build=False)
    try:
        asked = (texts[0].strip()[:40] + question)[:1000]
        check_answer(with_engine, with_engine.ask(asked))
    finally:
        with_engine.close()
