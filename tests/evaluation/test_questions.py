"""Reading sets of questions in each of their forms."""

import json

import pytest

from povqa.corpus.catalogue import Catalogue
from povqa.errors import QuestionError
from povqa.evaluation.questions import read_questions
from povqa.evaluation.sets import load_set, write_corpus

SQUAD = {
    "data": [
        {
            "title": "井冈山",
            "paragraphs": [
                {
                    "context": "井冈山在江西。2017年2月井冈山宣布脱贫，是全国第一个。",
                    "qas": [
                        {"id": "a", "question": "何时脱贫", "answers": [{"text": "2017年2月", "answer_start": 7}]},
                        {"id": "b", "question": "有多少人", "answers": [], "is_impossible": True},
                    ],
                },
                {
                    "context": "江西有山。江西也有水。",
                    "qas": [
                        {"id": "c", "question": "在哪里", "answers": [{"text": "江西", "answer_start": 99}]},
                    ],
                },
            ],
        }
    ]
}


@pytest.fixture
def write(tmp_path):
    def save(name, *lines):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        text = "\n".join(json.dumps(line, ensure_ascii=False) if isinstance(line, dict) else line for line in lines)
        path.write_text(text, encoding="utf-8")
        return path

    return save


def test_ours(questions):
    kept = {question.split for question in questions}
    assert kept == {"dev"}
    assert len(questions) == 60
    assert len({question.type for question in questions}) > 10  # a limit is spread over the set


def test_plain_lines(write):
    path = write("plain.jsonl", {"question": "几户", "answers": ["20户"]}, "", {"question": "几人", "answers": "3人"})
    one, other = read_questions(path)
    assert (one.id, one.answers.any, one.answerable, one.split) == ("q00001", ("20户",), True, "all")
    assert other.answers.any == ("3人",)
    assert load_set(path, split="dev").questions == (one, other)


def test_a_plain_line_without_answers_is_unanswerable(write):
    (question,) = read_questions(write("plain.jsonl", {"question": "几户", "answers": []}))
    assert not question.answerable


def test_squad(write):
    found = load_set(write("xquad.json", SQUAD))
    when, how_many, where = found.questions
    assert found.name == "xquad"
    assert [passage.id for passage in found.passages] == ["p00001", "p00002"]
    assert (when.articles, when.evidence) == (("p00001",), ("2017年2月井冈山宣布脱贫，是全国第一个。",))
    assert (how_many.answerable, how_many.evidence, how_many.answers.any) == (False, (), ())
    assert where.evidence == ("江西有山。", "江西也有水。")  # the offset is wrong: wherever the answer stands


def test_a_folder_of_passages_and_its_corpus(write, tmp_path):
    passages = {"pid": "set/1", "title": "井冈山", "text": "井冈山在江西。2017年2月宣布脱贫。"}
    other = {"pid": "set/2", "title": "", "text": "永新县也在江西。"}
    write("set/passages.jsonl", passages, other)
    write(
        "set/questions.jsonl",
        {"qid": "1", "question": "何时", "answers": ["2017年2月"], "pid": "set/1"},
        {"qid": "2", "question": "何人", "answers": [], "pid": "set/2", "impossible": True},
    )
    found = load_set(tmp_path / "set")
    assert [question.answerable for question in found.questions] == [True, False]
    assert found.questions[0].evidence == ("2017年2月宣布脱贫。",)
    assert [question.id for question in load_set(tmp_path / "set", passages=1).questions] == ["1"]
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    write_corpus(found.passages, corpus)
    articles = {cleaned.article.id: cleaned.article for cleaned in Catalogue(corpus).load()}
    assert set(articles) == {"set_1", "set_2"} == {question.articles[0] for question in found.questions}
    assert articles["set_1"].title == "井冈山"
    assert articles["set_1"].text.endswith("井冈山在江西。2017年2月宣布脱贫。")


@pytest.mark.parametrize(
    ("name", "line", "said"),
    [
        ("set.jsonl", "not json", "line 1 is not JSON"),
        ("set.jsonl", "[1]", "line 1 is not an object"),
        ("set.jsonl", {"answers": ["x"]}, "question 1, question"),
        ("set.jsonl", {"question": "x", "answerable": True}, "needs answers or evidence"),
        ("set.json", {"data": [{}]}, "not in SQuAD's format"),
        ("set.jsonl", "", "holds no questions"),
    ],
)
def test_a_broken_set_is_said_to_be_so(write, name, line, said):
    with pytest.raises(QuestionError, match=said):
        load_set(write(name, line))


def test_ids_are_unique(write):
    line = {"id": "a", "question": "几户", "answers": ["20户"]}
    with pytest.raises(QuestionError, match="same id"):
        read_questions(write("set.jsonl", line, line))


def test_a_missing_set(tmp_path):
    with pytest.raises(QuestionError, match="cannot be read .No such file"):
        load_set(tmp_path / "none.jsonl")
