"""The report as one HTML file that needs no network: score cards, charts, and a table of every question."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any

from povqa.evaluation.charts import charts, library
from povqa.evaluation.results import Candidate, Outcome, Report
from povqa.evaluation.summary import LOWER

_CARDS = {
    "right": "Right",
    "hit@1": "Right sentence first",
    "hit@3": "Right sentence in three",
    "exact_match": "Short answer exact",
    "char_f1": "Short answer F1",
    "list_recall": "List items given",
    "list_precision": "Given items right",
    "refused_unanswerable": "Unanswerable refused",
    "refused_answerable": "Answerable refused",
    "auroc": "AUROC",
    "ece": "Calibration error",
    "recall@20": "Retrieval recall@20",
    "mrr": "Retrieval MRR",
    "citations_whole": "Citations whole",
}


def page(report: Report) -> str:
    """The page, with its data, styles, script and the chart library inside it."""
    folder = files("povqa.evaluation").joinpath("assets")
    parts = {
        "STYLE": folder.joinpath("page.css").read_text(encoding="utf-8"),
        "LIBRARY": library().replace("</script", "<\\/script"),
        "SCRIPT": folder.joinpath("page.js").read_text(encoding="utf-8"),
        "DATA": _script_json(_data(report)),
    }
    text = folder.joinpath("page.html").read_text(encoding="utf-8")
    for name, part in parts.items():
        text = text.replace(f"@@{name}@@", part, 1)
    return text


def _script_json(data: Any) -> str:
    """JSON that can stand in a script element: no `<` ends it early or opens a comment."""
    return json.dumps(data, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")


def _data(report: Report) -> dict[str, Any]:
    latency = report.latency
    cards = [
        {"label": label, "lower": name in LOWER, **report.overall[name].model_dump()}
        for name, label in _CARDS.items()
        if name in report.overall
    ]
    facts = {
        "set": report.set,
        "split": report.split,
        "questions": len(report.outcomes),
        "stages": report.stages,
        "encoder": report.encoder,
        "fingerprint": report.fingerprint,
        "latency": f"{latency.p50_ms:.0f} ms median, {latency.p95_ms:.0f} ms at 95%",
    }
    ablation = {
        stages: {name: score.value for name, score in scores.items()} for stages, scores in report.ablation.items()
    }
    sentences: dict[tuple[str, str], int] = {}  # each is written once, however often it was a candidate
    rows = [_row(outcome, sentences) for outcome in report.outcomes]
    return {
        "facts": facts,
        "cards": cards,
        "charts": charts(report),
        "ablation": ablation,
        "rows": rows,
        "sentences": list(sentences),
    }


def _row(outcome: Outcome, sentences: dict[tuple[str, str], int]) -> dict[str, Any]:
    question = outcome.question
    return {
        "id": question.id,
        "type": question.type,
        "split": question.split,
        "question": question.question,
        "history": question.history,
        "gold": str(question.answers),
        "evidence": question.evidence,
        "note": question.note,
        "status": outcome.status,
        "answers": outcome.answers,
        "confidence": outcome.confidence,
        "decision": outcome.decision,
        "faults": outcome.faults,
        "right": outcome.scores["right"] == 1,
        "short": outcome.scores.get("exact_match", outcome.scores.get("list_exact")),
        "cited": [_sentence(citation, sentences) for citation in outcome.citations],
        "candidates": [_sentence(candidate, sentences) for candidate in outcome.candidates],
    }


def _sentence(candidate: Candidate, sentences: dict[tuple[str, str], int]) -> list[Any]:
    number = sentences.setdefault((candidate.text, candidate.article), len(sentences))
    return [number, candidate.score, candidate.right]
