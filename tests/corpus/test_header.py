"""Header lines of news pages."""

import pytest

from povqa.corpus.header import Header, find_date, plausible_source, read_header


@pytest.mark.parametrize(
    ("line", "header"),
    [
        ("2017-05-04 11:24:48|来源:国际在线|编辑:赵六 |责编:钱七", Header("国际在线", None, "2017-05-04")),
        ("2017年03月22日 来源:山下新闻网 作者:姚某权", Header("山下新闻网", "姚某权", "2017-03-22")),
        ("来源：央视网  2016-02-16", Header("央视网", None, "2016-02-16")),
        ("发布时间：2020-01-02 来源：县扶贫办 浏览次数：123 字号：大 中 小", Header("县扶贫办", None, "2020-01-02")),
        ("来源:山下时报 2020-06-01 http://a.cn/b/1.htm", Header("山下时报", None, "2020-06-01", "http://a.cn/b/1.htm")),
        ("来源: bet365为什么打不开 2016-04-14 18:56", Header(None, None, "2016-04-14")),
        ("2016-05-26 15:14:55", Header(None, None, "2016-05-26")),
    ],
)  # fmt: skip
def test_read(line, header):
    assert read_header(line) == header


@pytest.mark.parametrize(
    "line",
    [
        "2014年，全县有贫困人口63305人",
        "来源地是山下县，2017年3月22日发货",
        "记者从县里获悉：2017年3月22日，路通了。",
        "党建引领",
        "来源于生活 高于生活",
    ],
)
def test_lines_of_the_article_are_none(line):
    assert read_header(line) is None


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("202308/0818:36:53", "2023-08-08"),
        ("２０２３．８．８", "2023-08-08"),
        ("2017-13-40", None),
        ("12017-01-011", None),
        ("", None),
    ],
)
def test_find_date(text, day):
    assert find_date(text) == day


@pytest.mark.parametrize("name", ["怎么注册会员", "娱乐城 官方网站", "a?", "万博88888", "x"])
def test_advertising_is_no_source(name):
    assert plausible_source(name) is None
