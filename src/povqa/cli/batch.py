"""`povqa ask --batch`: a line of JSON for each line of questions, as they come."""

from __future__ import annotations

from typing import BinaryIO

from pydantic import BaseModel, ConfigDict, ValidationError

from povqa.cli.app import App, write_json
from povqa.cli.ask import exit_code, open_engine, put
from povqa.errors import PovqaError, QuestionError
from povqa.render import answer_json
from povqa.types import Filters


class BatchQuestion(BaseModel):
    """A line of a batch that is given as JSON."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    question: str
    history: tuple[str, ...] = ()


def read_line(line: bytes) -> BatchQuestion:
    """A line of a batch: JSON if it begins with a brace, else the question itself.

    :raises QuestionError: if it is neither.
    """
    try:
        text = line.decode("utf-8-sig").strip()
    except UnicodeDecodeError as error:
        raise QuestionError("it is not UTF-8", "不是 UTF-8 编码") from error
    if not text.startswith("{"):
        return BatchQuestion(question=text)
    try:
        return BatchQuestion.model_validate_json(text)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        what = f"{where}: {first['msg']}" if where else first["msg"]
        shape = '{"question": "…", "history": ["…"]}'
        raise QuestionError(f"{what}, where {shape} belongs", f"{what}，应为 {shape}") from error


def answer_batch(app: App, stream: BinaryIO, filters: Filters, top: int, *, explain: bool) -> int:
    """Answer every line that can be taken; then tell of those that could not.

    :return: 0 if all were answered, 1 if some were not.
    :raises QuestionError: if a line could not be taken.
    """
    engine = open_engine(app)
    worst = 0
    bad: list[tuple[int, PovqaError]] = []
    for number, line in enumerate(stream, start=1):
        try:
            entry = read_line(line)
            answer, trace = put(engine, entry.question, entry.history, filters, top, explain=explain)
        except QuestionError as error:
            bad.append((number, error))
            continue
        write_json(answer_json(answer, trace))
        worst = max(worst, exit_code(answer))
    if bad:
        raise _bad_lines(str(getattr(stream, "name", "-")), bad)
    return worst


def _bad_lines(name: str, bad: list[tuple[int, PovqaError]]) -> QuestionError:
    number, error = bad[0]
    name = "stdin" if name in ("-", "<stdin>") else name
    more_en = f" (and {len(bad) - 1} more)" if len(bad) > 1 else ""
    more_zh = f"（另有 {len(bad) - 1} 行）" if len(bad) > 1 else ""
    return QuestionError(
        f"line {number} of {name}{more_en} was not answered: {error.en.rstrip('.')}; mend it, see `povqa ask --help`",
        f"{name} 第 {number} 行{more_zh}未能回答：{error.zh.rstrip('。')}；请改正，用法见 `povqa ask --help`",
    )
