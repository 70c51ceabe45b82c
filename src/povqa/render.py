"""How an answer looks: as JSON, as plain text, and on a terminal."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING, Literal, NamedTuple

from povqa.messages import EMPTY_QUESTION, NEAREST, NOT_FOUND, Lang, printable
from povqa.types import Answer, Citation, Reason, Status, Trace

if TYPE_CHECKING:
    from rich.console import Console

_TRACED = 10  # candidates that a trace shows
_TRACED_WIDTH = 60  # characters of each

Style = Literal["", "answer", "highlight", "notice", "dim"]
_RICH_STYLES: dict[Style, str] = {
    "": "",
    "answer": "bold",
    "highlight": "bold yellow",
    "notice": "yellow",
    "dim": "dim",
}


class Piece(NamedTuple):
    """Text in one style."""

    text: str
    style: Style = ""


class Row(NamedTuple):
    """A line of output; with a margin, what does not fit on the line goes on to the right of it."""

    pieces: tuple[Piece, ...] = ()
    margin: str = ""


def citation_dict(citation: Citation) -> dict[str, object]:
    """A citation as the public contract has it."""
    return {
        "text": citation.text,
        "article_id": citation.article_id,
        "title": citation.title,
        "source": citation.source,
        "published": citation.published,
        "path": citation.path,
        "start": citation.start,
        "end": citation.end,
        "highlights": [[start, end] for start, end in citation.highlights],
        "score": round(float(citation.score), 4),
    }


def answer_dict(answer: Answer, trace: Trace | None = None) -> dict[str, object]:
    """An answer as the public contract has it; with a trace, that stands last, under `trace`."""
    found: dict[str, object] = {
        "question": answer.question,
        "status": answer.status.value,
        "reason": None if answer.reason is None else answer.reason.value,
        "answers": list(answer.answers),
        "confidence": round(float(answer.confidence), 4),
        "elapsed_ms": round(float(answer.elapsed_ms), 1),
        "citations": [citation_dict(citation) for citation in answer.citations],
        "nearest": [citation_dict(citation) for citation in answer.nearest],
    }
    if trace is not None:
        found["trace"] = asdict(trace)
    return found


def answer_json(answer: Answer, trace: Trace | None = None) -> str:
    """The answer as one line of JSON."""
    return json.dumps(answer_dict(answer, trace), ensure_ascii=False)


def answer_rows(answer: Answer, lang: Lang) -> Iterator[Row]:
    """The answer as a person reads it."""
    if answer.status is Status.ANSWERED:
        for item in answer.answers:
            yield Row((Piece(printable(item), "answer"),))
        for number, citation in enumerate(answer.citations):
            if number or answer.answers:
                yield Row()
            yield Row(tuple(_sentence(citation)))
            yield from _source(citation)
        return
    line = EMPTY_QUESTION if answer.reason is Reason.EMPTY_QUESTION else NOT_FOUND
    yield Row((Piece(line.text(lang), "notice"),))
    for citation in answer.nearest[:1]:
        yield Row((Piece(NEAREST.text(lang), "dim"), Piece(printable(citation.text))))
        yield from _source(citation)


def _sentence(citation: Citation) -> Iterator[Piece]:
    done = 0
    for start, end in _merged(citation.highlights):
        if start > done:
            yield Piece(printable(citation.text[done:start]))
        yield Piece(printable(citation.text[start:end]), "highlight")
        done = end
    if done < len(citation.text):
        yield Piece(printable(citation.text[done:]))


def _merged(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Spans in order, those that overlap as one: short answers may."""
    merged: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _source(citation: Citation) -> Iterator[Row]:
    about = " · ".join(part for part in (citation.title, citation.source, citation.published) if part)
    yield Row((Piece(printable(about), "dim"),), margin="  ── ")
    yield Row((Piece(printable(citation.path), "dim"),), margin="     ")


def trace_rows(trace: Trace, sentence_text: Callable[[int], str]) -> Iterator[Row]:
    """How an answer came about, in English: the question as understood, the decision, the best candidates.

    :param sentence_text: the text of a sentence by its number in the index.
    """
    query = trace.query
    understood = (
        f"kind {query.kind.value}",
        f"places {' '.join(query.places) or '-'}",
        f"years {' '.join(map(str, query.years)) or '-'}",
        *(("across articles",) if query.across else ()),
    )
    yield Row((Piece(f"question   {printable(query.normalised)}"),))
    yield Row((Piece(f"understood {', '.join(understood)}"),))
    yield Row((Piece(f"decision   {trace.decision}"),))
    yield Row((Piece("score  lexical  dense  sentence", "dim"),))
    hits = {hit.sentence: hit for hit in trace.hits}
    for judgement in trace.judgements[:_TRACED]:
        hit = hits.get(judgement.sentence)
        ranks = (None, None) if hit is None else (hit.lexical_rank, hit.dense_rank)
        lexical, dense = ("-" if rank is None else str(rank) for rank in ranks)
        text = sentence_text(judgement.sentence)
        shown = text if len(text) <= _TRACED_WIDTH else text[: _TRACED_WIDTH - 1] + "…"
        yield Row((Piece(printable(shown)),), margin=f"{judgement.score:.3f}  {lexical:>7}  {dense:>5}  ")


def plain(row: Row) -> str:
    """A row as text. Highlights stand in 【】, but for a sentence that is one highlight from end to end."""
    whole = len(row.pieces) == 1
    return row.margin + "".join(
        f"【{piece.text}】" if piece.style == "highlight" and not whole else piece.text for piece in row.pieces
    )


def answer_text(answer: Answer, lang: Lang) -> str:
    """The answer as plain text, without a newline at its end."""
    return "\n".join(plain(row) for row in answer_rows(answer, lang))


def print_rows(rows: Iterable[Row], console: Console) -> None:
    """Print rows on a terminal, which wraps those without a margin itself, so that they copy as one line."""
    from rich.table import Table
    from rich.text import Text

    for row in rows:
        text = Text.assemble(*((piece.text, _RICH_STYLES[piece.style]) for piece in row.pieces), overflow="fold")
        if row.margin:
            grid = Table.grid()
            grid.add_column(no_wrap=True)
            grid.add_column(overflow="fold")
            grid.add_row(Text(row.margin, "dim"), text)
            console.print(grid)
        else:
            console.print(text, soft_wrap=True)
