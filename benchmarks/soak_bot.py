"""The Telegram bot under steady use: people ask, follow up, press and edit, while articles come and go.

    python benchmarks/soak_bot.py --minutes 10 [--rate 0.5] [--every 30] [--out FILE]

The bot is a process of its own, against the Bot API server of `tests/bot/botapi` on loopback. It is looked at from
outside as `soak.py` does, and for its asyncio tasks. Prints a minute a line, and a summary; fails where somebody was
not answered or something grew.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

from soak_changes import ROOT, Articles, Changer
from soak_command import conclude, options_of
from soak_summary import ends, lately, pace, summary
from soak_watch import Sample, look, rows_of

PEOPLE = 40
PATIENCE = 300.0  # seconds after which a person counts as not answered
MOST_TASKS = 12  # more at the end than at the least


async def serve() -> None:
    """The bot; for each line of input, how many tasks it has."""
    from povqa import Povqa, Settings
    from povqa_bot.app import build, running
    from povqa_bot.logs import configure
    from povqa_bot.settings import BotSettings

    configure("ERROR")
    engine = Settings()
    app = build(BotSettings.load(), lambda build: Povqa.open(engine, build=build), engine.index_path / "CURRENT")
    async with running(app):
        print(0, flush=True)
        while await asyncio.to_thread(sys.stdin.readline):
            print(len(asyncio.all_tasks()), flush=True)


class BotSoak:
    """One run."""

    def __init__(self, work: Path, options: argparse.Namespace) -> None:
        self.options = options
        self.changer = Changer(work, Articles(options.news), options.every)
        self.samples: list[Sample] = []
        self.tasks: list[int] = []
        self.answers: list[dict[str, Any]] = []
        self.failed: list[dict[str, Any]] = []
        self.questions = [
            json.loads(line)["question"]
            for line in (ROOT / "eval" / "questions.jsonl").read_text(encoding="utf-8").splitlines()
        ]

    async def person(self, user: Any, chance: random.Random) -> None:
        """One of the things that people do, until it is answered."""
        kind, begun = chance.choice(["ask"] * 6 + ["follow", "press", "edit", "inline", "command"]), time.time()
        question = chance.choice(self.questions)
        try:
            if kind == "inline":
                await user.types_inline(question, PATIENCE)
            elif kind == "command":
                await user.asks(chance.choice(["/articles", "/help", "/new", "/privacy"]), PATIENCE)
            else:
                message = await user.says(question)
                answer = await user.hears(message, PATIENCE)
                if kind == "press":
                    await user.presses(answer, chance.choice(["👍", "👎"]), PATIENCE)
                elif kind == "edit":
                    await user.edits(message, chance.choice(self.questions))
                elif kind == "follow":
                    await user.asks("那2017年呢", PATIENCE)
        except (TimeoutError, StopIteration, KeyError) as error:
            self.failed.append({"kind": kind, "error": repr(error)})
            return
        self.answers.append(
            {"at": time.time(), "kind": kind, "ms": (time.time() - begun) * 1000, "outcome": "answered"}
        )

    async def people(self, api: Any, end: float) -> None:
        """Somebody does something, at the given rate; nobody does two things at once."""
        chance, free, busy = random.Random(5), [api.user(number) for number in range(1, PEOPLE + 1)], set()

        async def act(user: Any) -> None:
            await self.person(user, chance)
            free.append(user)

        while time.time() < end:
            await asyncio.sleep(chance.expovariate(self.options.rate))
            if free:
                task = asyncio.create_task(act(free.pop(chance.randrange(len(free)))))
                busy.add(task)
                task.add_done_callback(busy.discard)
        await asyncio.gather(*busy)

    async def watch(self, bot: asyncio.subprocess.Process, begun: float, end: float) -> None:
        assert bot.stdin is not None
        assert bot.stdout is not None
        while time.time() < end and bot.returncode is None:
            bot.stdin.write(b"\n")
            self.tasks.append(int(await bot.stdout.readline()))
            self.samples.append(look(bot.pid, time.time() - begun, self.changer.index, self.changer.temporary))
            if len(self.samples) % max(1, round(60 / self.options.sample)) == 0:
                last = rows_of(self.samples[-1:])[0]
                print(json.dumps({**last, **lately(self.answers), "tasks": self.tasks[-1]}), flush=True)
            await asyncio.sleep(self.options.sample)

    async def run(self) -> dict[str, Any]:
        sys.path.insert(0, str(ROOT / "tests" / "bot"))
        from botapi.server import TOKEN, BotApi

        api, changer = BotApi(), self.changer
        await api.start()
        await asyncio.to_thread(changer.prepare, self.options.base)
        environment = {
            **os.environ, **changer.environment, "POVQA_BOT_API": api.url, "POVQA_BOT_TOKEN": TOKEN,
            "POVQA_BOT_DATA": str(changer.work / "bot.sqlite3"), "POVQA_BOT_METRICS_PORT": "0",
            "POVQA_BOT_ANSWER_SECONDS": str(PATIENCE),
        }  # fmt: skip
        bot = await asyncio.create_subprocess_exec(
            *(sys.executable, __file__, "--serve"), env=environment,
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
        )  # fmt: skip
        assert bot.stdin is not None
        assert bot.stdout is not None
        if not await bot.stdout.readline():
            raise SystemExit("the bot does not start")
        begun = time.time()
        end = begun + self.options.minutes * 60
        changing = threading.Thread(target=changer.change)
        changing.start()
        try:
            await asyncio.gather(self.people(api, end), self.watch(bot, begun, end))
        finally:
            changer.over.set()
            await asyncio.to_thread(changing.join)
            bot.stdin.close()
            code = await bot.wait()
            await api.stop()
        self.failed += [*changer.failed, *([{"kind": "bot", "error": f"ended with {code}"}] if code else [])]
        return {
            **summary(self.options.minutes, begun, self.samples, self.answers, self.failed),
            **pace(changer.changes, []), "tasks": ends(self.tasks),
        }  # fmt: skip


def main() -> int:
    parser = options_of(__doc__, minutes=10, rate=0.5, what="acts", every=30)
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve:
        asyncio.run(serve())
        return 0
    with tempfile.TemporaryDirectory(prefix="soak-") as folder:
        soak = BotSoak(Path(folder), options)
        found = asyncio.run(soak.run())
    tasks = found["tasks"]
    wrong = [f"tasks: least, most and last are {tasks}"] if tasks[2] > tasks[0] + MOST_TASKS else []
    return conclude(found, soak.samples, options.out, wrong)


if __name__ == "__main__":
    sys.exit(main())
