"""The questions of an evaluation set with their right answers, as eval/README.md describes them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from povqa.errors import QuestionError

Split = Literal["dev", "held_out", "all"]


class Gold(BaseModel):
    """The right short answers: any one of `any`, or one variant of each item of `all`. Both empty: nothing answers."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    any: tuple[str, ...] = ()
    all: tuple[tuple[str, ...], ...] = ()

    @property
    def variants(self) -> tuple[str, ...]:
        """Every string that is right, as a whole or as an item."""
        return self.any + tuple(variant for item in self.all for variant in item)

    def __str__(self) -> str:
        return ", ".join(item[0] for item in self.all if item) if self.all else " / ".join(self.any)


class Question(BaseModel):
    """A question, and all that its answer is judged by."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: str
    question: str
    history: tuple[str, ...] = ()
    type: str = "question"
    articles: tuple[str, ...] = ()  # ids of those that answer; empty: not known, or none
    answers: Gold = Gold()
    evidence: tuple[str, ...] = ()  # empty for an answerable question: a sentence with a right answer in it counts
    evidence_mode: Literal["any", "all"] = "any"
    answerable: bool = True
    split: str = "all"
    note: str = ""

    @model_validator(mode="before")
    @classmethod
    def _plain(cls, line: Any) -> Any:
        """A plain line gives its answers as one string or a list of them; an empty list: nothing answers."""
        if isinstance(line, dict) and isinstance(line.get("answers"), str | list):
            answers = line["answers"]
            answers = [answers] if isinstance(answers, str) else answers
            return {"answerable": bool(answers), **line, "answers": {"any": answers}}
        return line

    @model_validator(mode="after")
    def _whole(self) -> Question:
        if self.answerable and not (self.answers.variants or self.evidence):
            raise ValueError("an answerable question needs answers or evidence")
        return self

    @property
    def all_needed(self) -> bool:
        """Whether every piece of evidence must be cited, not just one."""
        return self.evidence_mode == "all"


class Passage(BaseModel):
    """A text that a set of questions brings along."""

    model_config = ConfigDict(frozen=True, extra="ignore", populate_by_name=True)

    id: str = Field(alias="pid")
    text: str
    title: str = ""


@dataclass(frozen=True, slots=True)
class QuestionSet:
    """Questions, and the passages they are put to where the set brings its own corpus."""

    name: str
    questions: tuple[Question, ...]
    passages: tuple[Passage, ...] = ()


def broken_set(path: Path, what: str, zh: str) -> QuestionError:
    """The error for a file that is no set of questions."""
    return QuestionError(
        f"{path}: {what}; eval/README.md describes the format",
        f"{path}：{zh}；格式见 eval/README.md",
    )


def read_text(path: Path) -> str:
    """A set's file, as UTF-8 text.

    :raises QuestionError: it cannot be read.
    """
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not UTF-8 text"
        raise QuestionError(
            f"the questions {path} cannot be read ({reason}); name another file with --set",
            f"无法读取问题集 {path}（{reason}）；请用 --set 指定别的文件",
        ) from error


def read_lines(path: Path) -> list[dict[str, Any]]:
    """The objects of a JSONL file.

    :raises QuestionError: a line is no JSON object.
    """
    objects: list[dict[str, Any]] = []
    for number, line in enumerate(read_text(path).splitlines(), start=1):
        if not line.strip():
            continue
        try:
            found = json.loads(line)
        except ValueError as error:
            raise broken_set(path, f"line {number} is not JSON", f"第 {number} 行不是 JSON") from error
        if not isinstance(found, dict):
            raise broken_set(path, f"line {number} is not an object", f"第 {number} 行不是 JSON 对象")
        objects.append(found)
    return objects


def read_questions(path: Path) -> tuple[Question, ...]:
    """Questions from JSONL: ours, or plain lines with `question` and `answers`. A missing id is the line's number.

    :raises QuestionError: the file cannot be read, or a line is no question.
    """
    questions: list[Question] = []
    for number, line in enumerate(read_lines(path), start=1):
        try:
            questions.append(Question.model_validate({"id": f"q{number:05d}", **line}))
        except ValidationError as error:
            first = error.errors()[0]
            place = ".".join(str(part) for part in first["loc"]) or "the line"
            raise broken_set(
                path, f"question {number}, {place}: {first['msg']}", f"第 {number} 个问题的 {place} 有误"
            ) from error
    if len({question.id for question in questions}) < len(questions):
        raise broken_set(path, "two questions have the same id", "有两个问题的 id 相同")
    return tuple(questions)
