import numpy as np
import pytest

from povqa.config import DEFAULT_ENCODER
from povqa.encoder import adapter
from povqa.encoder.adapter import adapted, file_of


@pytest.fixture
def unit():
    vector = np.random.default_rng(3).standard_normal(384).astype(np.float32)
    return vector / np.linalg.norm(vector)


def test_the_default_encoders_questions_are_moved_and_stay_unit_length(unit):
    moved = adapted(unit, DEFAULT_ENCODER)
    assert moved.shape == unit.shape
    assert moved.dtype == np.float32
    assert np.linalg.norm(moved) == pytest.approx(1.0, abs=1e-5)
    assert 0.1 < float(moved @ unit) < 0.999


def test_questions_of_other_encoders_are_left_alone(unit):
    assert adapted(unit, "some/other-encoder") is unit
    short = unit[:8]
    assert adapted(short, DEFAULT_ENCODER) is short, "as many dimensions as the matrix has, or none"


def test_a_vector_is_moved_by_the_matrix_of_its_encoder(monkeypatch, tmp_path):
    monkeypatch.setattr(adapter, "ADAPTERS", tmp_path)
    np.save(file_of("own/encoder"), np.array([[0.0, 1.0], [0.0, 0.0]], np.float16))
    np.testing.assert_allclose(adapted(np.array([1.0, 0.0], np.float32), "own/encoder"), [0.5**0.5, 0.5**0.5])
    np.testing.assert_allclose(adapted(np.array([0.0, 1.0], np.float32), "own/encoder"), [0.0, 1.0])
