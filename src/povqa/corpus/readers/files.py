"""What every reader shares: the bytes of a file within bounds, and the one line that says why it is skipped."""

from __future__ import annotations

from pathlib import Path

from povqa.errors import CorpusError

MOST_BYTES = {".pdf": 200 << 20, ".docx": 100 << 20}
MOST_BYTES_OTHERS = 32 << 20  # of a text or a page: the whole of Dream of the Red Chamber has 3 MB
MOST_CHARACTERS = 5_000_000


def read_bytes(path: Path, shown_path: str) -> bytes:
    """The bytes of a file.

    :raises CorpusError: it cannot be read, or is larger than any article of its kind.
    """
    most = MOST_BYTES.get(path.suffix.lower(), MOST_BYTES_OTHERS)
    try:
        with path.open("rb") as stream:
            data = stream.read(most + 1)  # its size may lie: a pipe, a file that grows
    except OSError as error:
        raise skipped(
            shown_path,
            f"it cannot be read ({error.strerror}); check its permissions",
            f"无法读取（{error.strerror}）；请检查文件权限",
        ) from error
    if len(data) > most:
        raise too_large(shown_path, f"{most >> 20} MB", f"{most >> 20} MB")
    return data


def skipped(shown_path: str, en: str, zh: str) -> CorpusError:
    """The error of a file that is left out: what is wrong with it, and what to do."""
    return CorpusError(f"{shown_path}: skipped, {en}", f"{shown_path}：已跳过，{zh}")


def too_large(shown_path: str, en: str, zh: str) -> CorpusError:
    """The error of a file with more in it than an article has."""
    return skipped(shown_path, f"it holds more than {en}; split it into articles", f"内容超过 {zh}；请拆成单篇文章")


def empty(shown_path: str) -> CorpusError:
    """The error of a file without text."""
    return skipped(shown_path, "the file is empty; remove it or put the article in", "文件是空的；请删除或填入文章")
