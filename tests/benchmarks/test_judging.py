import pytest
from hypothesis import given
from hypothesis import strategies as st

from judging import Given, figures, right, threshold, user_lines
from povqa.evaluation.questions import Question

SENTENCE = "目前,临沭县还有贫困人口3309户、6139人,重点贫困村20个。"


def question(number, *, split="held_out", answerable=True):
    known = {"articles": ("linshu",), "answers": {"any": ["3309户"]}, "evidence": (SENTENCE,)} if answerable else {}
    return Question(id=f"q{number}", question="还剩多少户", split=split, answerable=answerable, **known)


def test_the_sentence_and_its_article_must_be_right():
    asked = question(1)
    assert right(asked, Given("seeds/linshu.txt", f"  {SENTENCE}", 1, 1))
    assert not right(asked, Given("seeds/linshu.txt", "全县下辖7个镇,2个街道,236个行政村。", 1, 1))
    assert not right(asked, Given("seeds/lingyun.txt", SENTENCE, 1, 1))
    assert not right(question(2, answerable=False), Given("seeds/linshu.txt", SENTENCE, 1, 1))


@given(st.lists(st.floats(0, 1), min_size=1), st.sampled_from([0.0, 0.05, 0.3]))
def test_a_threshold_refuses_as_many_as_it_may(scores, most):
    least = threshold(scores, most)
    assert sum(score < least for score in scores) <= most * len(scores)
    higher = [score for score in scores if score > least]
    if higher:
        assert sum(score < min(higher) for score in scores) > most * len(scores)


def test_the_threshold_is_of_dev_and_the_figures_of_held_out():
    questions = [question(number, split="dev") for number in range(20)]
    given = [Given("linshu.txt", SENTENCE, 0.5 + number / 100, 10) for number in range(20)]
    questions += [question(20), question(21), question(22), question(23, answerable=False)]
    given += [Given("linshu.txt", SENTENCE, 0.9, 20), Given("linshu.txt", "别的", 0.9, 20)]
    given += [Given("linshu.txt", SENTENCE, 0.1, 20), Given("linshu.txt", "别的", 0.5, 20)]
    found = figures(questions, given)
    assert found["threshold"] == 0.51  # one of twenty lies below
    assert found["right_first"][0] == pytest.approx(2 / 3)
    assert found["right_first_given"][0] == pytest.approx(1 / 3)
    assert found["answerable_refused"][0] == pytest.approx(1 / 3)
    assert found["unanswerable_refused"][0] == 1
    assert found["dev_right_first"] == 1
    assert found["auroc"][0] == pytest.approx(2 / 3)
    assert found["p50_ms"] == 10


def test_lines_of_a_user(tmp_path):
    module = tmp_path / "peer.py"
    module.write_text(
        '"""What it is."""\n\nimport re\n\n# a comment\n"""\nmore\n"""\n\nx = re.compile("a")  # kept\n', "utf-8"
    )
    assert user_lines(module) == 2
