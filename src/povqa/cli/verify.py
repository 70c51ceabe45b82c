"""`povqa verify`: whether quotes stand in the corpus, and where."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, BinaryIO

import click

from povqa.cli.app import App, common_options, write_json
from povqa.cli.ask import show_rows
from povqa.errors import ConfigError, QuestionError
from povqa.messages import Lang, Line, printable

if TYPE_CHECKING:
    from povqa.quotes.check import Checked, Match
    from povqa.render import Piece, Row

EXAMPLES = """\b
Examples:
  povqa verify 目前，临沭县还有贫困人口3309户
  povqa verify "临沭县……重点贫困村20个"
  povqa verify --file quotes.txt --json | jq -r 'select(.verdict != "verbatim") | .quote'
  pbpaste | povqa verify --file -

\b
A file holds a quote a paragraph where empty lines part them, else a quote a line.
Script, width, white space and the kind of quotation marks do not matter; an ellipsis leaves something out.

\b
Exit codes: 0 all word for word, 1 not all (nearly does not count as word for word), 2 an error."""

VERBATIM = Line("Word for word.", "一字不差。")
FOLDED = Line(
    "Word for word, but for script, width, spaces, quotation marks or an ellipsis.",
    "一字不差（繁简、全半角、空格、引号、省略号之别不计）。",
)
NEARLY = Line("Not word for word; nearly: what differs is marked.", "不是原话，只是相近：不同之处已标出。")
NOT_FOUND = Line("Not found in the articles.", "文章中没有这段话。")
QUOTED = Line("quote:   ", "引文：")
STANDS = Line("article: ", "原文：")


@click.command(epilog=EXAMPLES)
@click.argument("quote", nargs=-1)
@click.option("--file", metavar="FILE", type=click.File("rb"), help="Check the quotes of FILE (-: stdin).")
@click.option("--json", "as_json", is_flag=True, help="Print one line of JSON for each quote.")
@common_options
@click.pass_obj
def verify(app: App, quote: tuple[str, ...], file: BinaryIO | None, as_json: bool) -> int:
    """Check whether a quote stands in the articles: word for word, nearly, or not at all; and where.

    QUOTE is the arguments together; - reads quotes from stdin.
    """
    app.question = " ".join(quote)
    quotes = list(_quotes(quote, file))
    app.question = app.question if quote and quote != ("-",) else quotes[0]
    from povqa.cli.progress import BuildReport
    from povqa.quotes.check import QuoteChecker, Verdict
    from povqa.upkeep import fresh_index

    with BuildReport(app.lang) as report:
        index = fresh_index(app.settings(), progress=report.progress, say=report.say)
    code = 0
    with index:
        checker = QuoteChecker(index)
        for number, text in enumerate(quotes):
            checked = checker.check(text)
            code = code if checked.verdict is Verdict.VERBATIM else 1
            if as_json:
                write_json(json.dumps(checked_dict(checked), ensure_ascii=False))
                continue
            if number:
                click.echo()
            show_rows(checked_rows(checked, app.lang_for(text), echo=len(quotes) > 1))
    return code


def _quotes(words: tuple[str, ...], file: BinaryIO | None) -> Iterator[str]:
    """The quotes to check.

    :raises ConfigError: if there are none, or both kinds are given.
    """
    if file is not None and words:
        raise ConfigError(
            "give a quote or --file, not both; see `povqa verify --help`",
            "引文和 --file 只能给一个；用法见 `povqa verify --help`",
        )
    if words and words != ("-",):
        found = [" ".join(words)]
    elif file is not None or words:
        found = split_quotes(_decoded(file.read() if file else sys.stdin.buffer.read()))
    else:
        found = []
    if not any(text.strip() for text in found):
        raise QuestionError("no quote; give one: `povqa verify QUOTE`", "没有引文；请给出：`povqa verify 引文`")
    yield from found


def _decoded(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise QuestionError(
            "the quotes are not UTF-8; convert them: `iconv -f GB18030 -t UTF-8 | povqa verify -`",
            "引文不是 UTF-8 编码；请先转换：`iconv -f GB18030 -t UTF-8 | povqa verify -`",
        ) from error


def split_quotes(text: str) -> list[str]:
    """The quotes of a file: its paragraphs where empty lines part them, else its lines."""
    text = text.strip()
    pieces = re.split(r"\n\s*\n", text) if re.search(r"\n\s*\n", text) else text.splitlines()
    return [piece.strip() for piece in pieces if piece.strip()]


def checked_dict(checked: Checked) -> dict[str, object]:
    """What was found, as JSON has it."""
    return {
        "quote": checked.quote,
        "verdict": checked.verdict.value,
        "matches": [_match_dict(match, checked.quote) for match in checked.matches],
    }


def _match_dict(match: Match, quote: str) -> dict[str, object]:
    article, passage = match.article, match.passage
    start, end = passage.spans[0][0], passage.spans[-1][1]
    return {
        "article_id": article.id,
        "title": article.title,
        "source": article.source,
        "published": article.published,
        "path": article.path,
        "url": article.url,
        "start": start,
        "end": end,
        "text": article.text[start:end],
        "spans": [list(span) for span in passage.spans],
        "as_written": match.as_written,
        "similarity": round(passage.similarity, 4),
        "differences": [
            {
                "quote": quote[one.quote_start : one.quote_end],
                "article": article.text[one.start : one.end],
                "quote_start": one.quote_start,
                "quote_end": one.quote_end,
                "start": one.start,
                "end": one.end,
            }
            for one in passage.differences
        ],
    }


def checked_rows(checked: Checked, lang: Lang, *, echo: bool) -> Iterator[Row]:
    """What was found, as a person reads it.

    :param echo: repeat the quote first.
    """
    from povqa.quotes.check import Verdict
    from povqa.render import Piece, Row

    if echo:
        yield Row((Piece(printable(checked.quote), "dim"),))
    verbatim = checked.verdict is Verdict.VERBATIM
    if verbatim:
        line = VERBATIM if any(match.as_written for match in checked.matches) else FOLDED
    else:
        line = NEARLY if checked.matches else NOT_FOUND
    yield Row((Piece(line.text(lang), "answer" if verbatim else "notice"),))
    for match in checked.matches:
        if not verbatim:
            yield from _compared(match, checked.quote, lang)
        yield from _where(match)


def _compared(match: Match, quote: str, lang: Lang) -> Iterator[Row]:
    from povqa.render import Piece, Row

    passage, text = match.passage, match.article.text
    ours = _marked(quote, 0, len(quote), [(one.quote_start, one.quote_end) for one in passage.differences])
    yield Row((Piece(QUOTED.text(lang), "dim"), *ours))
    start, end = passage.spans[0][0], passage.spans[-1][1]
    theirs = _marked(text, start, end, [(one.start, one.end) for one in passage.differences])
    yield Row((Piece(STANDS.text(lang), "dim"), *theirs))


def _marked(text: str, start: int, end: int, spans: list[tuple[int, int]]) -> Iterator[Piece]:
    from povqa.render import Piece

    for first, last in spans:
        if first > start:
            yield Piece(printable(text[start:first]))
        if last > first:
            yield Piece(printable(text[first:last]), "highlight")
        start = max(start, last)
    if end > start:
        yield Piece(printable(text[start:end]))


def _where(match: Match) -> Iterator[Row]:
    from povqa.render import Piece, Row

    article = match.article
    about = " · ".join(part for part in (article.title, article.source, article.published) if part)
    yield Row((Piece(printable(about), "dim"),), margin="  ── ")
    span = f"{match.passage.spans[0][0]}–{match.passage.spans[-1][1]}"
    yield Row((Piece(printable(f"{article.path} [{span}]"), "dim"),), margin="     ")
