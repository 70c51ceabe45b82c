"""Reports: written, read again, shown to people, and drawn as a page."""

import json
import re
from html.parser import HTMLParser
from io import StringIO

import pytest
import vl_convert
from rich.console import Console

from povqa.errors import QuestionError
from povqa.evaluation.charts import charts
from povqa.evaluation.compare import compare
from povqa.evaluation.page import page
from povqa.evaluation.results import read_report, report_json
from povqa.evaluation.tables import comparison_tables, failures_table, is_failure, report_tables


def shown(*parts):
    console = Console(width=200, record=True, file=StringIO())
    for part in parts:
        console.print(part)
    return console.export_text()


@pytest.fixture(scope="module")
def html(report):
    return page(report)


def test_a_report_survives_being_written(tmp_path, report):
    path = tmp_path / "report.json"
    path.write_text(report_json(report), encoding="utf-8")
    assert read_report(path) == report
    assert len(path.read_text(encoding="utf-8").splitlines()) > len(report.outcomes)


def test_a_report_does_not_change_but_for_its_latency(report, rerun):
    again = json.loads(report_json(rerun()))
    first = json.loads(report_json(report))
    for one in (again, first):
        del one["latency"], one["fingerprint"]
    assert again == first


@pytest.mark.parametrize(("text", "said"), [(None, "cannot be read"), ("{}", "not a report")])
def test_what_is_no_report(tmp_path, text, said):
    path = tmp_path / "report.json"
    if text:
        path.write_text(text)
    with pytest.raises(QuestionError, match=said):
        read_report(path)


def test_the_scores_of_a_report(report):
    assert {"near_miss", "number", "list"} <= set(report.by_type)
    assert report.overall["right"].n == len(report.outcomes)
    assert report.overall["hit@1"].n == sum(one.question.answerable for one in report.outcomes)
    assert all(score.low <= score.value <= score.high for score in report.overall.values())
    assert report.by_split == {}  # dev only
    assert report.by_type["near_miss"]["auroc"].n > report.by_type["near_miss"]["right"].n
    assert "auroc" not in report.by_type["number"]
    first_right = sum(one.scores.get("rank@1", 0) for one in report.outcomes)
    assert report.risk_coverage[-1] == (1, pytest.approx(1 - first_right / len(report.outcomes), abs=1e-4))
    assert sum(one.n for one in report.reliability) == len(report.outcomes)


def test_tables_name_every_type_score_and_failure(report):
    failed = [outcome for outcome in report.outcomes if is_failure(outcome)]
    text = shown(report_tables(report), failures_table(failed))
    for name in (*report.by_type, *report.overall, *(outcome.question.id for outcome in failed)):
        assert name in text
    assert re.search(r"refused_answerable \(lower is better\)", text)


def test_a_comparison_is_shown(report, changed):
    first = report.outcomes[0]
    moved = changed(report, {first.question.id: {"right": 1 - first.scores["right"]}})
    text = shown(comparison_tables(compare(report, moved)))
    assert first.question.id in text
    assert "excludes zero" in text
    same = shown(comparison_tables(compare(report, report)))
    assert "no score moved" in same
    assert "no question flipped" in same


@pytest.mark.parametrize("name", ["types", "risk", "reliability"])
def test_charts_are_drawn(report, name):
    spec = {**charts(report)[name], "width": 400}
    svg = vl_convert.vegalite_to_svg(spec, vl_version="6.4")
    marks = {"types": len(report.by_type), "risk": 1, "reliability": 2 * len(report.reliability)}
    assert len(re.findall(r'aria-roledescription="(?:bar|line mark|point)"', svg)) >= marks[name]


class Parts(HTMLParser):
    """The scripts of a page, and every address that it names in a tag."""

    def __init__(self, text):
        super().__init__()
        self.scripts, self.addresses, self._inside = [], [], False
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self._inside = tag == "script"
        self.scripts += [""] if self._inside else []
        self.addresses += [value for name, value in attributes if name in ("src", "href")]

    def handle_endtag(self, tag):
        self._inside = False

    def handle_data(self, data):
        if self._inside:
            self.scripts[-1] += data


def test_the_page_needs_no_network_and_stays_small(html):
    assert Parts(html).addresses == []
    assert "default-src 'none'" in html
    assert len(html.encode()) < 1_500_000
    assert "@@" not in re.sub(r"<script>.*?</script>", "", html, flags=re.DOTALL)


def test_the_page_holds_every_question_whatever_stands_in_it(report):
    first, *others = report.outcomes
    evil = "</script><script>alert(1)</script><!--"
    changed = first.model_copy(update={"question": first.question.model_copy(update={"question": evil})})
    found = Parts(page(report.model_copy(update={"outcomes": (changed, *others)})))
    assert len(found.scripts) == 3  # the library, the data, the page's own
    rows = json.loads(found.scripts[1])["rows"]
    assert [row["id"] for row in rows] == [outcome.question.id for outcome in report.outcomes]
    assert rows[0]["question"] == evil
