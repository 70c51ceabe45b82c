"""Which texts are copies of one another."""

import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from povqa.corpus.duplicates import NEAR, bands, signature, similarity

HAN = "".join(map(chr, range(0x4E00, 0x5600)))


def written(seed, length=400):
    draw = random.Random(seed)
    return "".join(draw.choice(HAN) + ("，" if i % 13 == 12 else "") for i in range(length))


def alike(a, b):
    return similarity(signature(a), signature(b))


@pytest.fixture(scope="module")
def seed_text():
    return sorted((Path(__file__).parents[2] / "seeds").glob("*.txt"))[0].read_text("utf-8")


@given(st.text())
def test_a_text_is_a_copy_of_itself(text):
    signed = signature(text)
    assert similarity(signed, signed) == (1.0 if signed else 0.0)
    assert bool(bands(signed)) == bool(signed)


@given(st.text(min_size=1, max_size=40), st.text(min_size=1, max_size=40))
def test_similarity_is_mutual_and_bounded(a, b):
    assert alike(a, b) == alike(b, a)
    assert 0.0 <= alike(a, b) <= 1.0


def test_how_it_is_written_does_not_matter():
    text = "2016年，臨沭縣還有貧困人口3309戶、6139人，重點貧困村20個。"
    assert alike(text, "2016年,临沭县 还有贫困人口3,309户、6139人\n重点贫困村20个") == 1.0


def test_another_head_and_foot_and_a_cut_paragraph(seed_text):
    middle = len(seed_text) // 2
    copy = "某某网5月4日讯\n" + seed_text[:middle] + seed_text[middle + len(seed_text) // 12 :] + "\n（责任编辑：某某）"
    assert alike(seed_text, copy) >= NEAR
    assert set(bands(signature(seed_text))) & set(bands(signature(copy)))


@pytest.mark.parametrize(("number", "other"), [("3309", "3390"), ("三成", "四成"), ("二百", "300")])
def test_one_number_changed_is_no_copy(number, other):
    text = written(1) + f"。还有贫困人口{number}户，分布在各乡镇。" + written(2)
    assert alike(text, text.replace(number, other)) < NEAR
    assert alike(text, text.replace("贫困人口", "困难群众")) >= NEAR


def test_one_way_of_writing_a_number_is_as_good_as_another():
    text = written(1) + "。新修公路二百公里，投入3万元。" + written(2)
    assert alike(text, text.replace("二百", "200").replace("3万", "30000")) >= NEAR


def test_two_reports_from_one_template():
    def report(name, a, b, c):
        return "".join(
            f"{name}第{i}期资金快报：{name}收盘报{a + i}元，成交{b * i}手，主力资金净流出{c + 7 * i}万元，换手率居中。"
            for i in range(1, 12)
        )

    assert alike(report("某某材料", 11, 352, 86), report("别的科技", 57, 118, 93)) < NEAR


def test_different_texts_share_nothing():
    assert alike(written(1), written(2)) < 0.05
    assert not set(bands(signature(written(1)))) & set(bands(signature(written(2))))


@pytest.mark.parametrize("cut", [0.05, 0.12, 0.2])
def test_the_estimate_is_near_the_truth(cut):
    """Leaving out a share of a text at its end leaves that share fewer shingles, and no new ones."""
    text = written(3, 2000)
    assert alike(text, text[: int(len(text) * (1 - cut))]) == pytest.approx(1 - cut, abs=0.08)


def test_signatures_stay_what_they_were():
    """An index keeps them: where this fails, raise DUPLICATES_VERSION."""
    signed = signature("临沭县还有贫困人口3309户。")
    assert (len(signed), signed[:4].hex(), signed[-8:].hex()) == (520, "efe90058", "cb511b3ea2e34086")
    assert (len(bands(signed)), bands(signed)[0]) == (24, 929251433000769859)
