"""What a page without header lines tells about itself."""

import pytest

from povqa.corpus.header import Header
from povqa.corpus.metadata import byline_author, dateline_header, fallback_title, glued_title_end, repeated_title_end


@pytest.mark.parametrize(
    ("line", "header"),
    [
        ("新华社济南5月26日电（记者王某）山东修路。", Header("新华社", "王某")),
        ("国际在线山东频道消息(申川 通讯员 朱正):山下县修路。", Header("国际在线", "申川 朱正")),
        ("央视网消息（新闻联播）：山下县修路。", Header("央视网", None)),
        ("湖北日报客户端讯（通讯员周凤）山下县修路。", Header("湖北日报客户端", "周凤")),
        ("中新网湖南新闻8月8日电 (周威 刘明)近日，", Header("中新网", "周威 刘明")),
        ("本报讯（记者 周仕）近日，", Header(None, "周仕")),
        ("今年以来，山下县修了路。", Header()),
        ("山下县打好扶贫攻坚战，受到报道。", Header()),
    ],
)
def test_dateline(line, header):
    assert dateline_header([line]) == header


@pytest.mark.parametrize(
    ("lines", "author"),
    [
        (["路通了。", "(张三)"], "张三"),
        (["路通了。", "（本报记者 张三 李四）"], "张三 李四"),
        (["路通了。", "(县扶贫办)"], None),
        (["路通了。", "(张三)", "桥通了。", "(李四)"], None),
        (["(张三)", "路通了。"], None),
        ([], None),
    ],
)
def test_byline(lines, author):
    assert byline_author(lines) == author


@pytest.mark.parametrize(
    ("title", "rest"),
    [
        ("第三届大学生乡村振兴创意大赛启动", "中新网重庆新闻8月14日电 由市教委主办"),
        ("彰显乡村振兴“消防”的担当", "“今天消防大队给我们村每家每户都送了灭火器”"),
        ("艺术团赴南华，文化赋能乡村振兴", "2023年暑假，艺术团前往南华县"),
        ("资助贷款圆寒门学子求学梦", "河南日报客户端记者 李某"),
    ],
)
def test_a_title_glued_to_the_lead(title, rest):
    assert glued_title_end(title + rest) == len(title)


def test_no_title_is_made_of_a_sentence():
    assert glued_title_end("山下县的路修好了。近日，县里开会。") is None


def test_a_title_said_twice():
    assert repeated_title_end("山下县社区文化节山下县社区文化节 “人之初”") == 8
    assert repeated_title_end("山下县社区文化节开幕") is None


def test_fallback_title():
    assert fallback_title(["央视网消息：", "，今年山下县修路。桥也通了。"]) == "今年山下县修路"
    assert fallback_title([]) is None
    long = fallback_title(["山下县坚持党委总揽全局的工作思路，政府狠抓落实，社会积极参与，干部结对帮扶。"])
    assert long == "山下县坚持党委总揽全局的工作思路，政府狠抓落实，社会积极参与…"
