"""An article's place as a path, by the gazetteer."""

import pytest

from povqa.corpus.gazetteer import gazetteer
from povqa.corpus.locating import locate


@pytest.mark.parametrize(
    ("title", "paragraphs", "place"),
    [
        ("威宁脱贫路", ["威宁县修了路。", "威宁县今年继续修路,威宁县给钱。"], ("贵州省", "毕节市", "威宁县")),
        ("河南兰考:一份嘱托", ["兰考县的路。兰考县的桥。"], ("河南省", "开封市", "兰考县")),
        ("重庆奉节修路", ["重庆市奉节县修路。奉节县给钱。"], ("重庆市", "奉节县")),
        ("广西龙胜罗汉果", ["广西壮族自治区桂林市龙胜县的罗汉果。龙胜县的路。"], ("广西", "桂林市", "龙胜县")),
        ("湘西变了样", ["湘西土家族苗族自治州的寨子。湘西州修路,湘西州通水。"], ("湖南省", "湘西州")),
        ("十八洞村的路", ["湖南花垣县十八洞村。花垣县修路,十八洞村通水。"],
         ("湖南省", "湘西州", "花垣县", "双龙镇", "十八洞村")),
        # The title says that the county is meant.
        ("贵州望谟:花椒", ["望谟县乐旺镇种花椒,乐旺镇卖花椒。望谟县乐旺镇修路。"], ("贵州省", "黔西南州", "望谟县")),
        ("鼓楼区修路", ["南京市鼓楼区修路。鼓楼区通水,鼓楼区办学。"], ("江苏省", "南京市", "鼓楼区")),
        ("鼓楼区修路", ["鼓楼区修路。鼓楼区通水,鼓楼区办学。"], ("鼓楼区",)),
        ("朝阳的早晨", ["迎着朝阳,他们同心同德。朝阳升起。中方表示欢迎。"], ()),
        ("学院的画", ["贵州的画。贵州的学生,黔东南职业学院的画。贵州的老师。"], ("贵州省",)),
        ("聊城市委书记谈脱贫", ["聊城市委认真研究。聊城农业大市的实际。"], ("山东省", "聊城市")),
        ("", [], ()),
    ],
)  # fmt: skip
def test_place(title, paragraphs, place):
    assert locate(title, paragraphs) == place


def test_names_that_lie_apart():
    said = ["青海省的路,青海省的桥。广州市的面馆,广州市的客人。"]
    assert locate("一碗拉面", said) == ()


def test_a_local_medium_tells_which_place_is_meant():
    paragraphs = ["鼓楼区修路。鼓楼区通水,鼓楼区办学。"]
    assert locate("鼓楼区修路", paragraphs, hints="福州日报 福建省 福州市") == ("福建省", "福州市", "鼓楼区")


def test_every_unit_lies_in_a_province():
    for unit in gazetteer().units:
        assert unit.path[-1] == unit.short
        assert next((one.level for one in (*unit.above(), unit) if one.level == "province"), None) == "province"


def test_short_names():
    known = gazetteer().by_name
    assert [unit.path for unit in known["威宁县"]] == [("贵州省", "毕节市", "威宁县")]
    assert known["威宁彝族回族苗族自治县"] == known["威宁县"]
    assert [unit.path for unit in known["广西"]] == [("广西",)]
    assert {unit.path for unit in known["海南"]} == {("海南省",), ("青海省", "海南州")}
    assert [unit.path for unit in known["重庆市"]] == [("重庆市",)]


def test_towns_of_a_county():
    (county,) = gazetteer().by_name["花垣县"]
    assert "十八洞村" in gazetteer().towns(county)["双龙镇"]
