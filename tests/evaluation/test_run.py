"""Questions put to a small engine over the seeds, and what its answers are given."""

from dataclasses import replace

import pytest

from povqa.errors import PovqaError
from povqa.evaluation.evidence import stands_in
from povqa.evaluation.questions import Question
from povqa.evaluation.run import run_questions
from povqa.evaluation.summary import summarise
from povqa.types import Status

LINSHU = "000_b411d1b43b39f4eb"
LEFT = "目前,临沭县还有贫困人口3309户、6139人,重点贫困村20个。"


def ask(engine, corpus, question, **fields):
    made = Question.model_validate({"id": "x", "question": question, **fields})
    (outcome,) = run_questions(engine, corpus, [made]).outcomes
    return outcome


def test_a_right_answer(engine, corpus):
    outcome = ask(
        engine, corpus, "临沭县还有贫困人口多少户", articles=[LINSHU], evidence=[LEFT], answers={"any": ["3309户"]}
    )
    assert outcome.status == "answered"
    assert outcome.citations[0].right
    wanted = ("right", "hit@1", "hit@3", "rank@1", "rank@3", "exact_match", "char_f1", "recall@1", "mrr", "ndcg@10")
    assert {name: outcome.scores[name] for name in wanted} == dict.fromkeys(wanted, 1.0)
    assert outcome.scores["refused_answerable"] == 0
    assert outcome.scores["citations_whole"] == 1
    assert outcome.faults == ()


def test_only_the_first_citation_counts_for_hit_at_1(engine, corpus):
    answer, trace = engine.explain("临沭县还有贫困人口多少户")
    second = answer.citations[1]
    outcome = ask(
        engine, corpus, "临沭县还有贫困人口多少户", articles=[second.article_id], evidence=[second.text], answers="x"
    )
    expected = {"hit@1": 0, "hit@3": 1, "rank@1": 0, "rank@3": 1, "recall@1": 0, "recall@5": 1, "mrr": 0.5, "right": 0}
    assert {name: outcome.scores[name] for name in expected} == expected
    assert trace.judgements[1].sentence in corpus.gold(outcome.question)[0]


def test_a_refusal_of_an_answerable_question_is_a_miss_but_keeps_its_rank(seeds, corpus, engine):
    strict = type(engine)(seeds, threshold=1.1)
    outcome = ask(
        strict, corpus, "临沭县还有贫困人口多少户", articles=[LINSHU], evidence=[LEFT], answers={"any": ["3309户"]}
    )
    assert outcome.status == "not_found"
    expected = {"right": 0, "hit@1": 0, "hit@3": 0, "rank@1": 1, "exact_match": 0, "refused_answerable": 1}
    assert {name: outcome.scores[name] for name in expected} == expected
    assert "citations_whole" not in outcome.scores


def test_unanswerable_questions_are_right_when_refused(engine, corpus):
    assert ask(engine, corpus, "红烧肉咋做?", answers=[]).scores == {"refused_unanswerable": 1, "right": 1}
    wrong = ask(engine, corpus, "目前临沭县还有贫困人口", answers=[])
    assert (wrong.scores["refused_unanswerable"], wrong.scores["right"]) == (0, 0)
    assert not any(citation.right for citation in wrong.citations)


def test_without_evidence_a_sentence_with_a_right_answer_counts(engine, corpus):
    outcome = ask(engine, corpus, "临沭县还有贫困人口多少户", answers="3309户")
    assert outcome.scores["hit@1"] == outcome.scores["recall@1"] == 1
    assert ask(engine, corpus, "临沭县还有贫困人口多少户", answers="九千户").scores["hit@1"] == 0


def test_where_all_evidence_is_needed_hit_at_3_wants_every_piece(engine, corpus):
    other = "全县下辖7个镇,2个街道,236个行政村,63万人口,其中农村人口40.67万人。"
    far = "会议现场。本次活动。"
    fields = {"articles": [LINSHU], "evidence_mode": "all", "answers": {"all": [["3309户"], ["7个镇"]]}}
    both = ask(engine, corpus, "目前,临沭县还有贫困人口3309户,全县下辖7个镇", evidence=[LEFT, other], **fields)
    assert {both.scores[name] for name in ("hit@1", "hit@3", "rank@3", "recall@5")} == {1}
    assert both.scores["recall@1"] == 0.5
    half = ask(engine, corpus, "目前,临沭县还有贫困人口3309户,全县下辖7个镇", evidence=[LEFT, far], **fields)
    assert (half.scores["hit@1"], half.scores["hit@3"], half.scores["recall@50"]) == (1, 0, 0.5)


def test_a_list_is_scored_by_its_items(engine, corpus):
    outcome = ask(
        engine,
        corpus,
        "临沭县还有贫困人口多少户",
        articles=[LINSHU],
        evidence=[LEFT],
        answers={"all": [["3309户"], ["6139人"]]},
    )
    assert outcome.answers == ("3309户",)
    scores = outcome.scores
    assert (scores["list_precision"], scores["list_recall"], scores["list_exact"]) == (1, 0.5, 0)
    assert "exact_match" not in scores


def test_every_piece_of_evidence_of_the_set_is_in_the_corpus_but_bylines(corpus, questions):
    missing = [question.id for question in questions if any(not group for group in corpus.gold(question))]
    assert len(missing) <= 2


def test_running_again_gives_the_same_outcomes(engine, corpus, questions, run):
    assert run_questions(engine, corpus, questions).outcomes == run.outcomes


def test_an_article_that_the_corpus_does_not_have(engine, corpus):
    with pytest.raises(PovqaError, match="about article elsewhere.*--corpus"):
        ask(engine, corpus, "几户", articles=["elsewhere"], answers="3户")


def test_the_citations_of_the_small_engine_are_whole(run):
    assert summarise(run.outcomes)["citations_whole"].value == 1


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"start": 1}, "not at"),
        ({"text": "临沭县已经全部脱贫,没有贫困人口了。"}, "not in the raw file"),
        ({"article_id": "elsewhere"}, "no such article"),
        ({"title": "别的标题"}, "title, source or date"),
        ({"highlights": ((0, 999),)}, "outside of the citation"),
        ({"highlights": ((0, 1),)}, "short answer not highlighted"),
    ],
)
def test_faults_of_a_citation(engine, corpus, change, said):
    answer, _ = engine.explain("临沭县还有贫困人口多少户")
    assert corpus.faults(answer) == []
    broken = replace(answer, citations=(replace(answer.citations[0], **change), *answer.citations[1:]))
    assert said in " ".join(corpus.faults(broken))


def test_a_citation_without_an_answer_is_a_fault(engine, corpus):
    answer, _ = engine.explain("临沭县还有贫困人口多少户")
    assert "citation without an answer" in corpus.faults(replace(answer, status=Status.NOT_FOUND))[0]


@pytest.mark.parametrize(
    ("citation", "raw", "expected"),
    [
        ("甲乙丙丁戊己", "天地甲乙丙丁戊己玄黄", True),
        ("甲乙丙丁 戊己庚辛", "甲乙丙丁图为会场戊己庚辛", True),
        ("戊己庚辛甲乙丙丁", "甲乙丙丁图为会场戊己庚辛", True),  # two columns
        ("甲乙丙丁午未申酉", "甲乙丙丁图为会场戊己庚辛", False),
        ("甲乙丙丁戊己", "甲乙丙丁", False),
        ("甲乙子丑寅卯", "甲乙图片子丑寅卯", False),  # two characters are no piece
    ],
)
def test_stands_in(citation, raw, expected):
    assert stands_in(citation, raw) is expected
