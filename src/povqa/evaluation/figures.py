"""The figures in README.md and docs/: written from the newest report between two marks, never by hand.

`python -m povqa.evaluation.figures eval/reports/questions-all.json README.md` writes them.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

from povqa.errors import PovqaError, QuestionError
from povqa.evaluation.results import Report, Score, read_report

OPEN, CLOSE = "<!-- figures -->", "<!-- /figures -->"
_BLOCK = re.compile(f"{OPEN}.*?{CLOSE}", re.DOTALL)
_ROWS = (
    ("hit@1", "right sentence first, a refusal being a miss"),
    ("hit@3", "all that answers among the first three cited"),
    ("exact_match", "right short answer first (single facts)"),
    ("char_f1", "character F1 of the short answer"),
    ("list_recall", "items of a list given"),
    ("list_precision", "given items that are right"),
    ("refused_unanswerable", "unanswerable questions refused"),
    ("refused_answerable", "answerable questions refused (lower is better)"),
    ("auroc", "answerable told from unanswerable (AUROC)"),
    ("ece", "expected calibration error (lower is better)"),
    ("recall@20", "evidence among the first 20 of retrieval"),
    ("citations_whole", "answers whose citations are verbatim and in place"),
)


def figures(report: Report) -> str:
    """The table of figures, as Markdown."""
    splits = report.by_split or {report.split: report.overall}
    lines = [
        f"| {len(report.outcomes)} questions | " + " | ".join(f"`{name}`" for name in splits) + " |",
        "|---|" + "---:|" * len(splits),
    ]
    lines += [
        f"| {text} | " + " | ".join(_cell(scores.get(name)) for scores in splits.values()) + " |"
        for name, text in _ROWS
        if any(name in scores for scores in splits.values())
    ]
    latency = report.latency
    lines.append(
        f"| milliseconds a question, median and 95th percentile | {latency.p50_ms:.0f} and {latency.p95_ms:.0f} |"
    )
    lines[-1] += " |" * (len(splits) - 1)
    return "\n".join(lines)


def _cell(score: Score | None) -> str:
    return "" if score is None else f"{score.value:.3f} ({score.low:.2f}–{score.high:.2f})"


def with_figures(text: str, report: Report) -> str:
    """A document with the figures of a report between its marks.

    :raises QuestionError: it has no marks.
    """
    if not _BLOCK.search(text):
        raise QuestionError(f"the document has no place for figures; put {OPEN} and {CLOSE} on lines of their own")
    return _BLOCK.sub(lambda _: f"{OPEN}\n{figures(report)}\n{CLOSE}", text)


def main(arguments: list[str]) -> int:
    """Write the figures of the report named first into the documents named after it."""
    try:
        report = read_report(Path(arguments[0]))
        for path in map(Path, arguments[1:]):
            path.write_text(with_figures(path.read_text(encoding="utf-8"), report), encoding="utf-8")
    except PovqaError as error:
        sys.stderr.write(f"{error.message()}\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
