"""Owners add and remove articles: real documents over the wire, a real corpus folder and a real index."""

import asyncio
import functools
import io
import json
import sqlite3
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from botapi.faults import Faults
from reading import buttons, labels

import povqa_bot.handlers.uploads as uploads
from conftest import Bots
from povqa import Povqa, Settings
from povqa.corpus.placing import placing
from povqa.encoder.models import folder_of
from povqa_bot.curator import without_paths
from povqa_bot.proposals import Proposals
from tiny_model import write_tiny_model

pytestmark = pytest.mark.anyio
PAGES = {
    "qinghe.txt": "青河县打赢脱贫攻坚战\n\n2018-02-03 09:10:00|来源:青河日报\n\n"
    "  2017年底,青河县还有贫困人口120户、301人。青河县投入产业扶贫资金2300万元,建成扶贫车间16个。\n\n首页\n",
    "baishi.txt": "白石乡的茶园\n\n2019-05-06 来源:白石新闻网\n\n  白石乡种植茶叶3600亩,带动贫困户210户增收。\n",
}
XILING = (
    "西岭乡的光伏电站\n\n2020-03-04 10:00:00|来源:西岭日报|编辑:李明\n\n"
    "  西岭乡新建光伏电站{count}座,带动贫困户增收。村民说,日子好起来了。\n\n首页\n"
)
ASK, WORKSHOPS = "西岭乡新建光伏电站多少座", "青河县建成扶贫车间多少个"


def txt(count=7):
    return XILING.format(count=count).encode()


@pytest.fixture(scope="session")
def cache(tmp_path_factory):
    folder = tmp_path_factory.mktemp("cache")
    write_tiny_model(folder_of(Settings(cache=folder, encoder="tests/tiny"), "tests/tiny"), "tests/tiny")
    return folder


@pytest.fixture
def settings(tmp_path, cache):
    pages = tmp_path / "geheim" / "pages"
    pages.mkdir(parents=True)
    for name, text in PAGES.items():
        (pages / name).write_text(text, encoding="utf-8")
    index = tmp_path / "geheim" / "index"
    return Settings(corpus=pages, index=index, cache=cache, encoder="tests/tiny", threads=1)


@pytest.fixture
def own_bots(api, settings, tmp_path):
    for number in (900, 901):
        api.user(number)
    bots = Bots(api, settings.index_path, tmp_path / "bot.sqlite3", lambda build: Povqa.open(settings, build=build))
    bots.up = functools.partial(bots.up, owners="900,901")
    return bots


def held(settings):
    return {path.relative_to(settings.corpus_path).as_posix(): path.read_bytes()
            for path in settings.corpus_path.rglob("*") if path.is_file()}  # fmt: skip


def pages():
    return {name: text.encode() for name, text in PAGES.items()}


async def settled(api, message, *starts):
    """Wait until a message tells a result."""
    await api.world.until(lambda: message["text"].startswith(starts or ("✅", "🗑", "⚠️")), 60)
    return message["text"]


async def test_a_document_is_shown_confirmed_and_answered_about(api, own_bots, settings):
    owner = api.user(900)
    async with own_bots.up() as services:
        shown = await owner.sends_file("西岭.txt", txt())
        assert shown["text"].startswith("西岭乡的光伏电站\n西岭日报")
        for part in ("2020-03-04", "2 句", "🆕 新文章", "新建光伏电站7座", "去掉:", "首页", "要加入吗"):
            assert part in shown["text"]
        assert labels(shown) == ["加入", "取消", "📄 全部内容(文件)"]
        assert held(settings) == pages()
        await owner.presses(shown, "加入")
        assert (await settled(api, shown)).startswith("✅ 已加入:西岭乡的光伏电站\n2 句,用时 ")
        assert buttons(shown) == []
        assert held(settings) == {**pages(), "西岭.txt": txt()}
        answer = await owner.asks(ASK)
        assert "新建光伏电站7座" in answer["text"]
        assert "西岭乡的光伏电站" in (await owner.asks("/articles"))["text"]
        assert services.metrics.value("povqa_bot_changes_total", outcome="added") == 1
    assert api.rejected == []


