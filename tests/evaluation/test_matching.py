"""When a citation is the evidence, and a short answer the right one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from povqa.evaluation.matching import agrees, char_f1, matched_items, right_short, same_answer, squeeze

EVIDENCE = "目前,临沭县还有贫困人口3309户、6139人,重点贫困村20个。"


@pytest.mark.parametrize(
    ("citation", "evidence", "expected"),
    [
        (EVIDENCE, EVIDENCE, True),
        (f"今年以来变化很大。{EVIDENCE}", EVIDENCE, True),
        ("目前, 临沭县还有贫困人口\n3309户、6139人,重点贫困村20个。", EVIDENCE, True),
        ("临沭县还有贫困人口3309户、6139人", EVIDENCE, True),  # contained, more than half of it
        ("临沭县还有贫困人口", EVIDENCE, False),  # contained, less than half
        ("目前,临沭县还有贫困人口3309户、6139人,还要继续努力。", EVIDENCE, True),  # 24 of 31
        ("目前,临沭县还有贫困人口3309户,还要继续努力,一个也不能少。", EVIDENCE, False),  # 18 of 32
        ("目前,凌云县还有不少贫困村没有脱贫。", EVIDENCE, False),
        ("", EVIDENCE, False),
        ("村里为街巷进行命名,引导企业参与美丽乡村建设。", "为街巷进行 … 命名,引导企业参与美丽乡村建设。", True),
        ("引导企业参与美丽乡村和乡村振兴建设。", "为街巷进行 … 引导企业参与美丽乡村和乡村振兴建设。", True),
    ],
)
def test_agrees(citation, evidence, expected):
    assert agrees(citation, evidence) is expected


@given(st.text("脱贫攻坚村户人口,。 \n", min_size=1), st.text("脱贫攻坚村户人口,。"), st.text("脱贫攻坚村户人口,。"))
def test_what_contains_the_evidence_agrees_with_it(evidence, before, after):
    assert agrees(before + evidence + after, evidence) is bool(squeeze(evidence))


@pytest.mark.parametrize(
    ("answer", "gold"),
    [
        ("3309户", "3309户"),
        ("三千三百零九户", "3309户"),
        ("5.7万", "57000"),
        ("3,309 户", "3309户"),
        ("约6万头", "6万余头"),
        ("全县下辖7个镇", "7个"),
        ("二〇一七年三月", "2017年3月"),
        ("2019年9月", "2019年9月底"),
        ("“四联八建”", "四联八建"),
        ("許營鎮", "许营镇"),
        ("曹庄朱村", "朱村"),
        ("百分之三", "3%"),
    ],
)
def test_same_answer(answer, gold):
    assert same_answer(answer, gold)
    assert char_f1(answer, gold) == 1


@pytest.mark.parametrize(
    ("answer", "gold"),
    [
        ("17个", "7个"),
        ("2.5万元", "5万元"),
        ("3309户", "3309人"),
        ("12月", "2月"),
        ("3309户、6139人", "3309户"),
        ("不达标", "达标"),
        ("第一书记", "第二书记"),
        ("扶贫办公室主任", "扶贫办"),
        ("5万元", "5%"),
        ("", ""),
        ("。", "3309户"),
    ],
)
def test_other_answer(answer, gold):
    assert not same_answer(answer, gold)
    assert not same_answer(gold, answer)


def test_the_first_short_answer_counts():
    assert right_short(["20个", "3309户"], ["重点贫困村20个", "20个"])
    assert not right_short(["3309户", "20个"], ["20个"])
    assert not right_short([], ["20个"])


def test_char_f1_counts_shared_characters():
    assert char_f1("生态茶叶", "茶叶") == 1  # two characters at the edge
    assert char_f1("发展生态茶叶", "茶叶") == pytest.approx(2 * 2 / (6 + 2))
    assert char_f1("蚕桑", "茶叶") == 0
    assert char_f1("", "茶叶") == 0


@given(st.text("茶叶蚕桑油"), st.text("茶叶蚕桑油"))
def test_char_f1_is_symmetric_and_a_share(one, other):
    assert 0 <= char_f1(one, other) <= 1
    assert char_f1(one, other) == char_f1(other, one)


def test_each_answer_counts_for_one_item():
    items = [["茶叶"], ["蚕桑", "桑蚕"], ["55个"]]
    assert matched_items(["桑蚕", "茶叶"], items) == 2
    assert matched_items(["茶叶", "茶叶"], items) == 1
    assert matched_items(["五十五个", "养驴"], items) == 1
    assert matched_items([], items) == 0
    # The first item could take either answer, the second only the first: a greedy choice would match one.
    assert matched_items(["7个", "7个镇"], [["7个", "7个镇里"], ["7个"]]) == 2
