"""Web pages: nine layouts with their surrounds, and what pages say of themselves."""

import importlib.util
import re
import sys
from pathlib import Path

import pytest

from povqa.corpus.catalogue import Catalogue
from povqa.corpus.cleaning import clean
from povqa.corpus.readers import read_data
from povqa.errors import CorpusError

ROOT = Path(__file__).parents[2]
BODY = "山下县修通了进村公路，通了自来水，村民们都说好。县里今年还要建二十个扶贫车间，让三千户贫困户在家门口挣钱。"
SECOND = "下一步，县里将继续选派第一书记到村工作，落实帮扶责任，确保剩下的贫困人口如期脱贫，不让一个人掉队。"
PAGE = "<html><head>{head}</head><body><h1>{title}</h1><p>{line}</p><p>{body}</p><p>{second}</p></body></html>"


def news_pages():
    spec = importlib.util.spec_from_file_location("news_pages", ROOT / "benchmarks/news_pages.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def made():
    pages = news_pages()
    articles = [cleaned.article for cleaned in Catalogue(ROOT / "seeds").load()]
    import random

    dice = random.Random(7)
    for path in sorted(pages.LAYOUTS.glob("*.html")):
        for article in (articles[0], articles[3]):
            yield pytest.param(pages.make_page(path.stem, article, articles, dice), id=f"{path.stem}-{article.id[:3]}")


def read(text, encoding="utf-8"):
    return read_data(text.encode(encoding), ".html", "corpus/a.html", "a")


def page(head="", title="山下县三千户走上致富路", line="2017-05-04 09:12 来源：山下日报", body=BODY, second=SECOND):
    return PAGE.format(head=head, title=title, line=line, body=body, second=second)


@pytest.mark.parametrize("made", list(made()))
def test_the_article_is_found_in_every_layout(made):
    raw = read_data(made.data, ".html", "corpus/a.html", "a")
    article = clean(raw).article
    assert article.text == made.text
    assert (article.title, article.published, article.source) == (made.title, made.published, made.source)


def test_the_text_is_the_page_s_own_characters():
    body = "“两委”负责人<span lang='EN-US'>63</span><b>305</b>人，占<font>12.5</font>％，⼈均①㎡，é 不变。" + BODY
    raw = read(page(body=body))
    assert re.sub(r"<[^>]+>", "", body) in raw.text


def test_where_a_page_was_saved_from():
    mark = "<!-- saved from url=(0031)https://news.example.cn/a?b=c -->\n"
    assert read(mark + page()).url == "https://news.example.cn/a?b=c"
    canonical = page(head="<link rel='canonical' href='https://news.example.cn/1.html'>")
    assert read(canonical).url == "https://news.example.cn/1.html"
    assert read(page(head="<meta property='og:url' content='https://news.example.cn/2.html'>")).url.endswith("/2.html")
    assert read(page(head="<meta name='Url' content='./t2019.shtml'>")).url is None
    assert read("<!-- saved from url=(0022)file:///C:/Users/a.html -->" + page()).url is None


def test_the_standard_of_government_sites():
    head = (
        "<title>山下县人民政府</title><meta name='ArticleTitle' content='山下县三千户走上致富路'>"
        "<meta name='PubDate' content='2019-09-18 06:23'><meta name='ContentSource' content='山下县扶贫办'>"
    )
    raw = read(page(head=head, line="打印 字体 分享"))
    assert (raw.title, raw.published, raw.source) == ("山下县三千户走上致富路", "2019-09-18", "山下县扶贫办")


def test_the_paper_named_under_the_title_goes_before_the_site():
    head = "<meta name='source' content='某某网'><meta name='author' content='104363'>"
    head += "<title>山下县三千户走上致富路--某某网</title>"
    raw = read(page(head=head, line="2017年05月04日09:12　来源：山下日报　作者：王海鹰"))
    assert (raw.source, raw.author, raw.published) == ("山下日报", "王海鹰", "2017-05-04")


def test_linked_data():
    head = (
        '<script type=\'application/ld+json\'>{"@graph": [{"headline": "山下县三千户走上致富路",'
        ' "datePublished": "2020-07-12T09:30:00+08:00", "author": [{"name": "欧阳文慧"}],'
        ' "publisher": {"name": "江声新闻"}}]}</script>'
        "<script type='application/ld+json'>{broken</script>"
    )
    raw = read(page(head=head, line=""))
    assert (raw.title, raw.published, raw.author, raw.source) == (
        "山下县三千户走上致富路", "2020-07-12", "欧阳文慧", "江声新闻",
    )  # fmt: skip


@pytest.mark.parametrize("encoding", ["gb18030", "utf-16", "utf-8-sig", "big5hkscs"])
def test_encodings_whatever_the_page_says(encoding):
    text = page(head="<meta charset='iso-8859-1'>")
    if encoding == "big5hkscs":
        text = page(
            title="山下縣三千戶",
            line="",
            body=BODY.translate(
                str.maketrans("县进过来们说还个扶贫车间让户贫门挣钱", "縣進過來們說還個扶貧車間讓戶貧門掙錢")
            ),
            second="村民都說好，日子一天比一天好，收入年年增加，大家都有盼頭。",
        )
    raw = read(text, encoding)
    assert "扶" in raw.text
    assert raw.encoding.startswith(encoding[:6])


def test_a_table_gives_a_line_a_row():
    table = "<table><tr><td>临沭县</td><td>3309户</td></tr><tr><td>凌云县</td><td>2104户</td></tr></table>"
    raw = read(page(second=SECOND + "</p>" + table + "<p>" + BODY))
    assert "临沭县 3309户" in raw.text.split("\n")
    assert "凌云县 2104户" in raw.text.split("\n")


def test_an_article_that_only_a_script_shows_is_found_all_the_same():
    raw = read(f"<html><body><div style='display:none'><p>{BODY}</p><p>{SECOND}</p></div></body></html>")
    assert raw.text.split("\n") == [BODY, SECOND]


@pytest.mark.parametrize("char", ["\x0c", "\ufffe", "&#12;", "&#x0b", "&#0001;", "&#xFFFF;", "&#65534", "\x0c&#8;"])
def test_characters_that_no_tree_holds(char):
    raw = read(
        page(second=f"<b>路</b>{char}<script>1</script>{char}{SECOND}{char}", line=f"<i title='{char}'>{char}</i>")
    )
    assert raw.text.replace(" ", "").split("\n") == [BODY, f"路{SECOND}"]


def test_characters_by_number_are_read():
    assert "路 9 通" in read(page(second="路&#9;&#57;&#10;通" + SECOND)).text


@pytest.mark.parametrize(
    "text", ["<html></html>", "<html><body><ul><li><a href='/'>首页</a></li></ul></body></html>", "<!---->"]
)
def test_a_page_without_an_article(text):
    with pytest.raises(CorpusError, match="no article is found") as caught:
        read(text)
    assert "找不到正文" in caught.value.message("zh")
