"""What stands on news pages beside the article: rules about such pages in general, each with a name.

Patterns are matched against `normalise(line)`: half-width, simplified, lower case.
"""

from __future__ import annotations

import re

_CONTROL = re.compile(
    r"(?:返回|回到)(?:首页|顶部|上一[页级]|列表|目录)?|首\s?页|主页|网站首页|客户端(?:下载)?|app下载|下载客户端|(?:立即|免费)?注册|登[录陆]"
    r"|退出|加?入?收藏|打\s?印(?:本[页文])?|关\s?闭(?:窗口|本页)?|(?:增大|减小|放大|缩小)字体|字[体号][:]?(?:大小)?|[大中小]"
    r"|分享(?:到|至|按钮)?[:]?|分享让更多人看到|分享文章|微信|朋友圈|(?:新浪|腾讯)?微博|qq(?:空间|好友)?|facebook|twitter|复制链接|(?:我要)?(?:评论|纠错|举报|投稿|留言)"
    r"|点?赞|(?:阅读|浏览|点击|访问)(?:量|次数|数|率)?[:]?\d*次?|评论数?[:(]?\d+\)?|\d+|a[+-]|t[+-]?|\|+|[>»›/·]+"
    r"|[上下]一[篇页条则][:]?|(?:查看|阅读)(?:原文|全文|更多)|点击“?\"?阅读原文\"?.{0,6}|收起|展开(?:全文)?|更多[>»]*|手机版|电脑版|无障碍(?:浏览)?|繁体(?:中文)?"
    r"|简体(?:中文)?|english|设为首页|联系我们|关于我们|网站地图|听新闻|朗读|语音播报|订阅|搜索|站内搜索|rss|版权所有|返回搜狐.{0,8}"
)
_QR = re.compile(
    r"[^。]{0,8}(?:扫一扫|扫描?|长按|识别)[^。]{0,10}二维码[^。]{0,20}|(?:微信)?扫一扫[^。]{0,20}|二维码"
    r"|[^。]{0,6}点击(?:上方|下方|标题下方)[^。]{0,24}(?:关注|订阅)[^。]{0,8}|.{0,40}轻点两下取消.{0,40}"
)
_CRUMB = re.compile(r"(?:您|你)?(?:现在|当前|所在)?的?位置(?:是|在)?[:].{0,60}")
_STAFF = (
    r"(?:(?:值班|责任|视频|文字|图片|实习|执行|网络|本期|新媒体|版面|见习)?编辑|责编|网编|美编|编审|编校|校对|校审|[一二三初复终]审|审核|审校|审签|主编|总编|监制|策划|统筹"
    r"|值班(?:主任|总编|编委|领导)|摄像|制作|录入|发布人|供稿人?|签发)"
)
_EDITORS = re.compile(
    rf"[(\[【]?\s*{_STAFF}(?:\s*[:/|丨]\s*|\s+)[^。,;]{{0,24}}(?:\s*[|,;/]?\s*{_STAFF}(?:\s*[:/|丨]\s*|\s+)[^。,;]{{0,24}})*[)\]】]?"
)
_RELATED = re.compile(
    r"[•·■●◆▪▲>»|【\[]*\s*(?:相关(?:阅读|新闻|链接|推荐|报道|文章|专题|稿件|资讯|内容)|(?:推荐|延伸|扩展|更多)阅读|猜你喜欢|为[您你]推荐|大家都在看|你可能(?:还|也)?喜欢.{0,4}"
    r"|(?:热门|热点|最新|最热|精彩|精选|今日|本周|一周|频道|新闻|图片|图文|视频|专题|编辑|本网|本站|头条|往期|焦点)(?:评论|推荐|新闻|文章|排行|资讯|视频|图片|图集|专题|话题|标签|头条|要闻|更新|热点|关注|回顾|内容)"
    r"|视觉焦点|(?:\d+小时|本?周|本?月|[今本]?日|新闻|点击|阅读|热点|热门|热文|一周|评论)*(?:点击|阅读|热度|热文|人气)?(?:量)?排行榜?|热榜|热搜榜?"
    r"|(?:网友|发表|精彩|最新|全部|用户)评论|友情链接|阅读下一篇|24小时(?:热文|热点|新闻))\s*[】\]]?[:>»|]*(?:更多)?[>»]*"
)
_RELATED_INLINE = re.compile(
    r"(?:相关(?:阅读|链接|新闻|推荐|报道)|延伸阅读|推荐阅读|[上下]一[篇条则])\s*[:]\s*[^。]{1,60}"
)
_LEGAL_HEAD = re.compile(
    r"[【\[(]?(?=.{0,30}(?:版权|免责|转载|著作权|侵权|本网|本站|特别声明|郑重声明|^[【\[(]?声明)).{0,30}(?:声明|须知|说明|提示)[】\])]?[:]?"
)
_LEGAL = re.compile(
    r"版权|转载|授权|侵权|著作权|本网|本站|本平台|法律责任|律师|不代表|注明来源|注明出处|稿件|作品内容|投诉|删除|免责|自媒体|原创|联系我们"
)
_FOOTER = re.compile(
    r"(?:copyright|©|版权所有).{0,80}|.{0,30}icp[备证].{0,60}|.{0,12}(?:公网安备|许可证编?号?[:]|新闻信息服务许可).{0,60}"
    r"|(?:主办单位|承办单位|技术支持|网站标识码|建议(?:您)?使用.{0,10}浏览器|(?:违法和)?不良信息举报).{0,60}|栏目投稿邮箱.{0,40}|(?:新闻热线|投稿邮箱|举报电话|联系电话)[:].{0,40}"
    r"|喜欢这个作品的话.{0,30}|更多精彩.{0,30}"
)


