"""The evaluation set holds what eval/README.md says it holds, and every word of evidence stands in the seeds."""

import json
import re
from collections import Counter, defaultdict
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TYPES = {
    "number",
    "date",
    "person",
    "organisation",
    "place",
    "list",
    "how_why",
    "definition",
    "across",
    "follow_up",
    "traditional",
    "english",
    "typo",
    "near_miss",
    "off_topic",
    "boilerplate",
}
UNANSWERABLE = {"near_miss", "off_topic", "boilerplate"}
SPLITS = {"dev", "held_out"}
FIELDS = {
    "id": str,
    "question": str,
    "history": list,
    "type": str,
    "articles": list,
    "answers": dict,
    "evidence": list,
    "answerable": bool,
    "split": str,
    "note": str,
}
GAP = " … "
QUESTION_MARKS = ("?", "\uff1f")


def squeeze(text):
    return re.sub(r"\s+", "", text)


LINES = (ROOT / "eval" / "questions.jsonl").read_text(encoding="utf-8").splitlines()
QUESTIONS = [json.loads(line) for line in LINES]
ARTICLES = {path.stem: squeeze(path.read_text(encoding="utf-8")) for path in (ROOT / "seeds").glob("*.txt")}
each_question = pytest.mark.parametrize("q", QUESTIONS, ids=[str(q.get("id")) for q in QUESTIONS])


def stands_in(evidence, article):
    """Whether the parts of the evidence stand in the article, in order; most evidence has one part."""
    at = 0
    for part in evidence.split(GAP):
        at = article.find(squeeze(part), at)
        if at < 0:
            return False
        at += len(squeeze(part))
    return True


def items(q):
    """The answers as items, each a list of variants: `any` is one item, `all` is several."""
    return [q["answers"]["any"]] if "any" in q["answers"] else q["answers"].get("all", [])


@each_question
def test_fields_are_legal(q):
    assert set(q) - {"evidence_mode"} == set(FIELDS)
    assert {name: type(q[name]) for name in FIELDS} == FIELDS
    assert q["type"] in TYPES
    assert q["split"] in SPLITS
    assert q["answerable"] is (q["type"] not in UNANSWERABLE)
    assert set(q["answers"]) in ({"any"}, {"all"}, set())
    assert bool(q["history"]) is (q["type"] == "follow_up")
    assert ("evidence_mode" in q) is (len(q["evidence"]) > 1)
    assert q.get("evidence_mode", "any") in {"any", "all"}
    texts = [q["id"], q["question"], *q["history"], *q["articles"], *q["evidence"], *(v for i in items(q) for v in i)]
    assert all(isinstance(text, str) and text == text.strip() != "" for text in texts)
    assert re.fullmatch(r"[a-z]+(-[a-z]+)?-\d\d", q["id"])


@each_question
def test_question_reads_like_one_that_people_type(q):
    most = 80 if q["type"] == "english" else 30
    assert 4 <= len(q["question"]) <= most
    assert not re.search("文中|本文", q["question"])


@each_question
def test_evidence_stands_in_its_articles(q):
    assert set(q["articles"]) <= set(ARTICLES)
    assert len(set(q["articles"])) == len(q["articles"])
    for evidence in q["evidence"]:
        assert len(evidence.split(GAP)) <= 3
        assert any(stands_in(evidence, ARTICLES[stem]) for stem in q["articles"]), evidence
    for stem in q["articles"]:
        assert any(stands_in(evidence, ARTICLES[stem]) for evidence in q["evidence"]), stem


@each_question
def test_answers_stand_in_the_evidence(q):
    parts = [squeeze(part) for evidence in q["evidence"] for part in evidence.split(GAP)]
    for variant in (v for item in items(q) for v in item):
        assert any(squeeze(variant) in part for part in parts), variant


@each_question
def test_only_answerable_questions_have_answers(q):
    if q["answerable"]:
        assert q["articles"]
        assert q["evidence"]
        assert items(q)
        assert all(items(q))
    else:
        assert (q["articles"], q["evidence"], q["answers"]) == ([], [], {})


@each_question
def test_across_needs_every_article(q):
    if q["type"] == "across":
        assert len(q["articles"]) >= 2
        assert q["evidence_mode"] == "all"
        assert "all" in q["answers"]
    else:
        assert len(q["articles"]) <= 1


def test_ids_and_questions_are_unique():
    assert [i for i, n in Counter(q["id"] for q in QUESTIONS).items() if n > 1] == []
    asked = Counter((*q["history"], q["question"]) for q in QUESTIONS)
    assert [question for question, n in asked.items() if n > 1] == []


def test_counts_are_those_the_readme_gives():
    readme = (ROOT / "eval" / "README.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(\w+)` \| (\d+) \| (\d+) \| (\d+) \|$", readme, re.MULTILINE)
    found = Counter((q["type"], q["split"]) for q in QUESTIONS)
    expected = {(kind, int(dev), int(held_out), int(both)) for kind, dev, held_out, both in rows}
    assert expected == {
        (kind, found[kind, "dev"], found[kind, "held_out"], found[kind, "dev"] + found[kind, "held_out"])
        for kind in TYPES
    }
    total = re.search(r"^\| all \| (\d+) \| (\d+) \| (\d+) \|$", readme, re.MULTILINE)
    dev = sum(q["split"] == "dev" for q in QUESTIONS)
    assert tuple(map(int, total.groups())) == (dev, len(QUESTIONS) - dev, len(QUESTIONS))
    assert len(QUESTIONS) >= 250


def test_every_article_and_type_stands_in_both_splits():
    splits = defaultdict(list)
    for q in QUESTIONS:
        splits[q["type"]].append(q["split"])
        for stem in q["articles"]:
            splits[q["type"], stem].append(q["split"])
            splits[stem].append(q["split"])
    assert {stem for stem in ARTICLES if stem not in splits} == set()
    assert [key for key, seen in splits.items() if len(seen) > 1 and set(seen) != SPLITS] == []


def test_at_least_half_of_the_questions_have_no_question_mark():
    bare = [q for q in QUESTIONS if not q["question"].endswith(QUESTION_MARKS)]
    assert 2 * len(bare) >= len(QUESTIONS)
