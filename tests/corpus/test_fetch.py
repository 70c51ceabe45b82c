"""Fetching, from real servers on this machine: the argument that admits them is the only way to reach them."""

import contextlib
import gzip
import socket
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote

import pytest

from povqa.corpus.connections import BlockedError, Deadline, is_public, pool_for, public_addresses
from povqa.corpus.fetch import Page, fetch, user_agent
from povqa.corpus.readers import read_data
from povqa.errors import CorpusError

BODY = "山下县修通了进村公路，通了自来水，村民们都说好。县里今年还要建二十个扶贫车间，让三千户贫困户在家门口挣钱。"
HTML = f"<html><body><h1>山下县修路</h1><p>{BODY}</p><p>{BODY}</p></body></html>".encode("gb18030")
ROBOTS = b"User-agent: povqa\nDisallow: /private/\n\nUser-agent: *\nDisallow: /\n"


class Site(BaseHTTPRequestHandler):
    robots = (200, ROBOTS)

    def do_GET(self):
        self.server.seen.append((self.path, self.headers["User-Agent"], self.headers["Host"]))
        path, _, query = self.path.partition("?")
        known = {
            "/robots.txt": (*self.robots, "text/plain") if len(self.robots) == 2 else self.robots,
            "/to": (302, b"", "text/html", {"Location": unquote(query)}),
            "/loop": (301, b"", "text/html", {"Location": "/loop"}),
            "/on": (302, b"", "text/html", {"Location": f"/on?{len(self.server.seen)}"}),
            "/missing": (404, b"no"),
            "/picture": (200, b"\x89PNG", "image/png"),
            "/a.pdf": (200, b"%PDF-1.5 ...", "application/octet-stream"),
        }
        if path == "/bomb":
            self.answer(200, gzip.compress(bytes(64 << 20)), "text/html", {"Content-Encoding": "gzip"})
        elif path == "/mute":
            time.sleep(5)
        elif path == "/drip":
            self.answer(200, b"")
            self.drip()
        else:
            self.answer(*known.get(path, (200, HTML, "text/html; charset=gbk")))

    def drip(self):
        with contextlib.suppress(OSError):
            for _ in range(100):
                self.wfile.write(b"a")
                self.wfile.flush()
                time.sleep(0.1)

    def answer(self, status, body, kind="text/html", headers=None):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()
        with contextlib.suppress(OSError):
            self.wfile.write(body)

    def log_message(self, *args):
        pass


@pytest.fixture
def site():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    server.daemon_threads = True
    server.seen = []
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def get(site, path, **options):
    port = site.server_address[1]
    return fetch(f"http://127.0.0.1:{port}{path}", allow=lambda ip, to: (ip, to) == ("127.0.0.1", port), **options)


def test_a_page_as_it_came(site):
    page = get(site, "/news/1.html#part")
    assert (page.data, page.suffix, page.content_type) == (HTML, ".html", "text/html; charset=gbk")
    assert [(path, agent) for path, agent, _ in site.seen] == [
        ("/robots.txt", user_agent()), ("/news/1.html", user_agent()),
    ]  # fmt: skip
    assert user_agent().startswith("povqa")


def test_the_saved_page_knows_its_address(site):
    page = get(site, "/to?/news/c1--2.html?a=1")
    assert page.url.endswith("/news/c1--2.html?a=1")
    raw = read_data(page.saved, page.suffix, page.name, "a")
    assert raw.url == page.url.replace("--", "-%2D")
    assert raw.text.split("\n") == [BODY, BODY]
    assert page.name.startswith("127.0.0.1-c1--2-")
    assert page.name.endswith(".html")


@pytest.mark.parametrize("mark", [b"\xef\xbb\xbf", b"\xff\xfe"])
def test_a_byte_order_mark_stays_first(mark):
    encoding = {b"\xef\xbb\xbf": "utf-8", b"\xff\xfe": "utf-16-le"}[mark]
    page = Page("https://a.cn/1", mark + HTML.decode("gb18030").encode(encoding), "text/html", ".html")
    assert read_data(page.saved, ".html", "a", "a").url == "https://a.cn/1"


def test_names_hold_no_path():
    assert "/" not in Page("https://a.cn/..%2F..%2Fetc/passwd", b"", "", ".txt").name
    assert Page("https://a.cn/", b"", "", ".html").name != Page("https://a.cn/?id=2", b"", "", ".html").name


def test_a_page_has_one_name_by_whichever_link():
    names = {Page(url, b"", "", ".html").name for url in ("http://a.cn/1", "https://a.cn/1", "https://a.cn/1#end")}
    assert len(names) == 1


def test_robots_are_respected(site):
    with pytest.raises(CorpusError, match=r"robots\.txt"):
        get(site, "/private/1.html")
    assert [path for path, *_ in site.seen] == ["/robots.txt"]
    with pytest.raises(CorpusError, match=r"robots\.txt"):
        get(site, "/to?/private/1.html")


