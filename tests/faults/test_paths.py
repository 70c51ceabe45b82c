"""Names and places from strangers: whatever they are, nothing is written outside of the corpus folder."""

from __future__ import annotations

import csv
import json
import os
from pathlib import Path

import pytest

from povqa.config import Settings
from povqa.corpus.fetch import Page
from povqa.corpus.intake import Action, Outcome
from povqa.corpus.sources import Loaded, Offer, Sources, offer_bytes
from povqa.editing import add_articles, remove_articles
from povqa.errors import CorpusError

NAMES = [
    "../outside", "../../outside", "..\\outside", "a/../../../outside", "....//outside", "/tmp/povqa-outside",
    "//server/share/outside", "C:\\outside", "C:/outside", "file:///outside", "~/outside", "$HOME/outside", "~root/x",
    "%2e%2e%2foutside", "..%2foutside", "．．/outside", "\u2024\u2024/outside", "‥/outside", "..\u200b/outside",
    "a\0b", "\0", "/", ".", "..", "...", ".hidden", ".povqa-1-x/new/0", "-rf", "CON", "nul.txt", "a\nb", "a\x1b[2J",
    "\u202egpj.txt", "\udcff\udcfe", "\ud800", "x" * 5000, "扶" * 5000, "a/" * 2000 + "b", "door/inside", "door",
    "qinghe.txt/inside", "baishi", "QINGHE", "qinghe.txt\0.html", " ", "x.txt ", "x.", "a:stream", "*?<>|", "",
]  # fmt: skip


def text(number: int) -> str:
    return f"第{number}村的茶园\n\n  第{number}村2018年种植茶叶{number * 7 + 5}亩,村民{number * 31 + 9}户。\n"


def tree(folder: Path) -> dict[str, bytes]:
    return {
        os.fsdecode(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*") if path.is_file() and not path.is_symlink()
    }  # fmt: skip


@pytest.fixture
def guarded(own: Settings, tmp_path: Path) -> Settings:
    """A corpus with links that lead out of it, and what must not change beside it."""
    for name in ("outside.txt", "outside", "victim.txt"):
        (tmp_path / name).write_text("not theirs", "utf-8")
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "kept.txt").write_text("not theirs", "utf-8")
    (own.corpus_path / "door").symlink_to(tmp_path / "elsewhere")
    (own.corpus_path / "linked.txt").symlink_to(tmp_path / "victim.txt")
    (own.corpus_path / "dangling.txt").symlink_to(tmp_path / "made.txt")
    return own


def beside(settings: Settings) -> dict[str, bytes]:
    """All that lies around the corpus and the index."""
    inner = (settings.corpus_path.name + "/", settings.index_path.name + "/", "inbox/")
    return {name: data for name, data in tree(settings.corpus_path.parent).items() if not name.startswith(inner)}


def check(settings: Settings, before: dict[str, bytes], outcomes: list[Outcome], most_skipped: int = 3) -> None:
    """Nothing else changed, and what was taken in stands in the corpus, whole, where it can be seen."""
    assert beside(settings) == before
    placed = [outcome for outcome in outcomes if outcome.path is not None]
    assert len(placed) >= len(outcomes) - most_skipped
    for outcome in placed:
        assert outcome.path is not None
        path = settings.corpus_path / outcome.path
        assert path.resolve().is_relative_to(settings.corpus_path)
        assert not any(part.startswith(".") for part in Path(outcome.path).parts)
        assert path.is_file()


def test_names_of_uploads(guarded: Settings) -> None:
    before, own = beside(guarded), tree(guarded.corpus_path)
    offers = [offer_bytes(text(n).encode(), f"{name}.txt") for n, name in enumerate(NAMES)]
    known = [Offer("x", lambda n=n, name=name: Loaded("a.txt", text(n + 100).encode(), (name, f"{name}.txt")))  # type: ignore[misc]
             for n, name in enumerate(NAMES)]  # fmt: skip
    outcomes = add_articles(guarded, [*offers, *known])
    check(guarded, before, outcomes, most_skipped=8)
    assert {name: tree(guarded.corpus_path)[name] for name in own} == own, "what was there stays"


@pytest.mark.parametrize("kind", ["jsonl", "csv"])
def test_names_in_tables(guarded: Settings, tmp_path: Path, kind: str) -> None:
    (tmp_path / "inbox").mkdir()
    table = tmp_path / "inbox" / f"news.{kind}"
    rows = [{"id": name, "title": name or "无", "text": text(n)} for n, name in enumerate(NAMES)]
    with table.open(
        "w", encoding="utf-8", errors="surrogatepass" if kind == "jsonl" else "replace", newline=""
    ) as file:
        if kind == "jsonl":
            file.writelines(json.dumps(row) + "\n" for row in rows)
        else:
            writer = csv.DictWriter(file, ["id", "title", "text"])
            writer.writeheader()
            writer.writerows(rows)
    before = beside(guarded)
    outcomes = add_articles(guarded, Sources(guarded.corpus_path).offers([str(table)]))
    assert len(outcomes) >= len(NAMES) - 1
    check(guarded, before, outcomes)
    assert all((outcome.path or "news/").startswith("news/") for outcome in outcomes)


def test_names_of_tables_and_folders(guarded: Settings, tmp_path: Path) -> None:
    before = beside(guarded)
    inbox = tmp_path / "inbox"
    for n, name in enumerate(["..", "door", ".povqa-1", "-rf", "a\\..\\..\\b"]):
        folder = inbox / f"x{n}" / (name if name not in ("..", ".") else "dots")
        folder.mkdir(parents=True)
        (folder / "a.txt").write_text(text(n), "utf-8")
        (folder / "link.txt").symlink_to("/etc/passwd")
    outcomes = add_articles(guarded, Sources(guarded.corpus_path).offers([str(inbox)]))
    check(guarded, before, outcomes, most_skipped=8)
    assert not any(b"root:" in data for data in tree(guarded.corpus_path).values())


@pytest.mark.parametrize("name", NAMES)
def test_addresses_of_pages(name: str) -> None:
    shown = name.encode("utf-8", "replace").decode()
    for url in (f"https://a.cn/{shown}", f"https://a.cn/x?{shown}", f"https://{'a' * 60}.cn/..%2f..%2f{shown}"):
        page = Page(url, b"", "", ".html").name
        assert page == os.path.basename(page)
        assert not page.startswith(".")
        assert "\0" not in page
        assert len(page.encode()) <= 255


@pytest.mark.parametrize(
    "relative", ["../victim.txt", "/etc/hostname", "door/kept.txt", "a/../../victim.txt", "..", "a\0b"]
)
def test_what_is_removed_is_in_the_corpus(guarded: Settings, relative: str) -> None:
    before = beside(guarded)
    with pytest.raises(CorpusError):
        remove_articles(guarded, [relative])
    assert beside(guarded) == before


def test_removing_a_link_removes_the_link(guarded: Settings) -> None:
    before = beside(guarded)
    remove_articles(guarded, ["linked.txt"])
    assert beside(guarded) == before
    assert not (guarded.corpus_path / "linked.txt").is_symlink()


def test_a_link_is_not_written_through(guarded: Settings) -> None:
    before = beside(guarded)
    outcomes = add_articles(guarded, [offer_bytes(text(n).encode(), name) for n, name in
                                      enumerate(["linked.txt", "dangling.txt", "door/kept.txt"])])  # fmt: skip
    assert beside(guarded) == before
    assert [outcome.action for outcome in outcomes][:2] == [Action.ADDED, Action.ADDED]
    assert [outcome.path for outcome in outcomes] == ["linked-2.txt", "dangling-2.txt", None]
