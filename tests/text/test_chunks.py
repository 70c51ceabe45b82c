"""Chunks are whole, consecutive sentences."""

from hypothesis import given
from hypothesis import strategies as st

from povqa.text.chunks import make_chunks
from povqa.text.sentences import split_sentences
from povqa.types import Article


def article(text):
    return Article(id="a", title="", text=text, path="a.txt")


def texts(text, max_chars):
    chunks = make_chunks(article(text), split_sentences(text), max_chars=max_chars)
    return [text[chunk.start : chunk.end] for chunk in chunks]


@given(st.text(alphabet="扶贫工作。！\n", max_size=300), st.integers(1, 60))
def test_chunks_are_runs_of_whole_sentences(text, max_chars):
    sentences = split_sentences(text)
    chunks = make_chunks(article(text), sentences, max_chars=max_chars)
    inside = [[s for s in sentences if chunk.start <= s[0] and s[1] <= chunk.end] for chunk in chunks]
    assert [s for group in inside for s in group] == sentences
    for chunk, group in zip(chunks, inside, strict=True):
        assert (chunk.start, chunk.end) == (group[0][0], group[-1][1])
        assert len(group) == 1 or chunk.end - chunk.start <= max_chars


def test_a_heading_goes_with_its_paragraph_and_paragraphs_stay_apart():
    first, second = "全县修路三十公里，惠及十二个村的群众。" * 4, "医疗报销比例提高到百分之九十，看病不再愁。" * 4
    assert texts(f"一、修路\n{first}\n{second}", 200) == [f"一、修路\n{first}", second]


def test_a_long_paragraph_is_cut_between_sentences():
    sentence = "全县修路三十公里。"
    assert texts(sentence * 5, 20) == [sentence * 2, sentence * 2, sentence]
