"""What an evaluation leaves behind: the report as it is written to JSON and read again."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, ValidationError

from povqa.errors import QuestionError
from povqa.evaluation.questions import Question

Stages = Literal["lexical", "dense", "fused", "full"]
STAGES: tuple[Stages, ...] = ("lexical", "dense", "fused", "full")

# Four digits: the last bits of a float differ from one processor to the next.
Figure = Annotated[float, AfterValidator(lambda value: round(value, 4))]


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Score(_Model):
    """The mean of a score over `n` questions, with its 95% bootstrap interval."""

    value: Figure
    low: Figure
    high: Figure
    n: int


class Candidate(_Model):
    """A sentence that was cited or weighed."""

    text: str
    article: str
    start: int
    end: int
    score: Figure
    right: bool  # it agrees with the gold evidence


class Outcome(_Model):
    """What became of a question."""

    question: Question
    kind: str  # what the question was understood to ask for
    status: Literal["answered", "not_found"]
    reason: str | None
    answers: tuple[str, ...]
    confidence: Figure
    citations: tuple[Candidate, ...]
    candidates: tuple[Candidate, ...]  # as the reader ranked them
    decision: str
    faults: tuple[str, ...]  # what is wrong with the citations; must be empty
    scores: dict[str, Figure]  # those that apply to the question


class Bin(_Model):
    """A bar of the reliability diagram."""

    low: Figure
    high: Figure
    confidence: Figure  # the mean
    right: Figure  # the share
    n: int


class Latency(_Model):
    """What differs from run to run, and nothing else does."""

    p50_ms: Figure
    p95_ms: Figure
    total_s: Figure


class Report(_Model):
    """An evaluation: the figures, overall and by type, and every question's outcome."""

    format: Literal[1] = 1
    set: str
    split: str
    stages: Stages
    encoder: str
    fingerprint: str  # of the code, the corpus and the questions
    overall: dict[str, Score]
    by_split: dict[str, dict[str, Score]]
    by_type: dict[str, dict[str, Score]]
    risk_coverage: tuple[tuple[Figure, Figure], ...]
    reliability: tuple[Bin, ...]
    ablation: dict[Stages, dict[str, Score]]
    outcomes: tuple[Outcome, ...]
    latency: Latency


def read_report(path: Path) -> Report:
    """Read a report that `povqa eval --out` wrote.

    :raises QuestionError: it cannot be read, or is none.
    """
    try:
        return Report.model_validate_json(path.read_bytes())
    except OSError as error:
        raise QuestionError(
            f"the report {path} cannot be read ({error.strerror}); write one with `povqa eval --out eval/reports`",
            f"无法读取报告 {path}（{error.strerror}）；请用 `povqa eval --out eval/reports` 生成",
        ) from error
    except ValidationError as error:
        raise QuestionError(
            f"{path} is not a report of this version; write a new one with `povqa eval --out eval/reports`",
            f"{path} 不是本版本的报告；请用 `povqa eval --out eval/reports` 重新生成",
        ) from error


def report_json(report: Report) -> str:
    """The report as JSON, one question a line, so that two reports can be compared as text."""
    head = report.model_dump_json(indent=1, exclude={"outcomes", "latency"}).removesuffix("\n}")
    lines = ",\n  ".join(outcome.model_dump_json(exclude_defaults=True) for outcome in report.outcomes)
    return f'{head},\n "outcomes": [\n  {lines}\n ],\n "latency": {report.latency.model_dump_json()}\n}}\n'
