"""On a disk of a few megabytes that is nearly full: `python disk.py DISK PAGE COMMANDS BYTES…`, in a mount
namespace of its own: so many bytes are left free when each of the commands is run.

Prints, as JSON, what `povqa add` and `povqa index --rebuild` said, and what was there afterwards.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from povqa.config import Settings
from povqa.editing import remove_articles
from povqa.engine import Povqa, update


def free(disk: Path) -> int:
    state = os.statvfs(disk)
    return state.f_bavail * state.f_frsize


def fill(disk: Path, leave: int) -> Path:
    """Take all of the disk but so many bytes."""
    path = disk / "filler"
    path.unlink(missing_ok=True)
    with path.open("wb") as stream:
        while (most := min(free(disk) - leave, 1 << 16)) > 0:
            stream.write(bytes(most))
            stream.flush()
    return path


def state(settings: Settings) -> dict[str, object]:
    """What a user sees: the articles, an answer, and whether every byte of the index is right."""
    engine = Povqa.open(settings, build=False, stages="fused")
    engine.index.verify(engine.encoder)
    seen = {
        "files": sorted(path.name for path in settings.corpus_path.iterdir()),
        "articles": [article.id for article in engine.articles()],
        "cited": engine.ask("白石乡种植了多少亩茶叶").citations[0].text,
        "left": sorted(path.name for path in settings.index_path.glob("building-*")),
    }
    engine.close()
    return seen


def main() -> None:
    disk = Path(sys.argv[1])
    base = Settings()
    settings = base.model_copy(update={"corpus": disk / "pages", "index": disk / "index"})
    shutil.copytree(base.corpus_path, settings.corpus_path)
    update(settings)
    before = state(settings)
    environment = os.environ | {"POVQA_CORPUS": str(settings.corpus_path), "POVQA_INDEX": str(settings.index_path)}
    said = []
    commands = {"add": ["add", sys.argv[2]], "index": ["index", "--rebuild"]}
    for leave in map(int, sys.argv[4:]):
        for words in (commands[name] for name in sys.argv[3].split(",")):
            filler = fill(disk, leave)
            command = [sys.executable, "-m", "povqa", *words]
            done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
            filler.unlink()
            if done.returncode == 0 and words[0] == "add":
                remove_articles(settings, ["new.txt"])
            after = state(settings)
            said.append({"words": words[0], "code": done.returncode, "err": done.stderr, "as_before": after == before})
    print(json.dumps({"said": said, "state": before}))  # noqa: T201


if __name__ == "__main__":
    main()
