"""From pages as news sites serve them to articles. The pages are made up; the seeds are real."""

from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from povqa.corpus.cleaning import clean
from povqa.corpus.readers import read_raw
from povqa.types import RawDocument

SEEDS = sorted((Path(__file__).parents[2] / "seeds").glob("*.txt"))
BODY = "目前，山下县还有贫困户309户、613人，重点村20个。县里修了路，通了水，建起了养殖场，日子一天比一天好。"
MORE = "去年，全县农民人均收入达到一万二千元，比上一年增长了一成多。村民们说，今年还要再盖十间大棚，多养两百头牛。"


def page(text, **fields):
    return clean(RawDocument(id="p", path="seeds/p.txt", text=text, **fields))


def dropped(cleaned):
    return {piece.text: piece.rule for piece in cleaned.dropped}


def visible(text):
    return Counter(char for char in text if not char.isspace() and char not in "\u200b\u200c\u200d\u2060\ufeff\x00")


def nothing_lost(raw, cleaned):
    kept = visible(cleaned.article.text)
    for piece in cleaned.dropped:
        kept += visible(piece.text)
    return kept == visible(raw)


LINES = st.sampled_from(
    f"{BODY}|{MORE}||　　{BODY}|首页|责任编辑：张三|来源：山下日报 2019-03-02|相关阅读：|• 县里下雪了|（完）|(王五)|"
    f"2019-03-02 10:00，正文：{BODY}|原标题：山下县脱贫摘帽近日，{BODY}|图为新村。李四 摄|发挥生态优|势，{MORE}|"
    f"一、修路|{BODY}（完）返回搜狐，查看更多责任编辑：|新闻 娱乐 福建 泉州 漳州|版权声明：|"
    "凡本网注明来源的作品，不得转载。|"
    f"”{MORE}|[视频]山下县修路忙|山下县修路忙".split("|")
)


@given(st.one_of(st.lists(LINES, max_size=12).map("\n".join), st.text(max_size=120)))
def test_every_character_is_kept_or_accounted_for(raw):
    assert nothing_lost(raw, page(raw))


@pytest.mark.parametrize("path", SEEDS, ids=lambda path: path.stem[:3])
def test_the_seeds_lose_nothing_and_are_made_of_pieces_of_the_page(path):
    raw = read_raw(path, f"seeds/{path.name}", path.stem)
    cleaned = clean(raw)
    assert nothing_lost(raw.text, cleaned)
    squeezed = "".join(raw.text.split())
    whole = [line for line in cleaned.article.text.split("\n") if "".join(line.split()) in squeezed]
    assert len(whole) >= 0.8 * len(cleaned.article.text.split("\n"))  # the others were broken by captions
    # The article's own prose is never what goes: only copyright statements have sentences.
    assert {piece.rule for piece in cleaned.dropped if "。" in piece.text} <= {"copyright statement"}


def test_a_local_site_with_menus_and_rankings():
    cleaned = page(
        "注册\n登录\n山下网 > 新闻中心 > 县区 > 正文\n\n山下县：九成贫困户住上新房\n\n"
        f"来源:山下日报 2020-06-01 11:07 http://www.a.cn/\n　　{BODY}\n党建引领 筑战斗堡垒\n　　{MORE}\n"
        "原标题:山下县九成贫困户住上新房\n责任编辑:赵六\n相关阅读:\n新闻 娱乐 福建 泉州\n"
        "猜你喜欢:\n• 全市第一所智慧小学开学\n48小时点击排行榜\n三峡大坝变形?专家:谣言 戴口罩会成为习惯吗\n"
    )
    article = cleaned.article
    assert article.text == f"{BODY}\n党建引领 筑战斗堡垒\n{MORE}"
    assert (article.title, article.source, article.published) == (
        "山下县：九成贫困户住上新房",
        "山下日报",
        "2020-06-01",
    )
    assert dropped(cleaned) == {
        "注册": "page controls",
        "登录": "page controls",
        "山下网 > 新闻中心 > 县区 > 正文": "navigation",
        "山下县：九成贫困户住上新房": "title",
        "来源:山下日报 2020-06-01 11:07 http://www.a.cn/": "source line",
        "原标题:山下县九成贫困户住上新房": "original title",
        "责任编辑:赵六": "editors",
        "相关阅读:": "related links",
        "新闻 娱乐 福建 泉州": "related links",
        "猜你喜欢:": "related links",
        "• 全市第一所智慧小学开学": "related links",
        "48小时点击排行榜": "related links",
        "三峡大坝变形?专家:谣言 戴口罩会成为习惯吗": "related links",
    }


def test_prose_after_a_box_of_links_is_kept():
    assert page(f"{BODY}\n相关阅读\n全市第一所智慧小学\n{MORE}\n记者手记").article.text == f"{BODY}\n{MORE}\n记者手记"


def test_a_copyright_statement_goes_and_news_about_copyright_stays():
    about = (
        "全县去年登记版权作品三百件，发放授权书二十份，查处侵权案件四起，转载纠纷调解成功率达到九成，农民画家直接受益。"
    )
    statement = "凡本网注明来源的作品，未经书面授权，任何单位不得转载。"
    cleaned = page(f"{BODY}\n{about}\n{MORE}\n山下网版权声明：\n1、{statement}")
    assert cleaned.article.text == f"{BODY}\n{about}\n{MORE}"
    assert dropped(cleaned) == {"山下网版权声明：": "copyright statement", f"1、{statement}": "copyright statement"}


