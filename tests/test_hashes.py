"""What set-up downloads against the list of hashes."""

import importlib.util
import json
from pathlib import Path

import pytest
from packaging.utils import canonicalize_name, parse_sdist_filename, parse_wheel_filename

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def hashes():
    spec = importlib.util.spec_from_file_location("hashes", ROOT / ".ci" / "hashes.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def report(folder, files):
    """pip's report of an installation of these files, and of the project from its folder."""
    items = [
        {"download_info": {"url": f"https://registry.invalid/p/{name}", "archive_info": {"hashes": {"sha256": digest}}}}
        for name, digest in files.items()
    ]
    own = {"download_info": {"url": "file:///here", "dir_info": {"editable": True}}}
    path = folder / "report.json"
    path.write_text(json.dumps({"version": "1", "install": [*items, own]}), encoding="utf-8")
    return path


def test_a_file_that_was_swapped_is_refused_and_an_unknown_one_is_told(hashes, tmp_path, capsys):
    name, digest = next(iter(hashes.known().items()))
    assert hashes.main([str(report(tmp_path, {name: digest, "other-1.0-py3-none-any.whl": "0" * 64}))]) == 0
    assert "1 files as tested, 0 different, 1 not known: other-1.0" in capsys.readouterr().err
    assert hashes.main([str(report(tmp_path, {name: "0" * 64}))]) == 1
    assert f"{name} is not the file that was tested" in capsys.readouterr().err


def test_a_name_in_an_address_is_read_as_a_registry_writes_it(hashes, tmp_path):
    assert hashes.reported(report(tmp_path, {"torch-2.13.0%2Bcpu-cp311.whl": "a"})) == {
        "torch-2.13.0+cpu-cp311.whl": "a"
    }


def test_the_list_is_of_the_versions_in_constraints(hashes):
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pinned = {canonicalize_name(n): v for n, v in (line.split("==") for line in lines if "==" in line)}
    listed = {}
    for name, digest in hashes.known().items():
        assert len(digest) == 64, name
        parsed = parse_wheel_filename(name)[:2] if name.endswith(".whl") else parse_sdist_filename(name)
        listed[parsed[0]] = parsed[1].public
    assert listed == pinned
