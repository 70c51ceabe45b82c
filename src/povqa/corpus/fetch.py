"""A page from the web, fetched as a careful guest does: bounded, to public addresses only, where robots.txt allows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, urljoin, urlsplit, urlunsplit

from povqa.corpus.connections import BlockedError, Deadline, pool_for, public_addresses
from povqa.corpus.saved import page_bytes, page_name
from povqa.errors import CorpusError

if TYPE_CHECKING:
    from urllib3 import BaseHTTPResponse

PORTS = {"http": 80, "https": 443}
SUFFIXES = {"text/html": ".html", "application/xhtml+xml": ".html", "application/pdf": ".pdf", "text/plain": ".txt"}
_MOST_URL = 2_000
_MOST_ROBOTS = 500 << 10  # RFC 9309 asks for at least that much
_MOST_REDIRECTS = 5
_REDIRECTS = frozenset((301, 302, 303, 307, 308))
_PIECE = 64 << 10


@dataclass(frozen=True, slots=True)
class Page:
    """What came from an address."""

    url: str  # after redirects
    data: bytes
    content_type: str
    suffix: str  # .html, .pdf or .txt

    @property
    def name(self) -> str:
        """A file name that tells site and page, the same for the same address."""
        return page_name(self.url, self.suffix)

    @property
    def saved(self) -> bytes:
        """The bytes as the corpus keeps them."""
        return page_bytes(self.url, self.data) if self.suffix == ".html" else self.data


def fetch(
    url: str,
    *,
    most_bytes: int = 20 << 20,
    seconds: float = 30.0,
    allow: Callable[[str, int], bool] | None = None,
) -> Page:
    """Fetch a web page, a PDF or a text.

    Only http and https, ports 80 and 443, and addresses of the public internet; each redirect is checked again, and the
    address that was checked is the one connected to.

    :param most_bytes: the size that is refused, after decompression.
    :param seconds: for all of it, robots.txt and redirects included.
    :param allow: (IP address, port) that may be connected to all the same; for tests and for a site of one's own.
    :raises CorpusError: one line that says why there is no page.
    """
    with Deadline(seconds) as deadline:
        return _fetch(url, most_bytes, deadline, allow)


def _fetch(url: str, most_bytes: int, deadline: Deadline, allow: Callable[[str, int], bool] | None) -> Page:
    asked: dict[tuple[str, str], _Rules] = {}
    place = url.strip()
    for _ in range(_MOST_REDIRECTS + 1):
        parts = _checked(place, allow is not None)
        site = (parts.scheme, parts.netloc)
        if site not in asked:
            asked[site] = _robots(parts, deadline, allow)
        if not asked[site](place):
            raise CorpusError(
                f"{url}: its site asks programs not to read this page (robots.txt); save it from a browser",
                f"{url}：网站不允许程序读取该页（robots.txt）；请用浏览器保存后再添加文件",
            )
        with _get(parts, deadline, allow) as response:
            target = response.headers.get("Location") if response.status in _REDIRECTS else None
            if target:
                place = urljoin(place, target)
                continue
            if response.status != 200:
                raise CorpusError(
                    f"{url}: the site answers {response.status}; check the address in a browser",
                    f"{url}：网站返回 {response.status}；请在浏览器中核对网址",
                )
            stated = response.headers.get("Content-Type", "")
            data = _body(response, most_bytes, deadline, url)
        kind = _kind(stated, data)
        if kind is None:
            raise CorpusError(
                f"{url}: it is no page, PDF or text ({stated or 'of no stated kind'}); save the article as one of them",
                f"{url}：不是网页、PDF 或文本（{stated or '未注明类型'}）；请另存为其中一种",
            )
        return Page(place, data, stated, SUFFIXES[kind])
    raise CorpusError(
        f"{url}: it redirects more than {_MOST_REDIRECTS} times; give the address that a browser ends at",
        f"{url}：跳转超过 {_MOST_REDIRECTS} 次；请使用浏览器最终打开的网址",
    )


def user_agent() -> str:
    """How povqa names itself to sites."""
    from importlib.metadata import PackageNotFoundError, version

    try:
        return f"povqa/{version('povqa')}"
    except PackageNotFoundError:  # run from a folder
        return "povqa"


_Rules = Callable[[str], bool]


def _checked(url: str, any_port: bool) -> SplitResult:
    """The parts of an address that may be fetched."""
    try:
        parts = urlsplit(url)
        port = parts.port
        host = (parts.hostname or "").encode("idna").decode("ascii") if not _is_ip(parts.hostname) else parts.hostname
    except (ValueError, UnicodeError) as error:
        raise _no_address(url) from error
    if len(url) > _MOST_URL or parts.scheme not in PORTS or not host or any(char in url for char in "\r\n\t\0\\ "):
        raise _no_address(url)
    if parts.username is not None or parts.password is not None:
        raise CorpusError(
            f"{parts.scheme}://{parts.hostname}: no user name may stand in the address; save the page from a browser",
            f"{parts.scheme}://{parts.hostname}：不能抓取带用户名的网址；请用浏览器保存页面",
        )
    if port is not None and port != PORTS[parts.scheme] and not any_port:
        raise CorpusError(
            f"{url}: only the usual ports 80 and 443 are fetched from; save the page from a browser",
            f"{url}：只能从常用端口 80 和 443 抓取；请用浏览器保存页面",
        )
    return parts


def _is_ip(host: str | None) -> bool:
    import ipaddress

    try:
        ipaddress.ip_address(host or "")
    except ValueError:
        return False
    return True


def _no_address(url: str) -> CorpusError:
    shown = " ".join(url[:200].split())
    return CorpusError(
        f"{shown}: not an address that can be fetched; give one that begins with http:// or https://",
        f"{shown}：不是可抓取的网址；请给出以 http:// 或 https:// 开头的网址",
    )


def _get(parts: SplitResult, deadline: Deadline, allow: Callable[[str, int], bool] | None) -> BaseHTTPResponse:
    """Ask for a page; the answer's body is still to be read."""
    import urllib3

    host = parts.hostname or ""
    port = parts.port or PORTS[parts.scheme]
    name = urlunsplit(("", "", parts.path or "/", parts.query, ""))
    try:
        addresses = public_addresses(host, port, deadline, allow)
        pool = pool_for(parts.scheme, host, port, addresses, deadline)
        return pool.urlopen(
            "GET",
            urllib3.util.parse_url(name).url,
            headers={
                "User-Agent": user_agent(),
                "Accept": "text/html,application/xhtml+xml,application/pdf,text/plain;q=0.8",
                "Accept-Language": "zh-CN,zh;q=0.9,en;q=0.5",
                "Accept-Encoding": "gzip, deflate",
            },
            redirect=False,
            retries=False,
            preload_content=False,
            timeout=urllib3.Timeout(connect=deadline.left(), read=deadline.left()),
            assert_same_host=False,
        )
    except BlockedError as error:
        raise CorpusError(
            f"{host}: {error}, which povqa does not fetch from; save the page from a browser",
            f"{host}：指向本机或内部网络地址，povqa 不抓取；请用浏览器保存页面",
        ) from error
    except (urllib3.exceptions.HTTPError, OSError, ValueError) as error:
        raise _unreachable(host, deadline, error) from error


