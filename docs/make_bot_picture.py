"""Writes docs/bot.png: a conversation with the bot, from what it really sends to the tests' Bot API server.

python docs/make_bot_picture.py     needs Chromium and a Chinese font
"""

from __future__ import annotations

import asyncio
import html
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "bot"))

from botapi.server import TOKEN, BotApi

from povqa import Povqa, Settings
from povqa_bot.app import build, running
from povqa_bot.logs import configure
from povqa_bot.settings import BotSettings

ROOT = Path(__file__).resolve().parents[1]
TAGS = {"bold": "b", "italic": "i", "underline": "u", "blockquote": "blockquote", "expandable_blockquote": "blockquote"}
PAGE = """<!doctype html><meta charset="utf-8"><style>
body {{ margin: 0; width: 560px; background: #8fb58c;
  font: 16px/1.45 "Noto Sans CJK SC", "Noto Sans", "Noto Color Emoji", sans-serif; }}
header {{ background: #fff; padding: 10px 18px; font-weight: bold; border-bottom: 1px solid #d8dde1; }}
header small {{ display: block; font-weight: normal; color: #7a8b99; }}
main {{ padding: 14px; display: flex; flex-direction: column; gap: 8px; }}
.message {{ max-width: 82%; white-space: pre-wrap; overflow-wrap: anywhere; }}
.bubble {{ padding: 8px 12px; border-radius: 14px; background: #fff; }}
.own {{ align-self: flex-end; }} .own .bubble {{ background: #e3fdd2; }}
blockquote {{ margin: 4px 0; padding: 4px 10px; border-left: 3px solid #3d94d9; background: #eaf4fc; }}
.row {{ display: flex; gap: 4px; margin-top: 4px; }}
.row span {{ flex: 1; text-align: center; background: #5580528c; color: #fff; border-radius: 8px; }}
</style><header>脱贫问答<small>bot</small></header><main>{messages}</main>
<script>document.body.dataset.height = document.documentElement.getBoundingClientRect().height | 0;</script>"""


def rich(message: dict[str, Any]) -> str:
    """A message's text with its entities as HTML."""
    units = message["text"].encode("utf-16-le")
    marks: list[tuple[int, int, str]] = []
    for order, entity in enumerate(message.get("entities", [])):
        if tag := TAGS.get(entity["type"]):
            start, end = entity["offset"], entity["offset"] + entity["length"]
            marks += [(start, order + 1, f"<{tag}>"), (end, -order - 1, f"</{tag}>")]
    pieces, at = [], 0
    for place, _, mark in sorted(marks):
        pieces += [html.escape(units[at * 2 : place * 2].decode("utf-16-le")), mark]
        at = place
    text = "".join([*pieces, html.escape(units[at * 2 :].decode("utf-16-le"))])
    return text.replace("\n<blockquote>", "<blockquote>").replace("</blockquote>\n", "</blockquote>")


def bubble(message: dict[str, Any]) -> str:
    """A message with its buttons."""
    own = "" if message["from"]["is_bot"] else " own"
    rows = message.get("reply_markup", {}).get("inline_keyboard", [])
    keys = "".join(
        '<div class="row">' + "".join("<span>" + html.escape(button["text"]) + "</span>" for button in row) + "</div>"
        for row in rows
    )
    return f'<div class="message{own}"><div class="bubble">{rich(message)}</div>{keys}</div>'


async def talk(folder: Path) -> list[dict[str, Any]]:
    """A conversation, as the server holds it at its end."""
    api, engine = BotApi(), Settings()
    await api.start()
    settings = BotSettings.load(token=TOKEN, api=api.url, data=folder / "bot.sqlite3", metrics_port=0)
    app = build(settings, lambda fresh: Povqa.open(engine, build=fresh), engine.index_path / "CURRENT")
    async with running(app):
        user = api.user(1)
        await user.asks("临沭还有多少户贫困户没脱贫")
        await user.asks("那重点贫困村呢")
        answer = await user.asks("聊城养驴扶贫靠哪家龙头企业带动")
        await user.presses(answer, "原文")
        await user.asks("今天上海的天气怎么样")
    await api.stop()
    return list(api.world.messages[1])


def main() -> None:
    """Talk, render, take the picture."""
    configure("WARNING", "console", [TOKEN])
    with tempfile.TemporaryDirectory() as scratch:
        messages = asyncio.run(talk(Path(scratch)))
        page = Path(scratch) / "chat.html"
        page.write_text(PAGE.format(messages="".join(map(bubble, messages))), encoding="utf-8")
        chromium = shutil.which("chromium") or shutil.which("google-chrome") or sys.exit("Chromium is not installed")
        began = time.time()
        target = ROOT / "docs" / "bot.png"
        common = [
            chromium,
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--hide-scrollbars",
            f"--user-data-dir={scratch}/c",
        ]
        dom = subprocess.run(
            [*common, "--window-size=560,600", "--virtual-time-budget=3000", "--dump-dom", page.as_uri()],
            check=True, timeout=120, capture_output=True, text=True,
        ).stdout  # fmt: skip
        height = dom.partition('data-height="')[2].partition('"')[0]
        subprocess.run(
            [*common, f"--window-size=560,{height}", "--force-device-scale-factor=1.5", "--virtual-time-budget=3000",
             f"--screenshot={target}", page.as_uri()], check=True, timeout=120, capture_output=True,
        )  # fmt: skip
        sys.stdout.write(f"{target}: {time.time() - began:.1f} s\n")


if __name__ == "__main__":
    main()
