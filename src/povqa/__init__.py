"""povqa: Chinese extractive question answering over a corpus of articles.

    from povqa import Povqa
    answer = Povqa.open().ask("临沭还剩多少户没脱贫")

Names are imported at first use, so that `import povqa` costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from povqa.config import Settings
    from povqa.corpus.fetch import Page, fetch
    from povqa.corpus.intake import Action, Outcome, Preview, preview
    from povqa.corpus.sources import Offer, offer_bytes
    from povqa.editing import BusyCorpusError, add_articles, remove_articles
    from povqa.engine import Povqa
    from povqa.errors import PovqaError
    from povqa.types import Answer, Article, Citation, Filters, Reason, Status

_HOMES = {
    "Action": "povqa.corpus.intake",
    "Answer": "povqa.types",
    "Article": "povqa.types",
    "BusyCorpusError": "povqa.editing",
    "Citation": "povqa.types",
    "Filters": "povqa.types",
    "Offer": "povqa.corpus.sources",
    "Outcome": "povqa.corpus.intake",
    "Page": "povqa.corpus.fetch",
    "Povqa": "povqa.engine",
    "PovqaError": "povqa.errors",
    "Preview": "povqa.corpus.intake",
    "Reason": "povqa.types",
    "Settings": "povqa.config",
    "Status": "povqa.types",
    "add_articles": "povqa.editing",
    "fetch": "povqa.corpus.fetch",
    "offer_bytes": "povqa.corpus.sources",
    "preview": "povqa.corpus.intake",
    "remove_articles": "povqa.editing",
}

__all__ = [
    "Action", "Answer", "Article", "BusyCorpusError", "Citation", "Filters", "Offer", "Outcome", "Page", "Povqa",
    "PovqaError", "Preview", "Reason", "Settings", "Status", "add_articles", "fetch", "offer_bytes", "preview",
    "remove_articles",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'povqa' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
