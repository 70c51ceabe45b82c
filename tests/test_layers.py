"""The layers of the design, held by what the modules import."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import povqa

ROOT = Path(__file__).resolve().parents[1]
LAYERS = (
    {"types", "errors", "config", "messages"},
    {"text"},
    {"corpus", "encoder"},
    {"index"},
    {"retrieval", "reader"},
    {"asking", "upkeep"},
    {"editing", "engine", "quotes"},
    {"render", "evaluation"},
    {"cli"},
)
RANK = {part: rank for rank, parts in enumerate(LAYERS) for part in parts}
FACADE = {"__init__", "__main__"}  # they name what is above them, and import it when it is asked for
BESIDE = {("retrieval", "reader")}  # the only step within a layer: both take a question apart alike
HEAVY = {"torch", "sentence_transformers", "transformers"}
MAKERS = (Path("src/povqa/encoder/prepare.py"), Path("training"))
BOTS = (Path("bot"), Path("tests/bot"), Path("tests/fuzz"))


def files(*folders: str) -> list[Path]:
    return sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py"))


def imports(path: Path) -> Iterator[tuple[str, str]]:
    """(module, name) of each import of a file, wherever it stands; the name is "" for `import module`."""
    package = path.relative_to(ROOT / "src").parent.parts if path.is_relative_to(ROOT / "src") else ()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((alias.name, "") for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else ()
            module = ".".join((*above, *([node.module] if node.module else [])))
            yield from ((module, alias.name) for alias in node.names)


def part(module: str, name: str) -> str:
    """The part of povqa that an import reaches for, "" for the package itself."""
    names = [*module.split("."), name]
    return names[1] if names[0] == "povqa" else ""


def is_in(path: Path, places: tuple[Path, ...]) -> bool:
    return any(path.relative_to(ROOT).is_relative_to(place) for place in places)


def test_every_module_has_its_layer():
    found = {path.relative_to(ROOT / "src/povqa").parts[0].removesuffix(".py") for path in files("src/povqa")}
    assert found == {*RANK, *FACADE}


@pytest.mark.parametrize("path", files("src/povqa"), ids=lambda path: str(path.relative_to(ROOT / "src/povqa")))
def test_imports_go_down(path):
    own = path.relative_to(ROOT / "src/povqa").parts[0].removesuffix(".py")
    reached = {part(module, name) for module, name in imports(path) if module.split(".")[0] == "povqa"}
    if own in FACADE:
        assert reached <= {*RANK, *FACADE}
        return
    assert not {other for other in reached if RANK.get(other, -1) > RANK[own]}, f"{own} imports from above it"
    beside = {(own, other) for other in reached if other != own and RANK.get(other) == RANK[own]}
    assert beside <= BESIDE, f"{own} imports from beside it"


def test_only_preparing_and_training_import_torch():
    """Tests of them do, and benchmarks that run what others use."""
    for path in files("src", "bot", "eval", "training"):
        if not is_in(path, MAKERS):
            assert not {module.split(".")[0] for module, _ in imports(path)} & HEAVY, path


def test_only_preparing_imports_its_module():
    users = {path for path in files("src") if ("povqa.encoder", "prepare") in imports(path)}
    assert users == {ROOT / "src/povqa/encoder/models.py"}


def test_only_the_bot_imports_telegram():
    for path in files("src", "training", "benchmarks", "eval", "tests"):
        if not is_in(path, BOTS):
            assert "telegram" not in {module.split(".")[0] for module, _ in imports(path)}, path


def test_the_bot_imports_what_povqa_exports():
    for path in files("bot"):
        for module, name in imports(path):
            if module.split(".")[0] == "povqa":
                assert (module, name in povqa.__all__) == ("povqa", True), f"{path.name}: {module} {name}"


def test_what_povqa_exports_is_there():
    assert sorted(povqa.__all__) == list(povqa.__all__)
    for name in povqa.__all__:
        assert getattr(povqa, name).__name__ == name
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = povqa.nothing


def test_importing_povqa_costs_nothing():
    import subprocess

    script = "import sys, povqa; print(sorted(m for m in sys.modules if m.startswith('povqa')), 'numpy' in sys.modules)"
    command = [sys.executable, "-c", script]
    run = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT / "src")
    assert run.stdout.strip() == "['povqa'] False"


def test_asking_loads_nothing_that_only_building_needs():
    import subprocess

    script = (
        "import sys, povqa.engine, povqa.cli.ask; "
        "print(sorted({m.split('.')[0] for m in sys.modules} & set(sys.argv[1:])))"
    )
    never = [
        "torch",
        "sentence_transformers",
        "transformers",
        "telegram",
        "jieba",
        "rjieba",
        "pypinyin",
        "scipy",
        "onnx",
    ]
    run = subprocess.run(
        [sys.executable, "-c", script, *never], capture_output=True, text=True, check=True, cwd=ROOT / "src"
    )
    assert run.stdout.strip() == "[]"
