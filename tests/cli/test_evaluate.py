"""`povqa eval`, from the questions to the report, with the real engine on a small corpus."""

import json
import sys

import pytest

QUESTIONS = [
    {
        "id": "left",
        "question": "青河县还有贫困人口多少户",
        "type": "number",
        "articles": ["qinghe"],
        "answers": {"any": ["120户"]},
        "evidence": ["2017年底,青河县还有贫困人口120户、301人。"],
        "split": "dev",
    },
    {
        "id": "tea",
        "question": "白石乡种植茶叶多少亩",
        "type": "number",
        "articles": ["baishi"],
        "answers": {"any": ["3600亩"]},
        "evidence": ["白石乡种植茶叶3600亩,带动贫困户210户增收。"],
        "split": "held_out",
    },
    {"id": "donkeys", "question": "红烧肉怎么做", "type": "off_topic", "answerable": False, "split": "held_out"},
]
SCORES = '"right" = { value = 0 }\n"number/hit@1" = { value = 0 }\ncitations_whole = { value = 1, tolerance = 0 }\n'


@pytest.fixture
def questions(tmp_path):
    path = tmp_path / "asked.jsonl"
    path.write_text("\n".join(json.dumps(line, ensure_ascii=False) for line in QUESTIONS), encoding="utf-8")
    return path


@pytest.fixture
def report(run, asked, questions):
    """The report as programs get it."""
    result = run("eval", "--set", questions, "--json")
    assert result.exit_code == 0, result.stderr
    return json.loads(result.stdout)


def test_json_for_programs(report):
    assert [outcome["question"]["id"] for outcome in report["outcomes"]] == ["left", "tea", "donkeys"]
    assert report["overall"]["recall@5"]["value"] == 1
    assert report["overall"]["citations_whole"] == {"value": 1, "low": 1, "high": 1, "n": 2}
    assert set(report["by_type"]) == {"number", "off_topic"}
    assert set(report["by_split"]) == {"dev", "held_out"}
    assert report["encoder"] == "tests/tiny"
    first = report["outcomes"][0]
    assert first["citations"][0]["right"]
    assert (first["answers"], first["scores"]["exact_match"]) == (["120户"], 1)


def test_the_same_figures_again(run, questions, report):
    again = json.loads(run("eval", "--set", questions, "--json").stdout)
    for one in (again, report):
        assert set(one.pop("latency")) == {"p50_ms", "p95_ms", "total_s"}
    assert again == report


def test_tables_for_people(run, asked, questions):
    result = run("eval", "--set", questions, "--split", "dev", "--ablate")
    assert result.exit_code == 0, result.stderr
    for words in ("by type", "number", "every score", "lexical only", "dense only", "with reader", "1 questions"):
        assert words in result.stdout


def test_failures_of_held_out_are_not_shown_unless_asked_for(run, asked, questions):
    wrong = [{**line, "answers": {"any": ["九千户"]}} for line in QUESTIONS[:2]]
    questions.write_text("\n".join(json.dumps(line, ensure_ascii=False) for line in wrong), encoding="utf-8")
    shown = run("eval", "--set", questions).stdout
    assert QUESTIONS[0]["question"] in shown
    assert QUESTIONS[1]["question"] not in shown
    assert "1 failures of held_out are not listed" in shown
    assert QUESTIONS[1]["question"] in run("eval", "--set", questions, "--failures", "all").stdout
    assert QUESTIONS[0]["question"] not in run("eval", "--set", questions, "--failures", "none").stdout


def test_a_report_is_written_and_compared_with(run, asked, questions, tmp_path):
    out = tmp_path / "reports"
    result = run("eval", "--set", questions, "--out", out, "--html")
    assert result.exit_code == 0, result.stderr
    assert sorted(path.name for path in out.iterdir()) == ["asked-all.html", "asked-all.json"]
    result = run("eval", "--set", questions, "--compare", out / "asked-all.json")
    assert result.exit_code == 0, result.stderr
    assert "no question flipped" in result.stdout
    result = run("eval", "--set", questions, "--stages", "dense", "--compare", out / "asked-all.json")
    assert "questions that flipped" in result.stdout  # the dense stage alone refuses nothing
    assert "donkeys" in result.stdout


