"""Files from strangers: refused or read, in bounded time."""

import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from povqa.corpus.readers import READERS, read_data, read_raw
from povqa.errors import CorpusError

TEXT = "山下县修通了进村公路，通了自来水，村民们都说好。"


def outcome(data, suffix):
    """What reading comes to, and the seconds it takes."""
    start = time.monotonic()
    try:
        result = read_data(data, suffix, "corpus/a", "a")
    except CorpusError as error:
        result = error
    return result, time.monotonic() - start


@pytest.mark.parametrize(
    "page",
    [
        "<div>" * 100_000 + TEXT,
        "<html><body>" + "<b><i>" * 50_000 + TEXT,
        "<table><tr><td>" * 20_000 + TEXT,
        f"<p>{TEXT}</p>" * 2_000,
        "<a href='/'>链接</a>" * 20_000,
        "<p " + "x='1' " * 100_000 + f">{TEXT}</p>",
        "<!--" * 200_000,
        "<" * 1_000_000,
        "&" * 500_000 + TEXT,
        "<p>" + "山" * 3_000_000 + "</p>",
        "<section>" * 3_000 + TEXT + "</section>" * 3_000,
        "<!DOCTYPE html [<!ENTITY a 'aaaaaaaaaa'><!ENTITY b '&a;&a;&a;&a;'>]><p>&b;&b;</p>" + TEXT,
        "<script type='application/ld+json'>" + "[" * 200_000 + f"</script><p>{TEXT}</p>",
    ],
    ids=range(13),
)
def test_pages_end(page):
    _, seconds = outcome(page.encode(), ".html")
    assert seconds < 30


def test_a_page_of_more_elements_than_an_article_has():
    result, _ = outcome(("<a href='/'>链接</a>" * 60_000).encode(), ".html")
    assert "more than 50,000 elements" in str(result)


def test_a_file_larger_than_any_article_is_not_read_through(tmp_path):
    path = tmp_path / "a.txt"
    with path.open("wb") as stream:
        stream.truncate(2 << 30)  # sparse: it takes no room
    start = time.monotonic()
    with pytest.raises(CorpusError, match="holds more than 32 MB; split it"):
        read_raw(path, "corpus/a.txt", "a")
    assert time.monotonic() - start < 5


def test_one_line_of_six_million_characters():
    result, seconds = outcome(("山" * 6_000_000).encode(), ".txt")
    assert "more than 5,000,000 characters" in str(result)
    assert seconds < 10


@pytest.mark.parametrize("suffix", sorted(set(READERS) - {".pdf"}))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.one_of(st.binary(max_size=400), st.text(max_size=200).map(lambda text: text.encode("utf-8", "replace"))))
def test_any_bytes_are_read_or_refused_in_words(suffix, data):
    result, _ = outcome(data, suffix)
    assert isinstance(result, CorpusError) or result.text.strip()


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(["<p>", "</p>", "<div>", "<table>", "<td>", "</tr>", "<ul><li>", "<a href=x>", "</a>",
                                 "<br>", "<script>", "</script>", "<!--", "-->", "&#x0;", "&#xd800;", "<h1>", "</h1>",
                                 "<title>", "</title>", "\x00", "\ufeff", TEXT, "2017-05-04 来源：山下日报"]),
                max_size=30))  # fmt: skip
def test_any_tags_are_read_or_refused_in_words(parts):
    result, _ = outcome("".join(parts).encode("utf-8", "replace"), ".html")
    assert isinstance(result, CorpusError) or result.text.strip()
