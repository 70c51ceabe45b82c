"""The process that damages an index and asks it: `python probe.py SETTINGS HOW QUESTIONS STAGES`, a fault a line on
stdin.

It may die of a fault, so it is told of one at a time and says what came of it at once. HOW is what watches over the
files: "all" each of them as if small, "large" as if large (only one that somebody wrote to is read), "silent" the same
when nobody wrote to it, "unchecked" an index of a povqa that wrote no checksums.
"""

from __future__ import annotations

import faulthandler
import json
import os
import sys
from dataclasses import asdict
from pathlib import Path

from povqa.asking import Asker
from povqa.config import Settings
from povqa.encoder.models import open_encoder
from povqa.errors import PovqaError
from povqa.index import checksums
from povqa.index.store import Index
from povqa.reader.judge import Ranker
from povqa.reader.model import ReaderModel
from povqa.retrieval import Stages

SECONDS = 60  # for one fault: the machine may be busy


class Prober:
    """Asks an index, as `povqa ask` does, with one encoder and one reader for all its openings."""

    def __init__(self, settings: Settings, questions: list[str], how: str, stages: str) -> None:
        self._settings = settings
        self._questions = questions
        self._how = how
        self._stages = Stages(stages)
        self._encoder = open_encoder(settings)
        self._model = ReaderModel(threads=1)
        self._ranker = Ranker.load()
        if how != "all":
            checksums.EACH_TIME = -1
        if how == "unchecked":
            for path in settings.index_path.glob("generation-*/checksums"):
                path.unlink()
        self.right = self.answers()

    def answers(self) -> object:
        with Index.open(self._settings.index_path) as index:
            asker = Asker(index, self._encoder, self._model, self._ranker, 0.05, self._stages)
            found = [asdict(asker.ask(question, top=12)) | {"elapsed_ms": 0} for question in self._questions]
            return json.loads(json.dumps(found))

    def outcome(self, file: str, change: str, place: int, value: int) -> str:
        """What comes of one fault: "same" answers, an "error" in words, "other" answers, or a "fault" without any."""
        path = self._settings.index_path / file
        before, whole = path.stat(), path.read_bytes()
        kept = self._sidecars()
        try:
            if change == "cut":
                os.truncate(path, place)
            else:
                with path.open("r+b") as stream:
                    stream.seek(place)
                    stream.write(bytes([whole[place] ^ value]))
            if self._how == "silent":
                os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
            return self._asked()
        finally:
            with path.open("r+b") as stream:
                stream.write(whole)
            os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
            for sidecar, data in kept.items():
                sidecar.write_bytes(data)

    def _asked(self) -> str:
        try:
            return "same" if self.answers() == self.right else "other"
        except PovqaError as error:
            sound = "\n" not in error.en + error.zh and "povqa index" in error.en and "povqa index" in error.zh
            return "error" if sound else f"fault: {error}"
        except BaseException as error:  # noqa: BLE001 - what a library throws is what is looked for
            return f"fault: {type(error).__name__}: {error}"

    def _sidecars(self) -> dict[Path, bytes]:
        return {path: path.read_bytes() for path in self._settings.index_path.glob("generation-*/checksums")}


def main() -> None:
    prober = Prober(Settings.model_validate_json(sys.argv[1]), json.loads(sys.argv[3]), sys.argv[2], sys.argv[4])
    print("ready", flush=True)  # noqa: T201
    for line in sys.stdin:
        faulthandler.dump_traceback_later(SECONDS, exit=True)
        found = prober.outcome(*json.loads(line))
        faulthandler.cancel_dump_traceback_later()
        print(json.dumps(found), flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