def test_a_set_with_passages_has_a_corpus_and_an_index_of_its_own(run, asked, tmp_path):
    before = sorted((path, path.stat().st_mtime_ns) for path in asked.index_path.rglob("*"))
    text = "永新县2018年脱贫摘帽。全县种植蚕桑2万亩,带动贫困户1500户。"
    squad = {
        "title": "永新县",
        "paragraphs": [
            {
                "context": text,
                "qas": [
                    {"id": "a", "question": "永新县种植蚕桑多少亩", "answers": [{"text": "2万亩", "answer_start": 19}]},
                    {"id": "b", "question": "井冈山有多高", "answers": [], "is_impossible": True},
                ],
            }
        ],
    }
    path = tmp_path / "squad.json"
    path.write_text(json.dumps({"data": [squad]}, ensure_ascii=False), encoding="utf-8")
    result = run("eval", "--set", path, "--json")
    assert result.exit_code == 0, result.stderr
    report = json.loads(result.stdout)
    assert set(report["by_type"]) == {"answerable", "impossible"}
    assert report["overall"]["recall@1"]["value"] == 1
    assert report["outcomes"][0]["question"]["articles"] == ["p00001"]
    assert sorted((path, path.stat().st_mtime_ns) for path in asked.index_path.rglob("*")) == before


def test_another_corpus_gets_a_temporary_index(run, asked, questions, corpus):
    before = sorted(asked.index_path.rglob("*"))
    result = run("eval", "--set", questions, "--corpus", corpus, "--json")
    assert result.exit_code == 0, result.stderr
    assert json.loads(result.stdout)["overall"]["recall@5"]["value"] == 1
    assert sorted(asked.index_path.rglob("*")) == before


def test_conditions_are_filled_in_held_and_broken(run, asked, questions, tmp_path):
    path = tmp_path / "expected.toml"
    head = f'[[condition]]\nname = "small"\ncommand = "povqa eval --set {questions}"\n\n[condition.scores]\n'
    path.write_text(head + SCORES, encoding="utf-8")
    assert run("eval", "--write-expected", "--expected", path).exit_code == 0
    result = run("eval", "--check", "--expected", path)
    assert (result.exit_code, result.stdout.count("OK  "), result.stdout.count("FAIL")) == (0, 3, 0)
    assert "0 of 3 scores failed" in result.stdout
    # The reader off: nothing is refused, and no short answer given.
    path.write_text(path.read_text(encoding="utf-8").replace(f"{questions}", f"{questions} --stages dense"))
    result = run("eval", "--check", "--expected", path)
    assert result.exit_code == 1
    assert "FAIL  small: right" in result.stdout


def test_a_condition_that_is_no_evaluation(run, asked, tmp_path):
    path = tmp_path / "expected.toml"
    path.write_text('[[condition]]\nname = "x"\ncommand = "rm -r x"\n\n[condition.scores]\nright = { value = 1 }\n')
    result = run("eval", "--check", "--expected", path)
    assert result.exit_code == 2
    assert "no `povqa eval` command" in result.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--html",), "--out"),
        (("--set", "none.jsonl"), "--set"),
        (("--compare", "none.json"), "none.json"),
        (("--split", "test"), "--help"),
        (("--limit", "0"), "--help"),
    ],
)
def test_one_line_says_what_is_wrong(run, asked, questions, words, said):
    result = run("eval", *(("--set", questions) if "--set" not in words else ()), *words)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert len(result.stderr.splitlines()) == 1
    assert said in result.stderr


def test_the_extra_is_named_where_it_is_missing(run, asked, questions, monkeypatch):
    monkeypatch.setitem(sys.modules, "ir_measures", None)
    result = run("eval", "--set", questions)
    assert result.exit_code == 2
    assert "povqa[eval]" in result.stderr
