import pytest

from povqa.reader.model import ReaderModel


@pytest.fixture(scope="session")
def reader() -> ReaderModel:
    """The network that ships."""
    return ReaderModel(threads=2)
