"""What the arguments of `povqa add` name."""

import http.server
import json
import os
import threading
from pathlib import Path

import pytest

from povqa.corpus.companions import CompanionError
from povqa.corpus.readers.fields import FIELDS
from povqa.corpus.sources import OtherKindError, SourceError, Sources
from povqa.errors import CorpusError, PovqaError

PAGE = "<html><head><title>青河县脱贫</title></head><body><p>青河县修路五公里，投入九十万元。</p></body></html>"


@pytest.fixture
def sources(tmp_path):
    return Sources((tmp_path / "corpus").resolve())


def loaded(sources, *words):
    """(name, bytes or error) of each offer."""
    found = []
    for offer in sources.offers(words):
        try:
            page = offer.load()
            found.append((page.name, page.data))
        except PovqaError as error:
            found.append((offer.source, type(error)))
    return found


def fill(folder: Path, **texts):
    for name, text in texts.items():
        path = folder / name.replace("__", "/").replace("_dot_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text)


def test_a_file_wants_its_own_name_and_a_folder_its_name_and_what_is_in_it(sources, tmp_path):
    fill(tmp_path, a_dot_txt=b"a", box__b_dot_md=b"b", box__2017__c_dot_TXT=b"c", box___dot_git__d_dot_txt=b"d")
    assert loaded(sources, str(tmp_path / "a.txt"), str(tmp_path / "box")) == [
        ("a.txt", b"a"), ("box/b.md", b"b"), ("box/2017/c.TXT", b"c"),
    ]  # fmt: skip


def test_a_folder_named_by_a_dot_has_its_real_name(sources, tmp_path, monkeypatch):
    fill(tmp_path, box__b_dot_md=b"b")
    monkeypatch.chdir(tmp_path / "box")
    assert loaded(sources, ".") == [("box/b.md", b"b")]


def test_what_browsers_save_beside_a_page_is_passed_over_and_only_that(sources, tmp_path):
    fill(tmp_path, box__p_dot_html=b"p", box__p_files__ad_dot_html=b"x", box__q_files__r_dot_html=b"r")
    fill(tmp_path, box__旧闻_dot_htm=b"o", box__旧闻_dot_files__x_dot_html=b"x")
    box = tmp_path / "box"
    expected = [
        (f"{box}/p_files", CompanionError), (f"{box}/旧闻.files", CompanionError),
        ("box/p.html", b"p"), ("box/旧闻.htm", b"o"), ("box/q_files/r.html", b"r"),
    ]  # fmt: skip
    assert loaded(sources, str(box)) == expected
    found = loaded(sources, f"{box}/**/*.html")
    assert sorted(map(str, found)) == sorted(map(str, [*expected[:2], ("p.html", b"p"), ("r.html", b"r")])), (
        "nor by a pattern"
    )
    assert loaded(sources, f"{box}/*_files/*.html") == [(f"{box}/p_files", CompanionError), ("r.html", b"r")]
    assert loaded(sources, f"{box}/p_files/*.html") == [("ad.html", b"x")], "but for one that is named"
    assert loaded(sources, str(box / "p_files")) == [("p_files/ad.html", b"x")]


def test_links_in_a_folder_are_not_followed_but_one_that_is_named_is(sources, tmp_path):
    fill(tmp_path, secret_dot_txt=b"s", box__a_dot_txt=b"a", elsewhere__b_dot_txt=b"b")
    (tmp_path / "box" / "link.txt").symlink_to(tmp_path / "secret.txt")
    (tmp_path / "box" / "door").symlink_to(tmp_path / "elsewhere")
    assert loaded(sources, str(tmp_path / "box")) == [
        ("box/a.txt", b"a"), (f"{tmp_path}/box/link.txt", CorpusError),
    ]  # fmt: skip
    assert loaded(sources, str(tmp_path / "box" / "link.txt")) == [("link.txt", b"s")]


def test_other_kinds_are_told_apart_from_files_that_were_named(sources, tmp_path):
    fill(tmp_path, box__a_dot_PNG=b"x", box__Makefile=b"x")
    assert loaded(sources, str(tmp_path / "box")) == [
        (f"{tmp_path}/box/Makefile", OtherKindError), (f"{tmp_path}/box/a.PNG", OtherKindError),
    ]  # fmt: skip
    assert loaded(sources, str(tmp_path / "box" / "a.PNG")) == [("a.PNG", b"x")]  # its reader says so


def test_a_pattern(sources, tmp_path):
    fill(tmp_path, box__a_dot_txt=b"a", box__deep__b_dot_txt=b"b")
    assert loaded(sources, f"{tmp_path}/**/*.txt") == [("a.txt", b"a"), ("b.txt", b"b")]
    assert loaded(sources, f"{tmp_path}/b*") == [("box/a.txt", b"a"), ("box/deep/b.txt", b"b")]


@pytest.mark.parametrize("word", ["none.txt", "*.none", "", "[", "\0", "~nobody/x"])
def test_what_names_nothing(sources, word):
    assert [error for _, error in loaded(sources, word)] == [SourceError]


def test_no_file(sources, tmp_path):
    os.mkfifo(tmp_path / "pipe.txt")
    (tmp_path / "gone.txt").symlink_to(tmp_path / "nowhere")
    found = loaded(sources, str(tmp_path / "pipe.txt"), str(tmp_path / "gone.txt"))
    assert [error for _, error in found] == [CorpusError] * 2


def test_files_of_the_corpus_know_where_they_stand(sources, tmp_path):
    fill(tmp_path, corpus__sub__a_dot_txt=b"a", b_dot_txt=b"b")
    (tmp_path / "way").symlink_to(tmp_path / "corpus")
    words = [str(tmp_path / "corpus"), str(tmp_path / "way" / "sub" / "a.txt"), str(tmp_path / "b.txt")]
    assert [offer.inside for offer in sources.offers(words)] == ["sub/a.txt", "sub/a.txt", None]


def test_a_folder_to_be_passed_over(tmp_path):
    fill(tmp_path, corpus__a_dot_txt=b"a", index__b_dot_txt=b"b")
    sources = Sources((tmp_path / "corpus").resolve(), ((tmp_path / "index").resolve(),))
    assert [offer.inside for offer in sources.offers([str(tmp_path)])] == ["a.txt"]


def test_records_become_files_of_a_folder_and_a_wrong_line_is_told_in_its_place(sources, tmp_path):
    table = tmp_path / "news.csv"
    table.write_text("id,标题,正文\na1,第一条/上,青河县修路。\nx,空的,\nCON,,白石乡\n", encoding="gb18030")
    found = loaded(sources, str(table))
    assert [name for name, _ in found] == ["news/a1.json", str(table), "news/CON_.json"]
    assert found[1][1] is CorpusError
    assert json.loads(found[0][1])["title"] == "第一条/上"
    assert [offer.source for offer in sources.offers([str(table)])] == [f"{table} #1", str(table), f"{table} #2"]


def test_a_table_that_is_none_and_a_column_that_is_not_there(sources, tmp_path):
    fill(tmp_path, a_dot_csv=bytes(range(256)), b_dot_jsonl=b'{"text": "x"}\n')
    assert loaded(sources, str(tmp_path / "a.csv")) == [(str(tmp_path / "a.csv"), CorpusError)]
    mapped = Sources(sources.corpus, fields={"text": "y"})
    assert [error for _, error in loaded(mapped, str(tmp_path / "b.jsonl"))] == [CorpusError]


def test_stdin_and_a_name_of_ones_own(sources, tmp_path):
    fill(tmp_path, a_dot_txt=b"a")
    named = Sources(sources.corpus, name="x/b.txt", stdin=b"s")
    assert loaded(named, "-") == [("x/b.txt", b"s")]
    assert loaded(named, str(tmp_path / "a.txt")) == [("x/b.txt", b"a")]


def test_the_fields_that_the_command_offers_are_those_of_the_readers():
    from povqa.cli.add import FIELDS as OFFERED

    assert tuple(FIELDS) == OFFERED


class Site(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        found = self.path == "/2017/c1.html"
        self.send_response(200 if found else 404)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.end_headers()
        self.wfile.write(PAGE.encode() if found else b"")

    def log_message(self, *args):
        pass


def test_a_page_is_kept_as_it_came_under_a_line_that_says_where_from(sources):
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Site) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        site = f"http://127.0.0.1:{server.server_port}"
        allowed = Sources(sources.corpus, allow=lambda address, port: port == server.server_port)
        (name, data), missing = loaded(allowed, f"{site}/2017/c1.html", f"{site}/none.html")
        refused = loaded(sources, f"{site}/2017/c1.html")
        server.shutdown()
    assert name.startswith("127.0.0.1")
    assert name.endswith(".html")
    assert data.decode() == f"<!-- saved from url=({len(site) + 13:04}){site}/2017/c1.html -->\n{PAGE}"
    assert missing[1] is SourceError
    assert refused[0][1] is SourceError
