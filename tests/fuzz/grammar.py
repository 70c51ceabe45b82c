"""Chinese news as it comes and as it should not: text made of the pieces that our rules look for.

Random characters alone hardly ever make a date, a byline or a bracket that stays open; here they stand beside each
other, beside the oddest corners of Unicode, and over and over again.
"""

from __future__ import annotations

from pathlib import Path

from hypothesis import strategies as st

SEEDS = [path.read_text(encoding="utf-8") for path in sorted((Path(__file__).parents[2] / "seeds").glob("*.txt"))]

PLACES = (
    "山东省", "临沂市", "临沭县", "凌云县", "广西壮族自治区", "百色", "伶站瑶族乡", "石门镇", "华山社区",
    "鼓楼区", "朱村", "湘西州", "重庆市", "内蒙古", "该县", "全县", "贫困县", "示范区", "Lingyun County",
)  # fmt: skip
DIGITS = (
    "0", "1", "20", "3309", "3,309", "1,234,567", "10.2", "5.7万", "３３０９", "12亿3千万", "一", "十", "两千",
    "三千三百零九", "四五万", "二〇一七", "百分之三", "千分之", "数十", "近千", "半", "万", "亿", "点", "几",
    "①", "²", "Ⅳ", "١٧", "९", "𝟗", "〇",
)  # fmt: skip
UNITS = (
    "户", "人", "人次", "个", "万元", "亩", "%", "‰", "公里/小时", "个百分点", "岁", "级", "年", "月", "日",
    "倍", "余", "左右", "以上", "",
)  # fmt: skip
DATES = (
    "2017年3月22日", "3月16日", "2017年底", "一七年", "二〇二〇年十二月", "2016-04-14", "2017/5/4",
    "202308/0818:36:53", "去年", "昨天", "11:07", "2014-2016年", "20١٧年", "0000-00-00", "2017年13月40日",
    "十三五",
)  # fmt: skip
MARKS = "，。、；：！？…—·,.;:!?-~|/\\#*_>»&%'\"`$@=+^"
OPENERS, CLOSERS = "“‘「『（(《【[{<", "”’」』）)》】]}>"
ITEMS = ("一、", "（二）", "3.", "4、", "①", "•", "●", "一是", "其中，", "第一，", "等", "以及", "和", "与", "分别是")
WORDS = (
    "贫困户", "脱贫", "扶贫办", "村党支部书记", "张永琴", "村民", "贫困发生率", "人均收入", "种茶", "产业",
    "达到", "下降", "增长", "还有", "实现", "说", "表示", "他告诉记者", "近年来", "目前", "截至", "的", "了",
    "一对一", "four in one", "App", "e-mail", "www.a.cn/x?b=1.htm",
)  # fmt: skip
ASKED = (
    "多少", "几", "哪些", "哪里", "谁", "什么时候", "为什么", "怎么", "什么是", "有啥", "各", "分别", "和",
    "哪个多", "呢", "吗", "它", "那", "其中", " || ", "||", "how many", "when", "where", "what does", "and", "?",
    "？",
)  # fmt: skip
PAGE = (
    "来源：山下日报", "来 源:", "作者：李某", "记者 王某 通讯员 赵某", "责任编辑：赵六",
    "（责任编辑:赵六 审核:王五）", "原标题：", "正文：", "2020-06-01 11:07，正文：", "本报讯",
    "新华社济南5月26日电（记者王海鹰）", "(张永琴)", "图为村民采茶。", "王某/摄", "李某 摄", "供图",
    "（新华社记者 王某 摄）", "相关阅读：", "猜你喜欢", "版权声明", "本网转载，版权归原作者所有",
    "扫一扫 关注二维码", "首页 > 新闻 > 正文", "分享到：微信", "上一篇：", "责编", "点击\"阅读原文\"",
    "返回搜狐,查看更多", "《人民日报》（2017年03月22日01版）", "Copyright © 2017", "ICP备12345号",
    "字号：大 中 小", "新闻 娱乐 福建 泉州 体育", "【视频】", "编辑/", "[全文完]",
    "http://www.a.cn/2017/c1.html", "喜欢这个作品的话",
)  # fmt: skip
ODD = (
    "\ud800", "\udfff", "\U00020000", "𠮷", "\u202e", "\u200f", "\u2066", "\u200b", "\u200d", "\u2060", "\ufeff",
    "\u00ad", "e\u0301", "\u0301", "ก็", "👨\u200d👩\u200d👧", "🇨🇳", "👍🏽", "Ａ", "ｱ", "ﬀ", "ß", "İ", "ſ", "㎡",
    "㈠", "ﷺ", "臨沭縣", "\x00", "\x07", "\x1b[31m", "\x1b]0;x\x07", "\x7f", "\x85", "\x0b", "\x0c", "\x1c",
    "\u2028", "\u2029", "\ufffe", "\uffff", "\ufffd", "\ue000", "\U000e0041", "\U0010ffff", "\u3000", "\u00a0",
    "\t", "<b>", "</blockquote>", "&amp;", "&#0;", "{0}", "%s", "[bold]", "【】", "\\u0000", "';--",
)  # fmt: skip
BREAKS = ("\n", "\n", "\n", "\n\n", "\r\n", "\n　　", "\n    ", "\n\n\n", "\r", "\u2028")

