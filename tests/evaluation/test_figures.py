"""The figures in the documents are those of the newest report, and the report is of the code as it is."""

import re
from pathlib import Path

import pytest

from povqa.errors import QuestionError
from povqa.evaluation.figures import CLOSE, OPEN, figures, main, with_figures
from povqa.evaluation.results import read_report, report_json
from povqa.evaluation.session import fingerprint

ROOT = Path(__file__).parents[2]
NEWEST = ROOT / "eval" / "reports" / "questions-all.json"
needs_report = pytest.mark.skipif(not NEWEST.exists(), reason="no report yet: run `make figures`")


def test_figures_are_the_scores(report):
    text = figures(report)
    hit = report.overall["hit@1"]
    assert f"| right sentence first, a refusal being a miss | {hit.value:.3f} ({hit.low:.2f}–{hit.high:.2f}) |" in text
    widths = {len(re.findall(r"(?<!\\)\|", line)) for line in text.splitlines()}
    assert widths == {3}


def test_only_what_stands_between_the_marks_is_replaced(tmp_path, report):
    document, saved = tmp_path / "README.md", tmp_path / "report.json"
    document.write_text(f"before\n\n{OPEN}\nold\n{CLOSE}\n\nafter\n", encoding="utf-8")
    saved.write_text(report_json(report), encoding="utf-8")
    assert main([str(saved), str(document)]) == 0
    text = document.read_text(encoding="utf-8")
    assert text == f"before\n\n{OPEN}\n{figures(report)}\n{CLOSE}\n\nafter\n"
    assert with_figures(text, report) == text


def test_a_document_without_marks(tmp_path, report, capsys):
    with pytest.raises(QuestionError, match="no place for figures"):
        with_figures("nothing", report)
    assert main([str(tmp_path / "none.json")]) == 2
    assert "cannot be read" in capsys.readouterr().err


@needs_report
@pytest.mark.parametrize("name", ["README.md", "docs/evaluation.md"])
def test_the_documents_have_the_figures_of_the_newest_report(name):
    path = ROOT / name
    if not path.exists() or OPEN not in (text := path.read_text(encoding="utf-8")):
        pytest.skip(f"{name} gives no figures")
    assert with_figures(text, read_report(NEWEST)) == text, "stale figures: run `make figures`"


@needs_report
def test_the_newest_report_is_of_this_code_corpus_and_questions():
    current = fingerprint(ROOT / "seeds", ROOT / "eval" / "questions.jsonl")
    assert read_report(NEWEST).fingerprint == current, "the report is stale: run `make figures`"