async def test_all_that_was_kept_and_left_out_comes_as_a_file(api, own_bots, settings):
    owner = api.user(900)
    async with own_bots.up():
        shown = await owner.sends_file("西岭.txt", txt())
        await owner.presses(shown, "全部内容")
        sent = await owner.hears(shown)
        assert sent["document"]["file_name"] == "西岭.preview.txt"
        whole = api.world.files[sent["document"]["file_id"]].data.decode()
        kept, _, dropped = whole.partition("===== 去掉")
        assert "村民说,日子好起来了。" in kept
        assert "首页" in dropped
        assert "首页" not in kept
        await owner.presses(shown, "取消")
        assert shown["text"] == "没有加入。"
        assert "处理过" in (await owner.presses_data(shown, "c:1:1"))["text"]
        assert "处理过" in (await owner.presses_data(shown, "w:1"))["text"]
        assert held(settings) == pages()
    assert api.rejected == []


def docx():
    from docx import Document

    document, stream = Document(), io.BytesIO()
    for line in XILING.format(count=8).split("\n"):
        document.add_paragraph(line)
    document.save(stream)
    return stream.getvalue()


KINDS = {
    "a.md": lambda: txt(8),
    "a.html": lambda: (
        f"<html><head><title>西岭</title></head><body><article><h1>西岭乡的光伏电站</h1>"
        f"<p>{XILING.format(count=8).split(chr(10))[4]}</p></article></body></html>".encode()
    ),
    "a.docx": docx,
    "a.json": lambda: json.dumps({"title": "西岭", "text": "西岭乡新建光伏电站8座。"}, ensure_ascii=False).encode(),
}


@pytest.mark.parametrize("name", KINDS)
async def test_each_kind_of_document_is_read(api, own_bots, settings, name):
    owner = api.user(900)
    async with own_bots.up():
        shown = await owner.sends_file(name, KINDS[name]())
        assert "新建光伏电站8座" in shown["text"]
        await owner.presses(shown, "加入")
        assert (await settled(api, shown)).startswith("✅")
        assert "8座" in (await owner.asks(ASK))["text"]
    assert name in held(settings)


async def test_copies_and_corrections_are_told(api, own_bots, settings):
    owner = api.user(900)
    async with own_bots.up():
        known = await owner.sends_file("qinghe.txt", PAGES["qinghe.txt"].encode())
        assert "库中已有这篇文章:青河县打赢脱贫攻坚战" in known["text"]
        assert buttons(known) == []
        copy = await owner.sends_file("other.txt", PAGES["qinghe.txt"].encode())
        assert "库中已有相同内容:青河县打赢脱贫攻坚战" in copy["text"]
        assert "仍然加入" in labels(copy)
        await owner.presses(copy, "仍然加入")
        await settled(api, copy, "✅")
        corrected = PAGES["baishi.txt"].replace("3600", "3700").encode()
        better = await owner.sends_file("baishi.txt", corrected)
        assert "将替换旧版本:白石乡的茶园" in better["text"]
        await owner.presses(better, "加入")
        await settled(api, better, "✅")
        assert held(settings) == pages() | {"other.txt": pages()["qinghe.txt"], "baishi.txt": corrected}
        assert "3700亩" in (await owner.asks("白石乡种植茶叶多少亩"))["text"]


async def test_what_would_happen_is_asked_again_where_it_has_changed(api, own_bots, settings):
    one, other = api.user(900), api.user(901)
    async with own_bots.up():
        first = await one.sends_file("西岭.txt", txt(7))
        second = await other.sends_file("西岭.txt", txt(9))
        assert "新文章" in second["text"]
        await one.presses(first, "加入")
        await settled(api, first, "✅")
        await other.presses(second, "加入")
        await settled(api, second, "⚠️")
        assert "文章在此期间有了变化" in second["text"]
        assert "将替换旧版本:西岭乡的光伏电站" in second["text"]
        assert held(settings)["西岭.txt"] == txt(7)
        await other.presses(second, "加入")
        await settled(api, second, "✅")
        assert held(settings)["西岭.txt"] == txt(9)


