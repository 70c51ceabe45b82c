"""What the tests of the corpus share."""

import pytest

from povqa.corpus.locating import locate


@pytest.fixture(scope="session", autouse=True)
def _places_known():
    """The tables of places and words are read once, and not on the time of a test's first example."""
    assert locate("威宁县", ["威宁县修路,威宁县通水。"])
