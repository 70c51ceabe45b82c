"""What can go wrong, in words for the user. Each message says what is wrong and ends with what to do.

Messages are given in English and Chinese; a front end picks with `message(lang)`.
"""

from __future__ import annotations


class PovqaError(Exception):
    """The base of every error that is shown to a user as one line.

    :param en: the line in English, ending with what to do.
    :param zh: the same in Chinese; English stands in where it is missing.
    """

    def __init__(self, en: str, zh: str | None = None) -> None:
        super().__init__(en)
        self.en = en
        self.zh = zh if zh is not None else en

    def message(self, lang: str = "en") -> str:
        """The line in `lang` ("zh" or "en")."""
        return self.zh if lang == "zh" else self.en


class ConfigError(PovqaError):
    """A setting has no legal value."""


class CorpusError(PovqaError):
    """The corpus folder, or an article asked for, cannot be read."""


class ModelError(PovqaError):
    """A model is missing, broken, or cannot be prepared."""


class BrokenIndexError(PovqaError):
    """The index is missing, broken, foreign, or cannot be written."""


class StoreError(PovqaError):
    """The server that an index is kept on cannot be used."""


class QuestionError(PovqaError):
    """A question that cannot be taken: not text, or too long."""
