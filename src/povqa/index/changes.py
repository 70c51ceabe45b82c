"""What bringing an index in line with its corpus did, or would do. Light: the command line imports it."""

from __future__ import annotations

from dataclasses import dataclass

from povqa.errors import PovqaError


@dataclass(frozen=True, slots=True)
class Changes:
    """The articles that entered, changed or left, by id; and the files that were passed over, with the reason."""

    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    unchanged: int = 0
    skipped: tuple[tuple[str, PovqaError], ...] = ()  # (path as people are shown it, why)
    rebuilt: bool = False  # all of it was written anew, whatever had changed
    companions: tuple[str, ...] = ()  # folders that browsers saved beside a page, as people are shown them

    def __bool__(self) -> bool:
        """Whether anything entered, changed or left."""
        return bool(self.added or self.changed or self.removed)
