"""An index that is let go of is closed at once: who takes up a new one a minute cannot wait for the collector."""

import gc
import os
import sys
import time

import pytest

from povqa.index.build import build_index
from povqa.index.store import Index

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="/proc is Linux'")


@pytest.fixture
def uncollected():
    gc.collect()
    gc.disable()
    yield
    gc.enable()


def held(folder):
    """The files below a folder that this process holds, open or mapped."""
    targets = []
    for number in os.listdir("/proc/self/fd"):
        try:
            targets.append(os.readlink(f"/proc/self/fd/{number}"))
        except FileNotFoundError:  # the folder of the handles itself, which is closed by now
            continue
    with open("/proc/self/maps", encoding="utf-8") as maps:
        targets += [line.split(None, 5)[5].strip() for line in maps if " /" in line]
    return [target for target in targets if target.startswith(f"{folder}/")]


@pytest.mark.parametrize("by", ["close", "dropping"])
def test_nothing_of_an_index_is_held_after_it(tmp_path, articles, encoder, uncollected, by):
    build_index(articles, encoder, tmp_path, corpus_hash="c", fingerprint="f")
    index = Index.open(tmp_path)
    assert index.vocabulary.places_in("临沭县有多少人") == ("临沭县",)
    assert len(index.search_sentences(["临沭"], 3)[0])
    assert index.search_chunks(encoder.encode_query("临沭"), 3)[0].size
    assert index.article("linshu").title
    assert any("vocabulary.sqlite" in path for path in held(tmp_path))
    if by == "close":
        index.close()
    del index
    give_up = time.monotonic() + 20  # tantivy's own threads let go a moment later
    while held(tmp_path) and time.monotonic() < give_up:
        time.sleep(0.05)
    assert held(tmp_path) == []
