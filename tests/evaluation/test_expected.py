"""The conditions of the repository: well-formed, fulfilled by this build, and not by a broken one."""

import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

from povqa.cli import main
from povqa.cli.evaluate import evaluate
from povqa.config import Settings
from povqa.encoder.models import info
from povqa.evaluation.check import read_conditions

ROOT = Path(__file__).parents[2]
EXPECTED = ROOT / "eval" / "expected.toml"


def test_every_condition_is_a_command_with_scores():
    conditions = read_conditions(EXPECTED)
    assert {condition.name for condition in conditions} >= {"dev", "held_out"}
    for condition in conditions:
        program, name, *words = shlex.split(condition.command)
        assert (program, name) == ("povqa", "eval")
        assert evaluate.make_context("povqa eval", words).params["split"] == condition.name
        assert condition.scores["citations_whole"].least == 1


@pytest.fixture
def run(monkeypatch, tmp_path):
    settings = Settings()
    if not info(settings, settings.encoder).prepared:
        pytest.skip(f"the encoder is not prepared: run `povqa model prepare {settings.encoder}`")
    monkeypatch.setenv("POVQA_ROOT", str(ROOT))
    monkeypatch.setenv("POVQA_INDEX", str(tmp_path / "index"))
    return lambda *words: CliRunner().invoke(main, ["eval", "--check", *words])


@pytest.mark.slow
def test_this_build_fulfils_the_conditions(run):
    result = run()
    assert result.exit_code == 0, result.output


@pytest.mark.slow
def test_a_build_without_its_reader_does_not(run, tmp_path):
    path = tmp_path / "expected.toml"
    text = EXPECTED.read_text(encoding="utf-8").replace('"povqa eval', '"povqa eval --stages fused')
    path.write_text(text, encoding="utf-8")
    result = run("--expected", str(path))
    assert result.exit_code == 1
    assert "FAIL  dev: refused_unanswerable" in result.output
    assert "FAIL  dev: exact_match" in result.output
