"""The bot as a process of its own, started and stopped as a service manager does."""

import asyncio
import os
import signal
import sys
from pathlib import Path

import pytest
from botapi.server import TOKEN

from povqa import Settings
from povqa.encoder.models import folder_of
from tiny_model import write_tiny_model

pytestmark = pytest.mark.anyio
PAGE = (
    "青河县打赢脱贫攻坚战\n\n2018-02-03|来源:青河日报\n\n"
    "  青河县投入产业扶贫资金2300万元,建成扶贫车间16个。全县共有48个行政村。\n"
)
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def start(api, tmp_path):
    (tmp_path / "pages").mkdir()
    (tmp_path / "pages" / "qinghe.txt").write_text(PAGE, encoding="utf-8")
    cache = tmp_path / "cache"
    write_tiny_model(folder_of(Settings(cache=cache), "tests/tiny"), "tests/tiny")
    (tmp_path / "token").write_text(TOKEN)
    environment = {
        **os.environ, "PYTHONPATH": f"{ROOT / 'src'}:{ROOT / 'bot'}", "POVQA_CORPUS": str(tmp_path / "pages"),
        "POVQA_INDEX": str(tmp_path / "index"), "POVQA_CACHE": str(cache), "POVQA_ENCODER": "tests/tiny",
        "POVQA_MAX_REFUSED": "0.1", "POVQA_BOT_API": api.url, "POVQA_BOT_DATA": str(tmp_path / "bot.sqlite3"),
        "POVQA_BOT_TOKEN_FILE": str(tmp_path / "token"), "POVQA_BOT_METRICS_PORT": "0",
    }  # fmt: skip

    async def run(*args, module="povqa_bot", **changes):
        return await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", module, *args), env={**environment, **changes}, cwd=ROOT,
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip

    return run


@pytest.mark.parametrize("module", ["povqa_bot", "bot"])
async def test_it_answers_and_stops_at_sigterm_without_telling_its_token(api, start, module):
    process = await start(module=module)
    try:
        user = api.user(1)
        assert (await user.asks("青河县建成扶贫车间多少个", 30))["text"].startswith("16个")
        assert TOKEN.encode() not in Path(f"/proc/{process.pid}/cmdline").read_bytes()
        await user.says("全县共有多少个行政村")
        await api.world.until(lambda: not api.world.updates)
        process.send_signal(signal.SIGTERM)
        out, log = await asyncio.wait_for(process.communicate(), 20)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    assert process.returncode == 0, log.decode()
    assert len(api.world.of_bot(1)) == 2
    assert out == b""
    assert TOKEN.encode() not in log
    assert b'"event": "started"' in log


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"POVQA_BOT_TOKEN_FILE": ""}, "There is no bot token"),
        ({"POVQA_BOT_TOKEN": "1:" + "A" * 30}, "Telegram refuses the bot token"),
        ({"POVQA_CORPUS": "/nowhere"}, "/nowhere"),
    ],
)
async def test_what_keeps_it_from_starting_is_one_clear_line(start, changes, said):
    process = await start(**changes)
    out, log = await asyncio.wait_for(process.communicate(), 30)
    lines = [line for line in log.decode().splitlines() if not line.startswith("{")]
    assert process.returncode == 2
    assert out == b""
    assert len(lines) == 1
    assert said in lines[0]
    assert "A" * 30 not in log.decode()