async def test_two_owners_at_once_and_questions_meanwhile(api, own_bots, settings):
    owners, people = [api.user(900), api.user(901)], [api.user(number) for number in range(1, 5)]
    names = ["甲.txt", "乙.txt"]
    async with own_bots.up():
        shown = await asyncio.gather(
            *(owner.sends_file(name, txt(count)) for owner, name, count in zip(owners, names, (7, 8), strict=True))
        )
        asking = [asyncio.create_task(_ask_on(user)) for user in people]
        for _ in range(2):  # a second press of an impatient thumb changes nothing
            await asyncio.gather(
                *(owner.presses(one, "加入") for owner, one in zip(owners, shown, strict=True) if buttons(one))
            )
        for one in shown:
            await settled(api, one, "✅")
        assert all("16个" in text for texts in await asyncio.gather(*asking) for text in texts)
    assert held(settings) == pages() | {"甲.txt": txt(7), "乙.txt": txt(8)}


async def _ask_on(user):
    return [(await user.asks(WORKSHOPS, 60))["text"] for _ in range(4)]


async def test_a_question_is_answered_while_the_index_is_brought_in_line(api, own_bots, settings, monkeypatch):
    """The update is held until the question has been answered: none waits for the other."""
    import povqa.editing as editing

    answered, update = threading.Event(), editing.update

    def held_up(*args, **kwargs):
        assert answered.wait(30)
        return update(*args, **kwargs)

    monkeypatch.setattr(editing, "update", held_up)
    owner = api.user(900)
    async with own_bots.up():
        shown = await owner.sends_file("西岭.txt", txt())
        await owner.presses(shown, "加入")
        assert shown["text"].startswith("⏳ 正在加入")
        assert "16个" in (await owner.asks(WORKSHOPS))["text"]
        listed = await owner.asks("/articles")
        await owner.presses(listed, "1")
        assert "处理过" in (await owner.presses_data(shown, "c:1:1"))["text"]
        answered.set()
        await settled(api, shown, "✅")


async def test_the_buttons_work_after_a_restart_and_once(api, own_bots, settings):
    owner = api.user(900)
    async with own_bots.up():
        shown = await owner.sends_file("西岭.txt", txt())
    async with own_bots.up():
        await owner.presses(shown, "加入")
        await settled(api, shown, "✅")
        assert "处理过" in (await owner.presses_data(shown, "c:1:1"))["text"]
    assert held(settings) == pages() | {"西岭.txt": txt()}


async def test_a_stop_in_the_middle_leaves_all_as_it_was_and_the_next_run_goes_on(api, own_bots, settings, monkeypatch):
    import povqa.editing as editing

    update, reached = editing.update, threading.Event()

    def slow(*args, progress, **kwargs):
        reached.set()
        for done in range(600):
            progress("dense", done, 600)
            threading.Event().wait(0.05)
        return update(*args, progress=progress, **kwargs)

    owner = api.user(900)
    with monkeypatch.context() as patched:
        patched.setattr(editing, "update", slow)
        async with own_bots.up(stop_seconds=0.3):
            shown = await owner.sends_file("西岭.txt", txt())
            await owner.presses(shown, "加入")
            await asyncio.to_thread(reached.wait, 30)
    assert held(settings) == pages()
    async with own_bots.up():
        await settled(api, shown, "✅")
    assert held(settings) == pages() | {"西岭.txt": txt()}


async def test_only_the_owner_who_sent_it_decides_and_in_time(api, own_bots, settings):
    owner, other, guest = api.user(900), api.user(901), api.user(1)
    async with own_bots.up() as services:
        shown = await owner.sends_file("西岭.txt", txt())
        for person in (other, guest):
            for data in ("c:1:1", "c:1:0", "w:1"):
                assert "只有发送它的管理员" in (await person.presses_data(shown, data))["text"]
        await services.store.run(lambda db: db.execute("UPDATE proposals SET made = made - 90000"))
        await owner.presses(shown, "加入")
        await api.world.until(lambda: "已超过一天" in shown["text"])
        assert buttons(shown) == []
        await Proposals(services.store).purge()
        assert await services.store.run(lambda db: db.execute("SELECT count(*) FROM proposals").fetchall()) == [(0,)]
    async with own_bots.up(owners="901"):
        again = await other.sends_file("西岭.txt", txt())
    async with own_bots.up(owners="900"):
        assert "只有" in (await other.presses(again, "加入"))["text"]
    assert held(settings) == pages()


