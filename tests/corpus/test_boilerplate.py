"""Which lines are the page's and which the article's."""

import pytest

from povqa.corpus.boilerplate import line_rule, opens_legal, tail_rule
from povqa.text.normalise import normalise


@pytest.mark.parametrize(
    ("line", "rule"),
    [
        ("返回首页", "page controls"),
        ("0 收藏 打印 增大字体 减小字体", "page controls"),
        ("扫二维码,手机阅读本文", "page controls"),
        ("您的位置：首页 > 新闻", "navigation"),
        ("山下市人民政府 > 政务公开 > 正文", "navigation"),
        ("编辑:admin", "editors"),
        ("（视频编辑：张某 文字编辑：刘某）", "editors"),
        ("二审 李某", "editors"),
        ("原标题：山下县修路", "original title"),
        ("【相关链接】", "related links"),
        ("48小时点击排行榜", "related links"),
        ("上一篇：山下县修桥", "related links"),
        ("版权所有 © 山下网", "page footer"),
        ("京ICP备05000000号", "page footer"),
    ],
)
def test_the_pages_own_lines(line, rule):
    assert line_rule(normalise(line)) == rule


@pytest.mark.parametrize(
    "line",
    [
        "2020",
        "大",
        "评论员文章说得好，大家都赞成",
        "编辑部的同志下乡扶贫，送去图书三千册",
        "产值从3 > 2增长",
        "相关部门负责人",
        "排行榜上的山下县",
        "审核通过的贫困户 三百户",
        "更多的群众走上致富路",
        "推荐参评省级龙头企业",
    ],
)
def test_lines_of_the_article(line):
    assert line_rule(normalise(line)) is None


def test_what_sticks_to_the_end_of_a_paragraph():
    text = normalise("路通了。（完）返回搜狐，查看更多责任编辑：")
    rules = []
    while found := tail_rule(text):
        text, rule = text[: found[0]], found[1]
        rules.append(rule)
    assert (text, rules) == ("路通了。", ["editors", "page controls", "end mark"])


@pytest.mark.parametrize("text", ["他当上了主编", "查看更多的大棚", "任务没有完成", "请村民代表审核"])
def test_ends_of_sentences_stay(text):
    assert tail_rule(normalise(text)) is None


@pytest.mark.parametrize(
    ("line", "opens"), [("山下网版权声明：", True), ("免责声明", True), ("联合声明", False), ("版权登记工作", False)]
)
def test_headings_of_copyright_statements(line, opens):
    assert opens_legal(normalise(line)) is opens
