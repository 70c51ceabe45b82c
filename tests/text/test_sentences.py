"""Sentences of Chinese news, by their offsets."""

from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from povqa.text.sentences import MAX_SENTENCE, split_sentences

SEEDS = sorted((Path(__file__).parents[2] / "seeds").glob("*.txt"))
newsish = st.text(alphabet='村民年收入增长了一二。！？；;.…,，：:“”"（）()《》【】 　\n\r10%a.-、', max_size=200)


def cut(text):
    return [text[start:end] for start, end in split_sentences(text)]


def check_offsets(text):
    found = split_sentences(text)
    for start, end in found:
        piece = text[start:end]
        assert start < end
        assert piece == piece.strip()
        assert "\n" not in piece
    assert all(left[1] <= right[0] for left, right in pairwise(found))
    covered = {place for start, end in found for place in range(start, end)}
    assert all(char.isspace() for place, char in enumerate(text) if place not in covered)


@given(st.one_of(newsish, st.text()))
def test_offsets_hold_for_any_text(text):
    check_offsets(text)


@pytest.mark.parametrize("path", SEEDS, ids=lambda path: path.stem[:3])
def test_offsets_hold_for_the_seeds(path):
    text = path.read_text(encoding="utf-8")
    check_offsets(text)
    assert max(end - start for start, end in split_sentences(text)) < MAX_SENTENCE


@pytest.mark.parametrize(
    "sentences",
    [
        ["全乡脱贫了。", "增速10.2%。", "真的吗？！", "真的!"],
        ["新建水柜588座,长3.5公里。 ”", "今年完工"],
        ["他走了很久……", "后来又回来了。"],
        ["种桑、养蚕……等项目都在做。"],
        ["出台了《怎么办？！》一书。", "大家都读。"],
        ["下设三个组（分别是：一、宣传组。二、财务组。三、后勤组。）各司其职。"],
        ["大力弘扬“永不言弃！”的精神。", "继续干。"],
        ["二、鼓励企业下乡。", "重点抓好三方面：一是党建。", "二是产业。"],
        ["见www.a.cn/x?b=1.htm页面。", "另见1.2节。"],
        ["“房子盖好了。", "路也通了。”"],
        ["王村长说：“盖好了。”", "随后他走进屋里，倒了一杯水，又讲了起来。"],
    ],
)
def test_cuts(sentences):
    assert cut("".join(sentences)) == sentences


def test_who_said_it_belongs_to_what_was_said():
    text = "“现在住上了大房子。”家住山下村的养殖户李某说。“还买了车！”他告诉记者。第二天又下雨了。"
    assert cut(text) == [
        "“现在住上了大房子。”家住山下村的养殖户李某说。",
        "“还买了车！”他告诉记者。",
        "第二天又下雨了。",
    ]


def test_semicolons_cut_only_between_pieces_that_can_stand_alone():
    long = "选派一百一十七名第一书记驻点帮扶六十七个重点村并充分发挥他们的作用"
    assert cut(f"{long}；{long}。") == [f"{long}；", f"{long}。"]
    assert cut(f"{long};改厕;修路。") == [f"{long};改厕;修路。"]
    assert cut(f"工作原则是“{long}；{long}”。") == [f"工作原则是“{long}；{long}”。"]


def test_headings_and_enumerations_without_a_full_stop_stand_on_their_lines():
    assert cut("党建引领 筑战斗堡垒\n　　（一）近年来，平潭动了起来。\n1.改水\n2.改厕") == [
        "党建引领 筑战斗堡垒",
        "（一）近年来，平潭动了起来。",
        "1.改水",
        "2.改厕",
    ]


def test_an_ascii_full_stop_ends_a_sentence_only_before_a_space():
    assert cut("水柜588座,长3.5公里. 村民买合提.艾山说好. ") == ["水柜588座,长3.5公里.", "村民买合提.艾山说好."]


def test_a_sentence_in_brackets_of_its_own():
    assert cut("共十家。（另有两家在建。）明年完工。") == ["共十家。", "（另有两家在建。）", "明年完工。"]


def test_a_stray_mark_is_no_sentence():
    assert cut("脱贫了。……—— 。") == ["脱贫了。……—— 。"]
