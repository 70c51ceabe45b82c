"""The folders that browsers save beside a page, for its pictures, scripts and advertisements: they hold no article."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from pathlib import Path

from povqa.errors import CorpusError

PAGES = (".htm", ".html", ".xhtml", ".mhtml")
_NAME = re.compile(r"(.+?)(?:_files|\.files|_文件|-Dateien)")
_PART = re.compile(r".+\.(?:css|js)(?:\.[^.\d]+)?", re.IGNORECASE)  # Chromium: jquery.js.下载


class CompanionError(CorpusError):
    """A folder holds the parts of a saved page, and no article."""

    def __init__(self, folder: str) -> None:
        super().__init__(
            f"{folder}: skipped, a browser saved it beside a page; to add a file of it all the same, name that file",
            f"{folder}：已跳过，它是浏览器随网页保存的文件夹；若要添加其中的文件，请直接给出该文件",
        )
        self.folder = folder


def pages_among(names: Iterable[str]) -> frozenset[str]:
    """The names of a folder's pages, without their suffixes."""
    return frozenset(stem for stem, suffix in map(os.path.splitext, names) if suffix.lower() in PAGES)


def is_companion(path: str, pages: frozenset[str]) -> bool:
    """Whether a folder is one that a browser saved beside a page.

    The page stands beside it; or it did, and the folder was left behind: then it holds style sheets or scripts.

    :param pages: of the folder that it stands in, as `pages_among` has them.
    """
    named = _NAME.fullmatch(os.path.basename(path))
    if named is None:
        return False
    if named[1] in pages:
        return True
    try:
        with os.scandir(path) as entries:
            return any(_PART.fullmatch(entry.name) for entry in entries)
    except OSError:  # whoever looks into it will say so
        return False


def belongs_to_page(folder: Path) -> bool:
    """`is_companion`, for a path that is no folder too."""
    if _NAME.fullmatch(folder.name) is None or not folder.is_dir():
        return False
    return is_companion(os.fspath(folder), pages_among(os.listdir(folder.parent)))