async def test_delete_my_data_deletes_what_waits(api, own_bots):
    owner = api.user(900)
    async with own_bots.up():
        shown = await owner.sends_file("西岭.txt", txt())
        asked = await owner.asks("/delete_my_data")
        await owner.presses(asked, "全部删除")
        await owner.presses(shown, "加入")
        await api.world.until(lambda: "请重新发送" in shown["text"])
        assert "管理员发来的文件" in (await owner.asks("/privacy"))["text"]
    db = sqlite3.connect(own_bots.data)
    assert db.execute("SELECT count(*) FROM proposals").fetchone() == (0,)
    db.close()
    assert "新建光伏电站".encode() not in own_bots.data.read_bytes()


async def test_others_hear_that_only_owners_add(api, own_bots, settings):
    guest = api.user(1)
    async with own_bots.up():
        assert "只有管理员可以添加文件" in (await guest.sends_file("西岭.txt", txt()))["text"]
        captioned = await guest.sends(document=api.world.keep("西岭.txt", txt()), caption=WORKSHOPS)
        await api.world.until(lambda: len(api.world.of_bot(1, captioned["message_id"])) == 2)
        assert "16个" in api.world.of_bot(1, captioned["message_id"])[1]["text"]
        assert "只有管理员" in (await guest.asks("/add https://example.org/"))["text"]
        assert "仅限管理员" in (await guest.asks("/remove 1"))["text"]
        gif = {"file_id": "g", "file_unique_id": "g", "width": 1, "height": 1, "duration": 1}
        message = await guest.sends(animation=gif, document=api.world.keep("a.mp4", b"x"))
        assert "我只能读文字" in (await guest.hears(message))["text"]
        assert api.called("getFile") == []
    assert held(settings) == pages()


def scan():
    """A PDF that has a page and no text."""
    objects = [b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
               b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] >>"]  # fmt: skip
    out, offsets = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, start=1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    trailer = b"trailer << /Size 4 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF" % len(out)
    return out + b"xref\n0 4\n0000000000 65535 f \n" + table + trailer


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [("扫描.pdf", scan(), "扫描"), ("a.exe", b"MZ\0\0", "不支持这种文件"), ("无.txt", b"", "空"),
     ("表.csv", "text\n西岭乡\n".encode(), "多篇文章"), ("../../etc/x.txt", b"\0\1\2\3" * 99, "x.txt"),
     (None, b"\0\1", "document")]
)  # fmt: skip
async def test_what_cannot_be_read_is_one_clear_line(api, own_bots, settings, name, data, said):
    async with own_bots.up():
        refused = await api.user(900).sends_file(name, data)
        assert refused["text"].startswith("⚠️ 没有加入。")
        assert said in refused["text"]
        assert "\n" not in refused["text"]
        assert "geheim" not in refused["text"]
        assert buttons(refused) == []
    assert held(settings) == pages()


async def test_what_is_too_large_is_said_politely_and_not_asked_for(api, own_bots):
    owner = api.user(900, lang="en")
    async with own_bots.up():
        assert "20 MB" in (await owner.sends_file("a.txt", b"", size=(20 << 20) + 1))["text"]
        assert api.called("getFile") == []
        hidden = api.world.keep("a.txt", b"x", size=21 << 20)
        del hidden["file_size"]
        message = await owner.sends(document=hidden)
        assert "20 MB" in (await owner.hears(message))["text"]
        assert len(api.called("getFile")) == 1


@pytest.mark.parametrize("kind", ["429", "500", "502", "dropped", "dropped_after", "slow"])
async def test_a_download_that_fails_is_tried_again(api, own_bots, kind):
    owner = api.user(900)
    async with own_bots.up():
        api.faults = Faults(0.5, (kind,), slowest=0.3, spared=("getUpdates", "sendMessage"))
        shown = await owner.sends_file("西岭.txt", txt(), 60)
        api.faults = None
        assert "新文章" in shown["text"]


