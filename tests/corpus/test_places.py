"""What place an article is about."""

import pytest

from povqa.corpus.places import find_place


@pytest.mark.parametrize(
    ("title", "paragraphs", "place"),
    [
        ("临沂临沭县推进提升工程", ["临沂市临沭县位于山东省东南部。临沭县有7个镇。"], ("山东省", "临沂市", "临沭县")),
        ("脱贫路", ["贵州省毕节市威宁县修了路。", "威宁县今年继续修路，毕节市给钱。"], ("贵州省", "毕节市", "威宁县")),
        ("聊城市委书记谈脱贫", ["聊城市委认真研究。聊城农业大市的实际。"], ("聊城市",)),
        ("平潭打好攻坚战", ["平潭加压。平潭各级党组织努力。平潭实验区。"], ()),
        ("全县修路", ["该县把全省贫困地区的示范区、开发区建成了大市场。"], ()),
        ("", [], ()),
    ],
)
def test_place(title, paragraphs, place):
    assert find_place(title, paragraphs) == place


def test_a_bare_name_counts_with_a_local_medium_beside_it():
    paragraphs = ["平潭加压。平潭各级党组织努力。平潭实验区。"]
    assert find_place("平潭打好攻坚战", paragraphs, hints="平潭时报") == ("平潭",)


def test_where_the_reporter_sat_is_not_the_place():
    assert find_place("农村改革", ["新华社北京5月26日电 甘肃省修路，甘肃省通水，甘肃省办学。"]) == ("甘肃省",)
