"""The form of a text that matching works on. It has the length of the text itself, so offsets carry over."""

from __future__ import annotations

import unicodedata
from functools import cache
from importlib.util import find_spec
from pathlib import Path

# One sign for the variants that mean the same. Full-width forms need no line: NFKC folds them.
_VARIANTS = {
    **dict.fromkeys("“”„‟「」『』﹁﹂﹃﹄〝〞〟″", '"'),
    **dict.fromkeys("‘’‚‛′`´", "'"),
    **dict.fromkeys("‐‑‒–—―−─━", "-"),
    **dict.fromkeys("•‧・∙⋅", "·"),
    **dict.fromkeys("〜∼", "~"),
    **dict.fromkeys("〔﹝", "["),
    **dict.fromkeys("〕﹞", "]"),
    **dict.fromkeys("〈", "《"),
    **dict.fromkeys("〉", "》"),
    "﹐": ",",
    "﹒": ".",
    "．": ".",
}
_MAX_STEPS = 8  # a character settles after three at most; the bound only guards against a cycle in the tables


@cache
def _simplified() -> dict[str, str]:
    """Traditional to simplified, character by character: OpenCC's table, its first choice where it has several.

    The table is read from the distribution's data file: importing the package would cost more than the reading.
    """
    spec = find_spec("opencc")
    if spec is None or spec.origin is None:  # pragma: no cover - it is a declared dependency
        raise ModuleNotFoundError("opencc-python-reimplemented")
    table = Path(spec.origin).with_name("dictionary") / "TSCharacters.txt"
    pairs = (line.partition("\t") for line in table.read_text(encoding="utf-8").splitlines())
    return {old: new[:1] for old, _, new in pairs if new}


def _step(char: str) -> str:
    if char.isspace() or unicodedata.category(char) in ("Cf", "Cc"):
        return " "
    if char in _VARIANTS:
        return _VARIANTS[char]
    # ① and ² stay: as plain digits they would grow into the number beside them.
    if unicodedata.category(char) != "No":
        compatible = unicodedata.normalize("NFKC", char)
        if len(compatible) == 1 and compatible != char:
            return compatible
    folded = char.casefold()
    if len(folded) == 1 and folded != char:
        return folded
    return _simplified().get(char, char) if char > "⺀" else char


class _Table(dict[int, str]):
    """Fills itself: only the characters that occur are ever worked out."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        for _ in range(_MAX_STEPS):
            following = _step(char)
            if following == char:
                break
            char = following
        self[code] = char
        return char


_TABLE = _Table()


def normalise(text: str) -> str:
    """Fold what does not matter for matching; never for display.

    Full-width to half-width, upper to lower case, traditional to simplified, quotes and dashes to one form, any white
    space or control character to a space. Character by character: `len(normalise(text)) == len(text)`, and doing it
    twice changes nothing.
    """
    return text.translate(_TABLE)
