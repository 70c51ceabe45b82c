"""/articles and /article."""

from dataclasses import replace

import pytest
from reading import labels

from conftest import Bots, write_index
from corpus import ARTICLES, BAISHI

pytestmark = pytest.mark.anyio


async def test_the_articles_are_listed_with_what_is_known_of_them(api, bot):
    user = api.user(1)
    listed = await user.asks("/articles")
    lines = listed["text"].splitlines()
    assert lines[0] == "共 4 篇文章"
    assert lines[2] == "1. 白石乡的茶园 · 白石新闻网 · 2019-05-06"
    assert lines[4] == "3. 南坪县易地搬迁见成效 · 2020-01-15"
    assert lines[3].startswith("2. <b>假标题</b> & �反转� *星号*")
    assert labels(listed) == ["1", "2", "3", "4"]
    await user.presses(listed, "1")
    assert (await user.hears(listed))["text"].startswith("白石乡的茶园\n白石新闻网 · 2019-05-06 · 白石乡\n\n白石乡种植")
    assert api.rejected == []


async def test_an_article_is_shown_by_number_or_by_id(api, bot):
    user = api.user(1)
    assert (await user.asks("/article 3"))["text"].startswith("南坪县易地搬迁见成效")
    assert (await user.asks("/article baishi"))["text"].startswith("白石乡的茶园")
    hostile = await user.asks("/article 2")
    assert "<script>alert(1)</script>" in hostile["text"]
    assert "entities" in hostile
    assert api.rejected == []


async def test_another_number_is_explained(api, bot):
    user = api.user(1)
    for wanted in ("", "0", "5", "x", "-1", "9" * 400, "١", "2 2", "<b>"):
        assert "1 到 4" in (await user.asks(f"/article {wanted}".strip()))["text"]


async def test_many_articles_and_long_ones_are_paged(api, tmp_path):
    long = replace(
        BAISHI, id="long", title="长文", text="\n".join(f"第{n}段" + "白石乡种茶。" * 60 for n in range(1, 25))
    )
    endless = replace(BAISHI, id="endless", title="没有标点", text="茶" * 9000)
    write_index(tmp_path / "index", [long, endless, *(replace(BAISHI, id=f"a{n}") for n in range(18))])
    user = api.user(1)
    async with Bots(api, tmp_path / "index", tmp_path / "bot.sqlite3").up():
        listed = await user.asks("/articles")
        assert labels(listed) == [*"12345678", "1/3", "▶"]
        await user.presses(listed, "▶")
        await user.presses(listed, "▶")
        assert labels(listed) == ["17", "18", "19", "20", "◀", "3/3"]
        article = await user.asks("/article 1")
        seen = [article["text"].split("\n\n", 1)[1]]
        while "▶" in labels(article):
            await user.presses(article, "▶")
            seen.append(article["text"].split("\n\n", 1)[1])
        assert "\n".join(seen) == long.text
        article = await user.asks("/article 2")
        seen = [article["text"].split("\n\n", 1)[1]]
        while "▶" in labels(article):
            await user.presses(article, "▶")
            seen.append(article["text"].split("\n\n", 1)[1])
        assert "".join(seen) == endless.text
        await user.presses(article, "◀")
    assert api.rejected == []


async def test_an_empty_corpus_is_no_error(api, tmp_path):
    write_index(tmp_path / "index", [replace(ARTICLES[0], text="")])
    async with Bots(api, tmp_path / "index", tmp_path / "bot.sqlite3").up():
        user = api.user(1)
        assert (await user.asks("/articles"))["text"].startswith("共 1 篇文章")
        assert "没有找到" in (await user.asks("青河县有多少个贫困村"))["text"]
        await user.asks("/help")
        await user.asks("/article 1")
    assert api.rejected == []