def line_rule(folded: str) -> str | None:
    """The rule by which a line is dropped for what it is, whatever stands around it.

    :param folded: the normalised line.
    """
    if "。" in folded or len(folded) > 160:
        return None
    tokens = folded.replace("|", " ").split()
    if tokens and all(_CONTROL.fullmatch(token) for token in tokens):
        # A lone number or a lone 大 may be the article's.
        return "page controls" if any(len(token) > 1 and not token.isdecimal() for token in tokens) else None
    if _QR.fullmatch(folded):
        return "page controls"
    if _is_breadcrumb(folded):
        return "navigation"
    if _EDITORS.fullmatch(folded):
        return "editors"
    if re.fullmatch(r"原标题\s*[:].{2,80}", folded):
        return "original title"
    if _RELATED.fullmatch(folded) or _RELATED_INLINE.fullmatch(folded):
        return "related links"
    if _FOOTER.fullmatch(folded):
        return "page footer"
    return None


def _is_breadcrumb(folded: str) -> bool:
    if _CRUMB.fullmatch(folded):
        return True
    steps = re.split(r"\s*(?:>+|»|›|→)\s*", folded)
    return len(steps) >= 3 and all(len(step) <= 14 for step in steps) and not re.search("[,;!?]", folded)


def opens_legal(folded: str) -> bool:
    """Whether a line is the heading of a copyright statement or disclaimer."""
    return len(folded) <= 40 and "。" not in folded and _LEGAL_HEAD.fullmatch(folded) is not None


def legal_words(folded: str) -> int:
    """How many different words of copyright statements a line has."""
    return len(set(_LEGAL.findall(folded)))


def is_menu(folded: str) -> bool:
    """Whether a line is a row of short links: 新闻 娱乐 福建 泉州."""
    tokens = folded.replace("|", " ").split()
    return len(tokens) >= 5 and all(len(token) <= 4 for token in tokens) and not re.search(r"[,。;:!?、\d]", folded)


def is_bullet(text: str) -> bool:
    """Whether a line is a bullet without a full stop, as lists of links have them."""
    return re.match("[•·■●◆▪▲○►▶>»★]", text) is not None and "。" not in text and len(text) <= 60


_TAILS = tuple(
    (re.compile(pattern + r"\s*$"), rule)
    for pattern, rule in (
        (r"返回搜狐,\s*查看更多", "page controls"),
        (r"责任编辑\s*[:]\s*[^\s。,;]{0,6}", "editors"),
        (r"分享让更多人看到", "page controls"),
        (r"(?:查看原文|返回上一页)", "page controls"),
        (r"[(【]\s*(?:全文)?完\s*[)】]", "end mark"),
        (rf"\(\s*{_STAFF}\s*[:][^()。]{{1,60}}\)", "editors"),
        (rf"(?<=[。!?\")\u4e00-\u9fff]){_STAFF}(?:[:]\s*|\s+)[\u4e00-\u9fff]{{2,4}}", "editors"),
        (r"《\s*[^《》。]{2,12}\s*》\s*\(\s*\d{4}年\d{1,2}月\d{1,2}日[^()。]{0,12}版[^()。]{0,6}\)", "source line"),
        (r"栏目投稿邮箱\s*[:]\s*[\w.]+@[\w.]+", "page footer"),
        (r"(?:更多精彩[^。]{0,16})?(?:扫码[^。]{0,10})?点击\"阅读原文\"(?:查看更多)?", "page controls"),
        (r"(?<=[。!?\")])相关(?:阅读|链接)\s*[:][^。]{1,40}", "related links"),
    )
)


def tail_rule(folded: str) -> tuple[int, str] | None:
    """Where a piece begins that sticks to the end of a paragraph without being part of it, and its rule."""
    for pattern, rule in _TAILS:
        found = pattern.search(folded)
        if found:
            return found.start(), rule
    return None
