from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from povqa.index.tokens import question_tokens, tokens
from povqa.text.normalise import normalise


def test_han_runs_give_characters_and_bigrams_within_the_run() -> None:
    assert tokens("临沭县,贫困") == ["临", "临沭", "沭", "沭县", "县", "贫", "贫困", "困"]
    assert tokens("户") == ["户"]


def test_numbers_and_words_stay_whole() -> None:
    assert tokens("3309户") == ["3309", "户"]
    assert tokens("下降10.2%, 余3,309.") == ["下", "下降", "降", "10.2%", "余", "3309"]
    assert tokens("app a股 5g g20 12g") == ["app", "a", "股", "5g", "g20", "12g"]


def test_a_number_matches_however_it_is_written() -> None:
    assert tokens(normalise("３３０９戶")) == tokens("3309户") == tokens("3,309户")


def test_other_scripts_stay_whole_and_signs_go() -> None:
    assert tokens("café《》·…!? かな 𠮷野") == ["café", "かな", "𠮷", "𠮷野", "野"]
    assert tokens(" ,。_") == []


def test_a_question_loses_the_words_that_ask() -> None:
    found = question_tokens("请问临沭还剩多少户?")
    assert "户" in found
    assert "临沭" in found
    assert not {"请问", "多少", "多", "少"} & set(found)


def test_a_name_keeps_the_bigram_of_a_word_that_asks() -> None:
    assert "和县" in question_tokens("和县")


def test_a_question_of_nothing_else_keeps_everything() -> None:
    assert question_tokens("什么") == ["什", "什么", "么"]


@given(st.text())
def test_tokens_can_always_be_written_apart_by_spaces(text: str) -> None:
    found = tokens(normalise(text))
    assert " ".join(found).split() == found
    "".join(found).encode("utf-8")


@given(st.text(alphabet="临沭县贫困户", min_size=1), st.text(alphabet="临沭县贫困户", min_size=1))
def test_a_sign_between_two_runs_parts_them(left: str, right: str) -> None:
    assert tokens(f"{left},{right}") == tokens(left) + tokens(right)