async def test_a_download_that_goes_on_failing_is_one_clear_line(api, own_bots, settings):
    owner = api.user(900)
    async with own_bots.up(retry_seconds=1):
        for kind in ("500", "429", "dropped"):
            api.faults = Faults(1.0, (kind,), spared=("getUpdates", "sendMessage", "sendChatAction", "getFile"))
            refused = await owner.sends_file("西岭.txt", txt())
            api.faults = None
            assert refused["text"] == "⚠️ 没有加入。没能从 Telegram 取得这份文件,请稍后重新发送。"
    assert held(settings) == pages()


async def test_another_process_at_the_articles_is_waited_for_and_then_said(api, own_bots, settings):
    owner = api.user(900)
    async with own_bots.up() as services:
        services.curator.patience = 0.5
        shown = await owner.sends_file("西岭.txt", txt())
        with placing(settings.corpus_path):
            await owner.presses(shown, "加入")
            assert "另一个进程正在修改文章" in await settled(api, shown, "⚠️")
            assert {"加入", "取消"} <= set(labels(shown))
        services.curator.patience = 20
        with placing(settings.corpus_path):
            pressed = asyncio.create_task(owner.presses(shown, "加入"))
            await asyncio.sleep(0.8)
        await pressed
        await settled(api, shown, "✅")


async def test_a_failing_index_leaves_all_as_it_was_and_shows_no_path(api, own_bots, settings, monkeypatch):
    import errno

    import povqa.editing as editing
    from povqa import PovqaError

    owner = api.user(900)
    update = editing.update
    async with own_bots.up() as services:
        shown = await owner.sends_file("西岭.txt", txt())
        place = settings.index_path
        for error, said in (
            (
                PovqaError(f"The index in {place} cannot be written.", f"无法写入 {place} 中的索引,见 /var/x y/z。"),
                "索引",
            ),
            (OSError(errno.ENOSPC, "No space left on device", str(place)), "磁盘已满"),
            (PermissionError(errno.EACCES, "Permission denied", str(place)), "检查权限"),
            (ZeroDivisionError(), "出了点问题"),
        ):

            def fails(*args, _error=error, **kwargs):
                raise _error

            monkeypatch.setattr(editing, "update", fails)
            await owner.presses(shown, "加入")
            await api.world.until(lambda said=said: said in shown["text"])
            assert "geheim" not in shown["text"]
            assert "/var" not in shown["text"]
            assert "加入" in labels(shown)
            assert held(settings) == pages()
        monkeypatch.setattr(editing, "update", update)
        await owner.presses(shown, "加入")
        await settled(api, shown, "✅")
        assert services.metrics.value("povqa_bot_changes_total", outcome="failed") == 4


async def test_a_full_disk_of_the_bots_own_is_one_clear_line(api, own_bots, monkeypatch):
    async def full(self, proposal):
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr(Proposals, "keep", full)
    async with own_bots.up():
        assert "磁盘已满" in (await api.user(900).sends_file("西岭.txt", txt()))["text"]


class _Site(BaseHTTPRequestHandler):
    def do_GET(self):
        text = XILING.format(count=8).split("\n")[4]
        body = f"<html><head><title>西岭乡的光伏电站</title></head><body><article><p>{text}</p></article></body></html>"
        found = self.path == "/page"
        self.send_response(200 if found else 404)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.end_headers()
        self.wfile.write(body.encode() if found else b"")

    def log_message(self, *args):
        pass


@pytest.fixture
def site():
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Site)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


async def test_a_page_is_added_by_its_link(api, own_bots, settings, site):
    owner = api.user(900)
    async with own_bots.up() as services:
        assert "没有加入" in (await owner.asks(f"/add {site}/page"))["text"]  # no public address
        services.curator.allow = lambda ip, port: True
        assert "404" in (await owner.asks(f"/add {site}/none"))["text"]
        for text in ("/add", "/add ftp://x.y/", f"/add {site}/page {site}/none"):
            assert "/add https://" in (await owner.asks(text))["text"]
        for text in (f"/add {site}/page", f"{site}/page"):
            shown = await owner.asks(text)
            assert "新建光伏电站8座" in shown["text"]
        await owner.presses(shown, "加入")
        await settled(api, shown, "✅")
        assert "8座" in (await owner.asks(ASK))["text"]
        assert "没有" not in (await owner.asks("/article 1"))["text"]
    assert any("saved from url" in data.decode() for data in held(settings).values())


