"""The conditions in eval/expected.toml: a command, and the scores that it must reproduce."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError, model_validator

from povqa.errors import QuestionError
from povqa.evaluation.results import Report

_ROUNDING = 1e-9


class Expected(BaseModel):
    """What a score must be: within `tolerance` of `value`, or at least `least`, or at most `most`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    value: float | None = None
    tolerance: float = 0.01
    least: float | None = None
    most: float | None = None

    @model_validator(mode="after")
    def _something(self) -> Expected:
        if (self.value, self.least, self.most) == (None, None, None):
            raise ValueError("one of value, least and most is needed")
        return self

    def holds(self, found: float) -> bool:
        """Whether a score is what it must be."""
        return (
            (self.value is None or abs(found - self.value) <= self.tolerance + _ROUNDING)
            and (self.least is None or found >= self.least)
            and (self.most is None or found <= self.most)
        )

    def __str__(self) -> str:
        parts = [f"{self.value:g} ± {self.tolerance:g}"] if self.value is not None else []
        parts += [f"≥ {self.least:g}"] if self.least is not None else []
        parts += [f"≤ {self.most:g}"] if self.most is not None else []
        return ", ".join(parts)


class Condition(BaseModel):
    """A command as one would type it, and what must come of it; scores are named `score` or `type/score`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    command: str
    scores: dict[str, Expected]


class _File(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    condition: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Checked:
    """A score beside what it must be."""

    condition: Condition
    score: str
    expected: Expected
    found: float | None  # None: the report does not have it

    @property
    def ok(self) -> bool:
        """Whether it is what it must be."""
        return self.found is not None and self.expected.holds(self.found)


def read_conditions(path: Path) -> tuple[Condition, ...]:
    """Read the conditions.

    :raises QuestionError: the file cannot be read, or is not in the format.
    """
    try:
        return _File.model_validate(tomllib.loads(path.read_text(encoding="utf-8"))).condition
    except OSError as error:
        raise QuestionError(
            f"the conditions {path} cannot be read ({error.strerror}); name their file with --expected",
            f"无法读取检查条件 {path}（{error.strerror}）；请用 --expected 指定文件",
        ) from error
    except (ValueError, ValidationError) as error:
        first = str(error).splitlines()[0]
        raise QuestionError(
            f"{path} is not in the format of conditions ({first}); compare it with eval/expected.toml",
            f"{path} 不是检查条件的格式（{first}）；请参照 eval/expected.toml",
        ) from error


def check(conditions: tuple[Condition, ...], measure: Callable[[str], Report]) -> Iterator[Checked]:
    """Run each condition's command and hold its report against what is expected.

    :param measure: runs a command, gives its report.
    """
    for condition in conditions:
        report = measure(condition.command)
        for score, expected in condition.scores.items():
            yield Checked(condition, score, expected, find_score(report, score))


def find_score(report: Report, name: str) -> float | None:
    """A score by its name in the conditions: `hit@1`, `near_miss/right`, `questions`, `p95_ms`; None if missing."""
    if name == "questions":
        return float(len(report.outcomes))
    if name in ("p50_ms", "p95_ms", "total_s"):
        return float(getattr(report.latency, name))
    group, _, score = name.rpartition("/")
    scores = report.overall if not group else report.by_type.get(group, {})
    return scores[score].value if score in scores else None


def filled(conditions: tuple[Condition, ...], measure: Callable[[str], Report]) -> str:
    """The conditions as TOML, every `value` as a run gives it now; bounds and tolerances stay.

    :raises QuestionError: a condition names a score that its report does not have.
    """
    lines = [
        "# What `povqa eval --check` runs and what must come of it. `povqa eval --write-expected` fills in each",
        "# `value` and keeps everything else but comments. A score has a value and a tolerance, or a least, or a most.",
    ]
    for condition in conditions:
        report = measure(condition.command)
        lines += ["", "[[condition]]", f"name = {_string(condition.name)}", f"command = {_string(condition.command)}"]
        lines += ["", "[condition.scores]"]
        for score, expected in condition.scores.items():
            found = find_score(report, score)
            if found is None:
                raise QuestionError(f"{condition.command} gives no score {score}; take it out of the conditions")
            kept = expected.model_copy(update={"value": found} if expected.value is not None else {})
            fields = kept.model_dump(exclude_none=True, exclude=set() if kept.value is not None else {"tolerance"})
            lines.append(f"{_string(score)} = {{ {', '.join(f'{key} = {value:g}' for key, value in fields.items())} }}")
    return "\n".join(lines) + "\n"


def _string(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