_piece = st.sampled_from(
    [
        *PLACES, *PLACES, *DIGITS, *DIGITS, *UNITS, *UNITS, *DATES, *DATES, *MARKS, *"，，。。。、、；：",
        *OPENERS, *CLOSERS, *"“”（）《》", *ITEMS, *WORDS, *WORDS, *WORDS, *ODD, "",
    ]
)  # fmt: skip
_any = st.text(st.characters(codec=None, categories=None), min_size=1, max_size=6)
_end = st.sampled_from(["。", "。", "。", "！", "？", "……", ".", "。”", "；", "：", "", "?!", "。）"])
_pumped = st.tuples(
    st.sampled_from(
        [*PLACES, *DIGITS, *UNITS, *DATES, *MARKS, *OPENERS, *CLOSERS, *ITEMS, *WORDS, *PAGE, *ASKED, *ODD]
    ),
    st.sampled_from([2, 3, 9, 41, 81, 161, 401]),
).map(lambda pair: pair[0] * pair[1])

sentences = st.tuples(st.lists(_piece, min_size=1, max_size=14).map("".join), _end).map("".join)
"""A sentence, more or less."""

lines = st.one_of(
    sentences,
    st.lists(sentences, min_size=1, max_size=4).map("".join),
    st.lists(st.one_of(st.sampled_from(PAGE), _piece), min_size=1, max_size=4).map("".join),
    st.sampled_from(PAGE),
    st.tuples(_any, sentences, _any).map("".join),
    st.tuples(st.lists(_piece, max_size=3).map("".join), _pumped, _piece).map("".join),
)
"""A line of a page: prose, a source line, a menu; pieces of it over and over; anything."""


def _joined(rows: list[tuple[str, str]]) -> str:
    return "".join(part for row in rows for part in row)


pages = st.lists(st.tuples(lines, st.sampled_from(BREAKS)), max_size=12).map(_joined)
"""A page of lines."""


def _edited(text: str, window: tuple[float, int], edits: list[tuple[int, float, int, str]]) -> str:
    begin = int(window[0] * len(text))
    text = text[begin : begin + window[1]]
    for kind, where, length, piece in edits:
        at = int(where * len(text))
        if kind == 0:
            text = text[:at] + piece + text[at:]
        elif kind == 1:
            text = text[:at] + text[at + length :]
        elif kind == 2:
            text = text[:at] + text[at : at + length] * 3 + text[at + length :]
        else:
            text = text[:at] + text[at + length :] + text[at : at + length]
    return text


_place = st.floats(0, 1, exclude_max=True, width=32)
mutated = st.builds(
    _edited,
    st.sampled_from(SEEDS),
    st.tuples(_place, st.sampled_from([60, 250, 1000])),
    st.lists(
        st.tuples(st.integers(0, 3), _place, st.sampled_from([1, 2, 5, 30]), st.one_of(_piece, st.sampled_from(PAGE))),
        max_size=6,
    ),
)
"""A piece of an article that ships, with a few places changed."""

texts = st.one_of(pages, mutated, sentences, lines)
"""Text of any of these kinds."""

questions = st.one_of(
    st.lists(st.one_of(st.sampled_from(ASKED), _piece, st.sampled_from(PLACES)), min_size=1, max_size=8).map("".join),
    st.tuples(sentences, st.sampled_from(ASKED)).map("".join),
    st.tuples(_pumped, st.sampled_from(ASKED)).map(lambda pair: "".join(pair)[:1000]),
    _any,
)
"""A question, more or less."""