async def test_removing_asks_and_removes_by_command_and_button(api, own_bots, settings):
    owner, guest = api.user(900), api.user(1)
    async with own_bots.up():
        assert "/remove 1" in (await owner.asks("/remove"))["text"]
        asked = await owner.asks("/remove qinghe")
        assert "青河县打赢脱贫攻坚战 · 青河日报 · 2018-02-03" in asked["text"]
        assert labels(asked) == ["移除", "不移除"]
        await owner.presses(asked, "不移除")
        assert asked["text"] == "没有移除。"
        listed = await owner.asks("/articles")
        await owner.presses(listed, "1")
        article = await owner.hears(listed)
        theirs = await guest.asks("/article 1")
        assert "🗑 移除" in labels(article)
        assert "🗑 移除" not in labels(theirs)
        data = buttons(article)[-1]["callback_data"]
        assert "仅限管理员" in (await guest.presses_data(theirs, data))["text"]
        await owner.presses(article, "移除")
        asked = await owner.hears(article)
        removed = asked["text"].splitlines()[1].split(" · ")[0]
        await owner.presses(asked, "移除")
        assert (await settled(api, asked, "🗑")).startswith(f"🗑 已移除:{removed}")
        assert len(held(settings)) == 1
        assert (await owner.asks("/articles"))["text"].startswith("共 1 篇")
        assert "不在库中" in (await owner.presses_data(article, data))["text"]
    assert api.rejected == []


async def test_what_has_changed_since_is_not_removed(api, own_bots, settings):
    owner = api.user(900)
    async with own_bots.up():
        asked = await owner.asks("/remove baishi")
        corrected = PAGES["baishi.txt"].replace("3600", "3700").encode()
        better = await owner.sends_file("baishi.txt", corrected)
        await owner.presses(better, "加入")
        await settled(api, better, "✅")
        await owner.presses(asked, "移除")
        assert "有了变化" in await settled(api, asked, "⚠️")
    assert held(settings)["baishi.txt"] == corrected


async def test_the_menus_and_help_of_owners_name_it_in_both_languages(api, own_bots):
    async with own_bots.up():
        await api.world.until(lambda: ("chat", "zh") in api.commands and ("chat", "") in api.commands)
        for code in ("", "zh"):
            assert [c["command"] for c in api.commands["chat", code]][-3:] == ["add", "remove", "stats"]
            assert not {"add", "remove"} & {c["command"] for c in api.commands["default", code]}
        assert "/add 链接" in (await api.user(900).asks("/help"))["text"]
        assert "/add" not in (await api.user(1).asks("/help"))["text"]


async def test_no_name_or_text_of_a_document_is_logged(api, own_bots, logged):
    owner = api.user(900)
    async with own_bots.up():
        await owner.sends_file("秘密.exe", b"MZ\0\0")
        shown = await owner.sends_file("秘密.txt", txt())
        await owner.presses(shown, "加入")
        await settled(api, shown, "✅")
    assert "articles_changed" in logged.getvalue()
    for text in ("秘密", "西岭", "光伏"):
        assert text not in logged.getvalue()
        assert text.encode("unicode_escape").decode() not in logged.getvalue()


def test_paths_go_and_addresses_stay(settings):
    line = f"{settings.corpus_path}/a.txt; /usr/lib/x.so, https://a.b/c/d/e 和 12/5/2017 a.pdf: /add https://…"
    cleaned = without_paths(line, settings)
    assert cleaned == "pages/a.txt; x.so, https://a.b/c/d/e 和 12/5/2017 a.pdf: /add https://…"


def test_a_link_alone_is_a_link():
    assert uploads.LINK.match(" HTTPS://a.b/c ")
    assert not uploads.LINK.match("https://a.b 里写了什么")
    assert not uploads.LINK.match("https://a.b https://c.d")