def _unreachable(host: str, deadline: Deadline, error: Exception) -> CorpusError:
    if deadline.is_over():
        return CorpusError(
            f"{host}: no answer within {deadline.seconds:g} s; try again later, or save the page from a browser",
            f"{host}：{deadline.seconds:g} 秒内没有响应；请稍后再试，或用浏览器保存页面",
        )
    reason = " ".join(str(error.__cause__ or error).split())[:120]
    return CorpusError(
        f"{host}: it cannot be reached ({reason}); check the address and the network",
        f"{host}：无法访问（{reason}）；请检查网址和网络",
    )


def _body(response: BaseHTTPResponse, most: int, deadline: Deadline, url: str) -> bytes:
    """The decompressed body; urllib3 unpacks no more than is asked for."""
    import urllib3

    pieces: list[bytes] = []
    size = 0
    try:
        for piece in response.stream(_PIECE, decode_content=True):
            size += len(piece)
            if size > most:
                raise CorpusError(
                    f"{url}: it is larger than {most >> 20} MB; save the article alone and add the file",
                    f"{url}：超过 {most >> 20} MB；请只保存文章本身再添加文件",
                )
            if deadline.is_over():
                raise TimeoutError
            pieces.append(piece)
    except (urllib3.exceptions.HTTPError, OSError) as error:
        raise _unreachable(urlsplit(url).hostname or url, deadline, error) from error
    return b"".join(pieces)


def _kind(stated: str, data: bytes) -> str | None:
    """The media type, by its label or, without one, by how the data begin."""
    label = stated.partition(";")[0].strip().lower()
    if data.startswith(b"%PDF-"):
        return "application/pdf"
    if label in SUFFIXES:
        return label if label != "application/pdf" else None
    if not label and data.lstrip()[:1] == b"<":
        return "text/html"
    return None


def _robots(parts: SplitResult, deadline: Deadline, allow: Callable[[str, int], bool] | None) -> _Rules:
    """What a site's robots.txt allows (RFC 9309): all of it where there is none, nothing where it cannot be had."""
    from protego import Protego

    place = urlunsplit((parts.scheme, parts.netloc, "/robots.txt", "", ""))
    for _ in range(_MOST_REDIRECTS + 1):
        with _get(_checked(place, allow is not None), deadline, allow) as response:
            target = response.headers.get("Location") if response.status in _REDIRECTS else None
            if target:
                place = urljoin(place, target)
                continue
            if response.status != 200:
                allowed = 400 <= response.status < 500
                return lambda _: allowed
            data = b""
            for piece in response.stream(_PIECE, decode_content=True):
                data += piece
                if len(data) >= _MOST_ROBOTS or deadline.is_over():
                    break
            rules = Protego.parse(data[:_MOST_ROBOTS].decode("utf-8", errors="replace"))
            return lambda url: rules.can_fetch(url, "povqa")
    return lambda _: True  # so many redirects count as none (RFC 9309, 2.3.1.2)
