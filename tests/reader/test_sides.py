import pytest
from hypothesis import given
from hypothesis import strategies as st

from povqa.reader.sides import sides
from povqa.text.normalise import normalise

asked = st.text(max_size=200) | st.text(
    st.sampled_from("多少哪几谁更高比临沭凌云年村户和、吗呢一七年 || ?。the"), max_size=40
)


def test_a_question_about_two_places_becomes_one_about_each():
    assert sides("临沭和凌云各有多少贫困村", ("临沭", "凌云")) == ["临沭有多少贫困村", "凌云有多少贫困村"]
    assert sides("临沭还剩多少户,凌云种了多少茶", ("临沭", "凌云")) == ["临沭还剩多少户", "凌云种了多少茶"]
    assert sides("临沭县还剩多少户", ("临沭",)) == []
    assert sides("临沭的经验对凌云有什么用", ("临沭", "凌云")) == []


@pytest.mark.parametrize(
    ("question", "side"),
    [
        ("临沭县与凌云县哪个的贫困村多?", "凌云县的贫困村有多少"),
        ("临沭和凌云谁的贫困户更少一些", "凌云的贫困户有多少"),
        ("临沭比凌云的第一书记多吗", "凌云的第一书记有多少"),
        ("比起临沭,凌云的路是不是更多", "凌云的路有多少"),
        ("临沭和凌云比,哪个的贫困发生率高", "凌云的贫困发生率是多少"),
        ("临沭和凌云谁的脱贫比例高", "凌云的脱贫比例是多少"),
        ("临沭和凌云哪个脱贫早", "凌云脱贫是什么时候"),
        ("临沭和凌云的贫困户各有多少", "凌云的贫困户有多少"),
        ("临沭和凌云谁是县长", "凌云谁是县长"),
        ("临沭和凌云怎么扩大", "凌云怎么扩大"),
    ],
)
def test_a_comparison_asks_each_place_for_what_is_compared(question, side):
    assert sides(normalise(question), ("临沭", "凌云"))[1] == side


@given(asked, st.lists(st.sampled_from(["临沭", "凌云", "a.b", "(", "河南"]), max_size=3))
def test_each_side_names_a_place(question, places):
    normalised = normalise(question)
    for side in sides(normalised, places):
        assert any(place in side for place in places)


def test_a_question_of_the_greatest_length_is_taken_apart_at_once():
    for text in ("多" * 1000, "和a" * 500, "和a" * 400 + "更" * 200, "多少" * 500):
        assert all("和a" in side or "多少" in side for side in sides(text, ("和a", "多少")))