def test_bullets_at_the_end_stay_unless_the_foot_of_the_page_shows_what_they_are():
    bullets = "• 修路三十公里\n• 改厕二百座\n• 建棚四十间"
    assert page(f"{BODY}\n{bullets}").article.text == f"{BODY}\n{bullets}"
    assert page(f"{BODY}\n{bullets}\n责任编辑：赵六").article.text == BODY


def test_lines_broken_in_mid_sentence_are_joined():
    head, tail = MORE[:42], MORE[42:]
    assert page(f"{BODY}\n\n{head}\n\n{tail}").article.text == f"{BODY}\n{MORE}"


def test_a_caption_goes_after_the_paragraph_that_it_interrupted():
    caption = "山下村村民喜领分红。"
    head, tail = MORE[:42], MORE[42:]
    raw = f"{BODY}\n\n{BODY}\n\n{head}\n\n\n\n{caption}\n\n{tail}"
    assert page(raw).article.text.split("\n")[2:] == [MORE, caption]


def test_a_caption_that_the_next_line_sticks_to():
    head, tail = MORE[:42], MORE[42:]
    raw = f"{BODY}\n\n{BODY}\n\n{head}\n\n\n\n山下镇下村理事会。{tail}"
    assert page(raw).article.text.split("\n")[2:] == [MORE, "山下镇下村理事会。"]


def test_a_column_out_of_its_place_is_put_back():
    head = "积极参与贫困户信息比对和大数据核查，逐村逐户开展入户走访，做好数据清洗"
    block = "等工作；严格监督产业项目建设和分红发放，先后召开17次议事会议，收集群众诉求150余条，并及时向村"
    tail = "“两委”作了反馈,群众都很满意。"
    raw = f"{BODY}\n\n{head}\n\n\n\n山下镇下村理事会。{tail}\n\n{BODY}\n\n(王新)\n\n{block}\n\n后山村新貌"
    assert f"{head}{block}{tail}\n山下镇下村理事会。" in page(raw).article.text


def test_a_line_that_opens_with_a_closing_quote_belongs_to_the_line_before():
    assert page(f"“{BODY}\n　　”村民说。").article.text == f"“{BODY}”村民说。"


def test_captions_inside_a_page_without_line_breaks():
    cleaned = page(f"2023-08-12，正文：{BODY}志愿者授旗出征。主办方供图{MORE}鸡舍一角（县融媒体中心供图）{BODY}")
    assert cleaned.article.text.split("\n") == [
        BODY,
        "志愿者授旗出征。主办方供图",
        MORE,
        "鸡舍一角（县融媒体中心供图）",
        BODY,
    ]
    assert cleaned.article.published == "2023-08-12"


def test_a_title_that_runs_into_the_text_gets_a_line_and_the_tail_goes():
    cleaned = page(
        f"2023-08-14 14:22，正文：原标题：山下县大学生创意大赛启动近日，{BODY}（完）返回搜狐，查看更多责任编辑："
    )
    assert cleaned.article.title == "山下县大学生创意大赛启动"
    assert cleaned.article.text == f"山下县大学生创意大赛启动\n近日，{BODY}"
    rules = [piece.rule for piece in cleaned.dropped]
    assert rules == ["source line", "original title", "end mark", "page controls", "editors"]


def test_a_television_script():
    said = f"央视网消息（新闻联播）：{BODY}"
    raw = f"[视频]【走基层】山下村的脱贫路\n来源：央视网  2016-02-16\n{said}\n\n　　村民：“有。”\n\n　　有信心吗？"
    article = page(raw).article
    assert article.title == "【走基层】山下村的脱贫路"
    assert (article.source, article.published, article.author) == ("央视网", "2016-02-16", None)
    assert article.text == f"{said}\n村民：“有。”\n有信心吗？"


def test_a_byline_goes_only_if_it_is_the_author():
    one = page(f"山下县脱贫\n2020年04月12日\n{BODY}\n（本报记者 张三 李四）\n查看原文\n返回上一页")
    assert (one.article.author, one.article.text) == ("张三 李四", BODY)
    several = page(f"{BODY}\n(张三)\n后山村修路\n{MORE}\n(李四)")
    assert several.article.author is None
    assert several.article.text == f"{BODY}\n(张三)\n后山村修路\n{MORE}\n(李四)"


def test_a_title_without_a_source_line_stays_in_the_text_once():
    cleaned = page(f"山下县修路忙\n{BODY}\n山下县修路忙\n{MORE}")
    assert cleaned.article.title == "山下县修路忙"
    assert cleaned.article.text == f"山下县修路忙\n{BODY}\n{MORE}"


def test_what_the_reader_knew_stands():
    article = page(BODY, title="定名", source="县志办", author="某人", published="2001-01-01").article
    assert (article.title, article.source, article.author, article.published) == (
        "定名",
        "县志办",
        "某人",
        "2001-01-01",
    )


def test_a_page_without_a_title_is_named_by_its_first_sentence():
    assert page(f"山下3月16日讯 (通讯员 张三)今年以来，山下县修路。{BODY}").article.title == "今年以来，山下县修路"


def test_an_empty_page_is_named_by_its_id():
    assert page(" \n\n").article.title == "p"
