"""Connections to the public internet alone, within a time: no address may lead into one's own network."""

from __future__ import annotations

import ipaddress
import socket
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from urllib3 import HTTPConnectionPool

_NAT64 = (ipaddress.IPv6Network("64:ff9b::/96"), ipaddress.IPv6Network("64:ff9b:1::/48"))


class BlockedError(Exception):
    """A host has an address that is not of the public internet."""


class Deadline:
    """A time by which all is over; leaving it closes the connections opened under it."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._end = time.monotonic() + seconds
        self._watched: list[tuple[threading.Timer, socket.socket]] = []

    def __enter__(self) -> Deadline:
        return self

    def __exit__(self, *_: object) -> None:
        for timer, watched in self._watched:
            timer.cancel()
            _shut(watched)
            watched.close()

    def left(self) -> float:
        """Seconds left, at least a little: 0 means no limit to a socket."""
        return max(0.01, self._end - time.monotonic())

    def is_over(self) -> bool:
        """Whether the time is up."""
        return time.monotonic() >= self._end

    def watch(self, opened: socket.socket) -> None:
        """Shut a connection when the time is up: one that sends a byte now and then outlives any limit of a read."""
        copy = opened.dup()  # TLS takes the original over
        timer = threading.Timer(self.left(), _shut, [copy])
        timer.daemon = True
        timer.start()
        self._watched.append((timer, copy))


def _shut(opened: socket.socket) -> None:
    with suppress(OSError):  # the other side was faster
        opened.shutdown(socket.SHUT_RDWR)


def is_public(address: str) -> bool:
    """Whether an IP address is of the public internet, and so is any IPv4 address that stands in it."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        inner = [ip.ipv4_mapped, ip.sixtofour, *(ip.teredo or ())]
        if any(ip in network for network in _NAT64):
            inner.append(ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF))
        if any(part is not None and not is_public(str(part)) for part in inner):
            return False
        if ip.ipv4_mapped is not None:
            return True
        if int(ip) < 1 << 32 or ip.is_site_local:  # ::a.b.c.d and fec0::, both long withdrawn
            return False
    return ip.is_global and not (ip.is_multicast or ip.is_reserved or ip.is_unspecified or ip.is_loopback)


def public_addresses(
    host: str, port: int, deadline: Deadline, allow: Callable[[str, int], bool] | None = None
) -> list[str]:
    """The IP addresses of a host, every one of them public or allowed.

    :raises BlockedError: one of them is neither.
    :raises OSError: the host has none, or its name is not answered in time.
    """
    addresses = list(dict.fromkeys(_resolve(host, port, deadline)))
    for address in addresses:
        if not (is_public(address) or (allow is not None and allow(address, port))):
            raise BlockedError(f"its address {address} is private, local or reserved")
    return addresses


def _resolve(host: str, port: int, deadline: Deadline) -> list[str]:
    """Ask for a name's addresses; the system's own call knows no time limit."""
    result: list[str] = []
    failure: list[Exception] = []

    def ask() -> None:
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            result.extend(str(entry[4][0]) for entry in found)
        except (OSError, UnicodeError) as error:
            failure.append(error)

    thread = threading.Thread(target=ask, daemon=True)
    thread.start()
    thread.join(deadline.left())
    if failure:
        raise OSError(f"its name is unknown: {failure[0]}") from failure[0]
    if not result:
        raise TimeoutError("its name is not answered")
    return result


def pool_for(scheme: str, host: str, port: int, addresses: Sequence[str], deadline: Deadline) -> HTTPConnectionPool:
    """A pool of connections that go to these addresses and no others, and end with the time.

    The certificate is checked for the host's name, whichever address is connected to.
    """
    import urllib3
    from urllib3.connection import HTTPConnection, HTTPSConnection

    def connect(connection: HTTPConnection) -> socket.socket:
        problem: OSError = OSError("no address")
        for address in addresses:
            try:
                opened = socket.create_connection((address, port), timeout=deadline.left())
            except OSError as error:
                problem = error
                continue
            deadline.watch(opened)
            return opened
        raise urllib3.exceptions.NewConnectionError(connection, str(problem)) from problem

    class PlainTo(HTTPConnection):
        def _new_conn(self) -> socket.socket:
            return connect(self)

    class SecureTo(HTTPSConnection):
        def _new_conn(self) -> socket.socket:
            return connect(self)

    kinds: dict[str, tuple[Any, Any]] = {
        "http": (urllib3.HTTPConnectionPool, PlainTo),
        "https": (urllib3.HTTPSConnectionPool, SecureTo),
    }
    made, connection = kinds[scheme]
    pool: HTTPConnectionPool = type(made.__name__, (made,), {"ConnectionCls": connection})(host, port)
    return pool
