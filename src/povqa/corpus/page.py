"""A page under cleaning: its lines, and which rule took which of them out."""

from __future__ import annotations

from povqa.corpus.lines import Line, trim
from povqa.text.normalise import normalise
from povqa.types import Dropped


class Page:
    """The lines of a page with the rule that dropped each, if any."""

    def __init__(self, lines: list[Line]) -> None:
        self.lines = lines
        self.folded = [normalise(line.text) for line in lines]
        self.rules: list[str | None] = [None] * len(lines)
        self.cuts: list[tuple[int, int, Dropped]] = []  # line, 0 before it or 1 after it, piece

    def kept(self) -> list[int]:
        """The lines that no rule took."""
        return [place for place, rule in enumerate(self.rules) if rule is None]

    def drop(self, place: int, rule: str) -> None:
        """Take a whole line out."""
        self.rules[place] = rule

    def insert(self, place: int, line: Line, rule: str | None = None) -> None:
        """Put a line before line `place`; pieces cut off that line stay with it."""
        self.lines.insert(place, line)
        self.folded.insert(place, normalise(line.text))
        self.rules.insert(place, rule)

    def replace(self, place: int, line: Line) -> None:
        """Put another text in place of a line's."""
        self.lines[place] = line
        self.folded[place] = normalise(line.text)

    def cut(self, place: int, start: int, end: int, rule: str) -> None:
        """Take the piece [start, end), which reaches to one end of the line, out of it."""
        line = self.lines[place]
        if start == 0 and end >= len(line.text):
            self.drop(place, rule)
            return
        self.cuts.append((place, 0 if start == 0 else 1, Dropped(trim(line.text[start:end]), rule)))
        rest = trim(line.text[end:] if start == 0 else line.text[:start])
        self.replace(place, Line(rest, line.gap, line.indented))

    def dropped(self) -> tuple[Dropped, ...]:
        """All that was taken out, in the order of the page."""
        items = [
            (place, 0.5, 0, Dropped(line.text, rule))
            for place, (line, rule) in enumerate(zip(self.lines, self.rules, strict=True))
            if rule is not None
        ]
        for turn, (place, side, piece) in enumerate(self.cuts):
            # What was cut off a line's end was cut from the outside in.
            items.append((place, float(side), -turn if side else turn, piece))
        return tuple(item[-1] for item in sorted(items, key=lambda item: item[:3]))
