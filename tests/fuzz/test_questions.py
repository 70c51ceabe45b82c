"""Whatever is asked is understood somehow, at once."""

from hypothesis import strategies as st

from fuzz.grammar import PLACES, questions
from fuzz.profile import fuzzed
from povqa.reader.question import (
    JOIN,
    content,
    count_of,
    county_stems,
    is_across,
    kind_of,
    last_question,
    leans,
    numbers_wanted,
    spell_years,
    unit_of,
    with_history,
    years_in,
)
from povqa.reader.sides import MAX_SIDES, askings, sides
from povqa.text.normalise import normalise
from povqa.types import Kind

MOST = 1000  # characters that are taken for a question
names = st.lists(st.sampled_from([normalise(place) for place in PLACES] + ["(", "a|b", "\\"]), max_size=4, unique=True)


def folded(question):
    return spell_years(" ".join(normalise(question[:MOST]).split()).replace(JOIN.strip(), " "))


@fuzzed(questions, thousands=16, seconds=0.5)
def test_any_question_is_taken_apart(question):
    asked = folded(question)
    assert spell_years(asked) == asked
    assert kind_of(asked) in Kind
    assert unit_of(asked) == "" or unit_of(asked) not in "万亿"
    assert 0 <= count_of(asked) < 100
    assert numbers_wanted(asked) >= 0
    assert is_across(asked) in (True, False)
    assert all(len(stem) == 2 and stem in asked for stem in county_stems(asked))
    assert all(1800 <= year < 2100 for year in years_in(asked))
    assert len(content(asked)) <= len(asked)


@fuzzed(questions, names, thousands=5, seconds=0.5)
def test_each_side_of_a_question_is_about_one_of_its_places(question, places):
    found = sides(folded(question), places)
    assert found == [] or 1 < len(found) <= MAX_SIDES
    assert len(set(found)) == len(found)
    assert all(any(place in side for place in places) for side in found)


@fuzzed(questions, thousands=5, seconds=0.5)
def test_a_question_for_several_facts_is_taken_apart_at_once(question):
    found = askings(folded(question))
    assert found == [] or 1 < len(found) <= MAX_SIDES
    assert all(found)


@fuzzed(questions, st.lists(questions, max_size=3), st.booleans(), st.booleans(), thousands=5, seconds=0.5)
def test_a_follow_up_stands_behind_what_it_leans_on(question, history, named, strange):
    asked, before = folded(question), [text for text in map(folded, history) if text]
    whole = with_history(asked, before, names_place=named, strange=strange)
    assert last_question(whole) == asked
    leant_on = whole.split(JOIN)[:-1]
    assert len(leant_on) <= 2
    assert leant_on == before[len(before) - len(leant_on) :]
    assert (whole != asked) == (bool(before) and leans(asked, names_place=named, strange=strange))
    assert kind_of(whole) in Kind
    assert years_in(whole) == years_in(asked)
