"""Nothing is ever unpickled: a pickle runs what whoever wrote it wants."""

from __future__ import annotations

import ast
import io
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from numpy.lib import format as npy

from povqa.config import Settings
from povqa.engine import update

ROOT = Path(__file__).resolve().parents[2]
UNPICKLERS = {"pickle", "_pickle", "cPickle", "cloudpickle", "dill", "joblib", "shelve", "marshal"}
# Ends the process where anything is unpickled, and where jieba's own cache, which is marshalled, is read.
WATCH = """
import os, sys
def watch(event, args):
    if event == "pickle.find_class" or event == "open" and str(args[0]).endswith("jieba.cache"):
        sys.stderr.write(f"{event} {args}\\n")
        os._exit(77)
sys.addaudithook(watch)
from povqa.cli import main
main(sys.argv[1:])
"""


def sources() -> list[Path]:
    return sorted(path for folder in ("src", "bot", "benchmarks", "docs") for path in (ROOT / folder).rglob("*.py"))


def unpickling(tree: ast.AST) -> list[str]:
    """What in a module unpickles, or may."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names if alias.name.partition(".")[0] in UNPICKLERS]
        elif isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] in UNPICKLERS:
            found.append(node.module or "")
        elif isinstance(node, ast.Call):
            name = ast.unparse(node.func)
            given = {keyword.arg: ast.unparse(keyword.value) for keyword in node.keywords}
            if given.get("allow_pickle", "False") != "False" or name.endswith(("read_pickle", "to_pickle")):
                found.append(name)
            if name == "torch.load" and given.get("weights_only") != "True":
                found.append(name)
    return found


def test_no_source_unpickles() -> None:
    assert len(sources()) > 100
    assert {path.name: found for path in sources() if (found := unpickling(ast.parse(path.read_text("utf-8"))))} == {}


@pytest.mark.parametrize(
    "line", ["import pickle", "from joblib import load", "np.load(p, allow_pickle=True)", "torch.load(p)"]
)
def test_what_would_be_found(line: str) -> None:
    assert unpickling(ast.parse(line))


def arrays(data: bytes) -> list[np.dtype]:
    """The types of the arrays that a file holds, in numpy's format, wherever they stand in it."""
    found = []
    at = data.find(npy.MAGIC_PREFIX)
    while at >= 0:
        stream = io.BytesIO(data[at:])
        version = npy.read_magic(stream)
        read = npy.read_array_header_1_0 if version == (1, 0) else npy.read_array_header_2_0
        found.append(read(stream)[2])
        at = data.find(npy.MAGIC_PREFIX, at + 1)
    return found


def test_no_file_of_an_index_or_a_model_holds_objects(own: Settings) -> None:
    update(own)
    weights = ROOT / "src/povqa/reader/weights"
    files = [path for folder in (own.index_path, own.cache, weights) for path in folder.rglob("*") if path.is_file()]
    names = {path.name for path in files}
    assert {"sentences.npy", "chunks.npy", "alive.npy", "manifest.json", "model.onnx"} <= names
    assert not [name for name in names if name.endswith((".pkl", ".pickle", ".pt", ".pth", ".npz", ".joblib"))]
    types = [kind for path in files for kind in arrays(path.read_bytes())]
    assert len(types) >= 3
    assert not [kind for kind in types if kind.hasobject]
    objects = io.BytesIO()
    np.save(objects, np.array([{}], dtype=object), allow_pickle=True)
    assert arrays(objects.getvalue())[0].hasobject, "such would be seen"


def test_nothing_is_unpickled_while_articles_come_and_are_asked(
    own: Settings, environment: dict[str, str], tmp_path: Path
) -> None:
    page = tmp_path / "new.html"
    page.write_text(
        f"<html><body><h1>红山村修路</h1><p>{'红山村2018年修了25公里路，村民都说好。' * 4}</p></body></html>"
    )
    for words in (["add", str(page)], ["ask", "红山村修了多少公里路"]):
        command = [sys.executable, "-c", WATCH, *words]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
    assert "25公里" in done.stdout
    stop = subprocess.run(
        [sys.executable, "-c", WATCH.split("from povqa")[0] + "import pickle; pickle.loads(pickle.dumps(os.getcwd))"],
        env=os.environ | environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert stop.returncode == 77, "it would be seen"