@pytest.mark.parametrize(("status", "allowed"), [(404, True), (403, True), (500, False), (503, False)])
def test_a_site_without_robots_allows_all_and_a_broken_one_nothing(site, monkeypatch, status, allowed):
    monkeypatch.setattr(Site, "robots", (status, ROBOTS))
    if allowed:
        assert get(site, "/x").data == HTML
    else:
        with pytest.raises(CorpusError, match=r"robots\.txt"):
            get(site, "/x")


@pytest.mark.parametrize(
    "target",
    ["http://127.0.0.1/x", "http://localhost:1/x", "http://169.254.169.254/latest", "http://[::1]/", "http://0.0.0.0/"],
)
def test_a_redirect_inwards_is_stopped(site, target):
    with pytest.raises(CorpusError, match="private, local or reserved"):
        get(site, f"/to?{target}")
    assert all(path != "/x" for path, *_ in site.seen)


def test_a_redirect_to_a_file_is_stopped(site):
    with pytest.raises(CorpusError, match="not an address"):
        get(site, "/to?file:///etc/passwd")


def test_loops_sizes_kinds_and_answers(site):
    for path, words in (
        ("/loop", "redirects more than"),
        ("/missing", "answers 404"),
        ("/picture", "no page, PDF or text"),
    ):
        with pytest.raises(CorpusError, match=words):
            get(site, path)
    with pytest.raises(CorpusError, match="larger than 1 MB"):
        get(site, "/bomb", most_bytes=1 << 20)
    assert get(site, "/a.pdf").suffix == ".pdf"


def test_redirects_without_end_to_ever_other_pages(site, monkeypatch):
    with pytest.raises(CorpusError, match="redirects more than"):
        get(site, "/on")
    assert len(site.seen) == 1 + 6
    monkeypatch.setattr(Site, "robots", (301, b"", "text/plain", {"Location": "/robots.txt"}))
    site.seen.clear()
    assert get(site, "/x").data == HTML, "so many redirects count as no robots.txt"
    assert len(site.seen) == 6 + 1


@pytest.mark.parametrize("path", ["/drip", "/mute"])
def test_the_time_is_for_all_of_it(site, path):
    start = time.monotonic()
    with pytest.raises(CorpusError, match="no answer within 1 s"):
        get(site, path, seconds=1)
    assert time.monotonic() - start < 4


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("ftp://a.cn/x", "not an address"),
        ("file:///etc/passwd", "not an address"),
        ("http:///x", "not an address"),
        ("http://a.cn:99999/", "not an address"),
        ("http://a.cn/\r\nX: y", "not an address"),
        ("https://a.cn/" + "x" * 3000, "not an address"),
        ("http://user:word@a.cn/", "no user name"),
        ("http://a.cn:8080/", "ports 80 and 443"),
        ("http://127.0.0.1/", "private, local or reserved"),
        ("http://2130706433/", "private, local or reserved"),
        ("http://0x7f000001/", "private, local or reserved"),
        ("http://[::ffff:10.0.0.1]/", "private, local or reserved"),
        ("http://localhost/", "private, local or reserved"),
    ],
)
def test_addresses_that_are_not_fetched(url, words):
    with pytest.raises(CorpusError, match=words) as caught:
        fetch(url, seconds=5)
    assert "\n" not in caught.value.message()
    assert "word" not in caught.value.message()


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0"),
        *("224.0.0.1", "240.0.0.1", "255.255.255.255", "198.18.0.1", "192.0.2.1", "::", "::1", "fe80::1%eth0"),
        *("fd00::1", "ff02::1", "::ffff:127.0.0.1", "::127.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a00:1"),
        *("2002:7f00:1::", "2002:a00:1::1", "2001:db8::1", "fec0::1", "2001:0:7f00:1::"),
    ],
)
def test_addresses_of_no_public_host(address):
    assert not is_public(address)


@pytest.mark.parametrize("address", ["1.1.1.1", "114.114.114.114", "2001:4860:4860::8888", "::ffff:8.8.8.8", "240e::1"])
def test_addresses_of_public_hosts(address):
    assert is_public(address)


def test_the_address_that_was_checked_is_the_one_connected_to(site):
    """A name that answers otherwise the second time gains nothing: it is not asked again."""
    port = site.server_address[1]
    with Deadline(5) as deadline:
        pool = pool_for("http", "rebinding.invalid", port, ["127.0.0.1"], deadline)
        assert pool.urlopen("GET", "/x", retries=False, redirect=False).data == HTML
    assert site.seen[-1][2] == f"rebinding.invalid:{port}"


def test_one_private_address_among_several_blocks_the_host():
    with Deadline(5) as deadline, pytest.raises(BlockedError):
        public_addresses("localhost", 80, deadline, allow=lambda ip, port: ip == "::2")


def test_a_port_where_nobody_listens():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(CorpusError, match="cannot be reached"):
        fetch(f"http://127.0.0.1:{port}/", allow=lambda *_: True, seconds=5)
