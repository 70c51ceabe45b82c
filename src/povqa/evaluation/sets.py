"""Sets in other forms: SQuAD's JSON (DRCD, CMRC 2018, XQuAD), and folders of passages.jsonl with questions.jsonl.

They bring their passages along, so they are put to a corpus of their own.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from povqa.evaluation.questions import (
    Gold,
    Passage,
    Question,
    QuestionSet,
    Split,
    broken_set,
    read_lines,
    read_questions,
    read_text,
)
from povqa.text.sentences import split_sentences


def load_set(path: Path, *, split: Split = "all", limit: int | None = None, passages: int | None = None) -> QuestionSet:
    """Load a set, whichever form it has.

    :param split: keep these questions only; a set without splits is kept whole.
    :param limit: at most so many questions, spread evenly over the set.
    :param passages: at most so many passages, the first; questions on the others are left out.
    :raises QuestionError: the file or folder holds no questions.
    """
    if path.is_dir():
        found = _folder(path)
    elif path.suffix == ".json":
        found = _squad(path)
    else:
        found = QuestionSet(path.stem, read_questions(path))
    kept = found.passages if passages is None else found.passages[:passages]
    known = {passage.id for passage in kept}
    questions = [
        question
        for question in found.questions
        if (split == "all" or question.split in (split, "all"))
        and (not found.passages or known.issuperset(question.articles))
    ]
    if limit is not None and limit < len(questions):
        questions = [questions[place * len(questions) // limit] for place in range(limit)]
    if not questions:
        raise broken_set(path, "it holds no questions that fit the options", "没有符合选项的问题")
    return QuestionSet(found.name, tuple(questions), kept)


def write_corpus(passages: Iterable[Passage], folder: Path) -> None:
    """Write a corpus folder: one file a passage, named by its id, its title on the first line."""
    for passage in passages:
        text = f"{passage.title}\n\n{passage.text}" if passage.title else passage.text
        (folder / f"{passage.id}.txt").write_text(text + "\n", encoding="utf-8")


def _folder(path: Path) -> QuestionSet:
    passages: list[Passage] = []
    try:
        for line in read_lines(path / "passages.jsonl"):
            passage = Passage.model_validate(line)
            passages.append(passage.model_copy(update={"id": _file_name(passage.id)}))
        by_id = {passage.id: passage for passage in passages}
        questions = [
            _question(
                str(line["qid"]),
                str(line["question"]),
                by_id[_file_name(str(line["pid"]))],
                [str(answer) for answer in line["answers"]],
                answerable=not line.get("impossible", False),
            )
            for line in read_lines(path / "questions.jsonl")
        ]
    except (KeyError, TypeError, ValidationError) as error:
        raise broken_set(path, f"a field is missing or wrong ({error})", "缺少字段或字段有误") from error
    return QuestionSet(path.name, tuple(questions), tuple(passages))


def _squad(path: Path) -> QuestionSet:
    try:
        pairs = list(_squad_pairs(json.loads(read_text(path))))
    except (KeyError, TypeError, ValueError) as error:
        raise broken_set(path, "it is not in SQuAD's format", "不是 SQuAD 格式") from error
    passages = {passage.id: passage for passage, _ in pairs}
    return QuestionSet(path.stem, tuple(question for _, question in pairs), tuple(passages.values()))


def _squad_pairs(data: dict[str, Any]) -> Iterator[tuple[Passage, Question]]:
    number = 0
    for article in data["data"]:
        for paragraph in article["paragraphs"]:
            number += 1
            title = str(article.get("title", ""))
            passage = Passage(pid=f"p{number:05d}", text=paragraph["context"], title=title)
            for asked in paragraph["qas"]:
                answers = [(str(answer["text"]), answer.get("answer_start")) for answer in asked.get("answers", [])]
                yield (
                    passage,
                    _question(
                        str(asked["id"]),
                        str(asked["question"]),
                        passage,
                        [text for text, _ in answers],
                        answerable=not asked.get("is_impossible", not answers),
                        starts=[start for text, start in answers if _stands_at(passage.text, text, start)],
                    ),
                )


def _stands_at(text: str, answer: str, start: Any) -> bool:
    """Whether an offset can be trusted: those of some sets are out by a few characters."""
    return isinstance(start, int) and text.startswith(answer, start)


def _question(
    id: str, text: str, passage: Passage, answers: list[str], *, answerable: bool, starts: Iterable[int] = ()
) -> Question:
    """A question on one passage. Its evidence: the sentences in which an answer begins, any of them."""
    found = list(starts) or [
        match.start() for answer in answers if answer for match in re.finditer(re.escape(answer), passage.text)
    ]
    sentences = split_sentences(passage.text)
    begins = [start for start, _ in sentences]
    places = sorted({bisect_right(begins, start) - 1 for start in found})
    evidence = tuple(passage.text[slice(*sentences[place])] for place in places if place >= 0)
    return Question(
        id=id,
        question=text.strip(),
        type="answerable" if answerable else "impossible",
        articles=(passage.id,),
        answers=Gold(any=tuple(dict.fromkeys(answers))) if answerable else Gold(),
        evidence=evidence if answerable else (),
        answerable=answerable,
    )


def _file_name(id: str) -> str:
    return re.sub(r"[^\w-]", "_", id)
