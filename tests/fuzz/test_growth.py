"""Twice the text takes about twice the time, whatever stands in it: no rule of ours can be made to hang."""

import gc
import time

import pytest
from hypothesis import strategies as st

from fuzz.grammar import ASKED, BREAKS, CLOSERS, DATES, DIGITS, ITEMS, MARKS, ODD, OPENERS, PAGE, PLACES, UNITS, WORDS
from fuzz.profile import TIMES, fuzzed
from povqa.corpus.cleaning import clean
from povqa.corpus.duplicates import signature
from povqa.corpus.locating import locate
from povqa.corpus.readers import read_data
from povqa.errors import CorpusError
from povqa.messages import printable
from povqa.quotes.compare import Quote, Squashed
from povqa.text.chunks import make_chunks
from povqa.text.dates import find_dates
from povqa.text.normalise import normalise
from povqa.text.numerals import find_numbers
from povqa.text.sentences import split_sentences
from povqa.types import Article, RawDocument

LEAST = 0.02 if TIMES else 0.008  # seconds below which nothing is measured
MOST = 400_000 if TIMES else 20_000  # characters
FACTOR = 2.5


def cleaned(text):
    clean(RawDocument("a", "corpus/a.txt", "".join(char for char in text if not "\ud800" <= char <= "\udfff")))


def located(text):
    shown = "".join(char for char in text if not "\ud800" <= char <= "\udfff")
    locate("临沭县石门镇的朱村", [f"山东省临沂市临沭县石门镇。{shown}"])


def read(suffix, before="", after=""):
    def work(text):
        try:
            read_data((before + text + after).encode("utf-8", "replace"), suffix, "corpus/a", "a")
        except CorpusError:
            return

    return work


_BODY = "山下县修通了进村公路，通了自来水，村民们都说好。"
_PAGE = f"<html><title>山下县修路记</title><h1>山下县修路记</h1><p>{_BODY}</p><p>{_BODY}"
WORK = {
    "normalise": normalise,
    "sentences": split_sentences,
    "chunks": lambda text: make_chunks(Article("a", "", text, "p"), split_sentences(text)),
    "numbers": find_numbers,
    "dates": find_dates,
    "cleaning": cleaned,
    "places": located,
    "copies": signature,
    "printable": printable,
    "quotes": lambda text: Quote("脱贫攻坚战打赢了").verbatim(Squashed(text)),
    "text": read(".txt"),
    "page": read(".html", _PAGE, "</p>"),
    "object": read(".json", '{"text": "', '"}'),
}


def seconds(work, text):
    gc.collect()
    begun = time.thread_time()
    work(text)
    return time.thread_time() - begun


def check_growth(work, unit):
    """Double the text until it can be measured, then once more."""
    work(unit)  # what is read once is not counted
    count = max(1, 1000 // len(unit))
    while (once := seconds(work, unit * count)) < LEAST:
        if count * len(unit) >= MOST:
            return
        count *= 2
    for _ in range(4):  # a busy machine may slow down one measurement, never speed it up
        twice = seconds(work, unit * (2 * count))
        if twice <= FACTOR * once:
            return
        once = max(once, seconds(work, unit * count))
    raise AssertionError(
        f"{unit!r}: {2 * count * len(unit):,} characters take {twice / once:.1f} times as long as half"
    )


# What did take the square of its length before, and its kin.
NASTY = {
    "sentences": ["（。", "山；", "“山；", "山…", "（山。）", "?'"],
    "numbers": ["1万", "1,111", "一"],
    "dates": ["1"],
    "cleaning": ["责任编辑：赵六", "返回搜狐,查看更多", "李某 摄山"],
    "places": ["石门镇"],
    "copies": ["5.7万"],
}


@pytest.mark.parametrize("name", NASTY)
def test_what_is_nasty_grows_as_its_length_does(name):
    for unit in NASTY[name]:
        check_growth(WORK[name], unit)


_unit = st.lists(
    st.sampled_from(
        [
            *PLACES, *DIGITS, *UNITS, *DATES, *MARKS, *OPENERS, *CLOSERS, *ITEMS, *WORDS, *PAGE, *ASKED, *ODD,
            *BREAKS, "<p>", "<td>", "</p>",
        ]
    ),
    min_size=1, max_size=3,
).map("".join).filter(bool)  # fmt: skip


@fuzzed(st.sampled_from(sorted(WORK)), _unit, thousands=0.6, few=1, seconds=60)
def test_anything_grows_as_its_length_does(name, unit):
    check_growth(WORK[name], unit)
