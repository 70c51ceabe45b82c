"""The report for people: tables on a terminal."""

from __future__ import annotations

from collections.abc import Iterable

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from povqa.evaluation.check import Checked
from povqa.evaluation.compare import Comparison
from povqa.evaluation.results import Outcome, Report, Score
from povqa.evaluation.summary import LOWER

_COLUMNS = ("right", "hit@1", "hit@3", "rank@1", "exact_match", "list_exact", "recall@20")
_ABLATION = ("recall@1", "recall@5", "recall@20", "mrr", "ndcg@10", "rank@1", "hit@1", "right")
_SHOWN = 60  # characters of a sentence


def report_tables(report: Report) -> RenderableType:
    """All figures of a report."""
    latency = report.latency
    foot = (
        f"{len(report.outcomes)} questions, {latency.total_s:.1f} s; a question takes {latency.p50_ms:.0f} ms, "
        f"95% of them at most {latency.p95_ms:.0f} ms"
    )
    parts: list[RenderableType] = [_by_type(report), _overall(report)]
    if report.ablation:
        parts.append(_ablation(report))
    return Group(*parts, Text(foot))


def _by_type(report: Report) -> Table:
    table = Table(title=f"{report.set} ({report.split}), by type: score and 95% interval", title_justify="left")
    table.add_column("type")
    table.add_column("n", justify="right")
    for name in _COLUMNS:
        table.add_column(name, justify="right")
    rows = {**report.by_type, **report.by_split, "all": report.overall}
    for name, scores in rows.items():
        if name in report.by_split and name == next(iter(report.by_split)):
            table.add_section()
        n = str(scores["right"].n) if "right" in scores else ""
        table.add_row(name, n, *(_interval(scores.get(column)) for column in _COLUMNS))
    return table


def _overall(report: Report) -> Table:
    groups = {"all": report.overall, **report.by_split}
    table = Table(title="every score", title_justify="left")
    table.add_column("score")
    for name in groups:
        table.add_column(name, justify="right")
    table.add_column("n", justify="right")
    for name, score in report.overall.items():
        label = f"{name} (lower is better)" if name in LOWER else name
        table.add_row(label, *(_interval(scores.get(name)) for scores in groups.values()), str(score.n))
    return table


def _ablation(report: Report) -> Table:
    table = Table(title="ablation", title_justify="left")
    table.add_column("stages")
    for name in _ABLATION:
        table.add_column(name, justify="right")
    for stages, scores in report.ablation.items():
        table.add_row(
            "with reader" if stages == "full" else f"{stages} only" if stages != "fused" else stages,
            *(_interval(scores.get(name)) for name in _ABLATION),
        )
    return table


def _interval(score: Score | None) -> str:
    return "" if score is None else f"{score.value:.3f} {score.low:.2f}–{score.high:.2f}"


def failures_table(outcomes: Iterable[Outcome]) -> Table:
    """The questions that went wrong, gold beside what was answered."""
    table = Table(title="failures", title_justify="left", show_lines=True)
    for name, ratio in (("id", 2), ("question", 3), ("gold", 4), ("answered", 4)):
        table.add_column(name, ratio=ratio, overflow="fold")
    for outcome in outcomes:
        table.add_row(*(Text(cell) for cell in _failure(outcome)))
    return table


def is_failure(outcome: Outcome) -> bool:
    """Whether the sentence, the refusal or the short answer is wrong, or a citation is not whole."""
    wanted = ("right", "exact_match", "list_exact", "citations_whole")
    return any(outcome.scores.get(name, 1.0) < 1 for name in wanted)


def _failure(outcome: Outcome) -> tuple[str, str, str, str]:
    question = outcome.question
    asked = " → ".join((*question.history, question.question))
    gold = f"{question.answers}\n{_cut(question.evidence[0])}" if question.evidence else str(question.answers) or "none"
    if outcome.citations:
        given = f"{', '.join(outcome.answers)}\n{_cut(outcome.citations[0].text)}"
    else:
        nearest = f"\nnearest: {_cut(outcome.candidates[0].text)}" if outcome.candidates else ""
        given = f"refused ({outcome.confidence:.2f}){nearest}"
    return question.id, asked, gold, "\n".join((given, *outcome.faults))


def _cut(text: str) -> str:
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"


def comparison_tables(comparison: Comparison) -> RenderableType:
    """What moved between two reports, and which questions flipped."""
    table = Table(title="what moved (95% interval of the difference)", title_justify="left")
    for name in ("type", "score", "n", "before", "after", "difference", "excludes zero"):
        table.add_column(name, justify="left" if name in ("type", "score") else "right")
    for change in comparison.changes:
        difference = f"{change.after - change.before:+.3f} {change.low:+.2f}–{change.high:+.2f}"
        clear = "yes" if change.clear else "no"
        figures = (str(change.n), f"{change.before:.3f}", f"{change.after:.3f}", difference, clear)
        table.add_row(change.type, change.score, *figures)
    flips = Table(title="questions that flipped", title_justify="left")
    for name in ("now", "id", "question", "before", "after"):
        flips.add_column(name, overflow="fold")
    for flip in comparison.flips:
        cells = (flip.after.question.id, flip.after.question.question, _given(flip.before), _given(flip.after))
        flips.add_row("right" if flip.mended else "wrong", *(Text(cell) for cell in cells))
    missing = (
        f"only in the first: {len(comparison.only_before)} questions; only now: {len(comparison.only_after)}"
        if comparison.only_before or comparison.only_after
        else "both reports have the same questions"
    )
    moved: RenderableType = table if comparison.changes else Text("no score moved")
    flipped: RenderableType = flips if comparison.flips else Text("no question flipped")
    return Group(moved, flipped, Text(missing))


def _given(outcome: Outcome) -> str:
    if not outcome.citations:
        return "refused"
    return ", ".join(outcome.answers) or _cut(outcome.citations[0].text)


def check_line(checked: Checked) -> str:
    """One checked score on a line, OK or FAIL first."""
    found = "missing" if checked.found is None else f"{checked.found:.4f}"
    verdict = "OK  " if checked.ok else "FAIL"
    return f"{verdict}  {checked.condition.name}: {checked.score} {found} (expected {checked.expected})"
