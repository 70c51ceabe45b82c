"""Names from strangers (archives, web pages, chats) made into names that stay inside the corpus folder."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

MAX_NAME = 180  # bytes of UTF-8: file systems take 255, and a suffix and a number must find room
_MAX_DEPTH = 8
_MAX_PATH = 900  # bytes
# pathvalidate knows what systems forbid; these it lets pass, though they hide or turn what a person is shown.
_UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffd\ud800-\udfff]")
_NUMBERED = re.compile(r"(.+)-(\d{1,6})")


def safe_relative(name: str) -> str:
    """A relative path, with forward slashes, for a name that may be anything.

    No part of it leads up, is hidden, is reserved on some system, or holds characters that cannot be seen.
    A path that is too deep or too long keeps its last part alone.
    """
    parts = [part for part in re.split(r"[/\\]+", name) if part not in ("", ".", "..")]
    if len(parts) > 1 and re.fullmatch("[A-Za-z]:", parts[0]):
        parts = parts[1:]
    safe = [safe_name(part) for part in parts] or [safe_name("")]
    relative = "/".join(safe)
    return relative if len(safe) <= _MAX_DEPTH and len(relative.encode()) <= _MAX_PATH else safe[-1]


def safe_name(name: str) -> str:
    """A file's name without folders, of at most `MAX_NAME` bytes; its suffix stays."""
    from pathvalidate import sanitize_filename

    name = " ".join(_UNSEEN.sub("_", unicodedata.normalize("NFC", name)).split()).lstrip(".").strip()
    stem, dot, suffix = name.rpartition(".")
    if not dot or not stem or len(suffix) > 12 or " " in suffix:
        stem, dot, suffix = name, "", ""
    name = _cut(stem, MAX_NAME - len((dot + suffix).encode())).rstrip(" .") + dot + suffix
    return sanitize_filename(name, replacement_text="_", platform="universal").lstrip(".") or "unnamed"


def variants(relative: str, first: int = 1) -> Iterator[str]:
    """The name itself, then the same with a number: a.txt, a-2.txt, a-3.txt…

    :param first: begin with that of this number; the name itself has 1.
    """
    if first == 1:
        yield relative
    folder, slash, name = relative.rpartition("/")
    stem, dot, suffix = name.rpartition(".")
    if not dot:
        stem, suffix = name, ""
    for number in range(max(2, first), 1_000_000):
        yield f"{folder}{slash}{stem}-{number}{dot}{suffix}"


def is_variant(relative: str, wanted: str) -> bool:
    """Whether a path is the wanted one, or that with a number."""
    if relative == wanted:
        return True
    stem, _, suffix = relative.rpartition(".")
    wanted_stem, _, wanted_suffix = wanted.rpartition(".")
    found = _NUMBERED.fullmatch(stem)
    return suffix == wanted_suffix and found is not None and found[1] == wanted_stem


def _cut(text: str, most: int) -> str:
    """The text's beginning, of at most so many bytes."""
    return text.encode()[:most].decode(errors="ignore")
