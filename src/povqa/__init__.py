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
    from povqa.engine import Povqa
    from povqa.errors import PovqaError
    from povqa.types import Answer, Article, Citation, Filters, Reason, Status

_HOMES = {
    "Answer": "povqa.types",
    "Article": "povqa.types",
    "Citation": "povqa.types",
    "Filters": "povqa.types",
    "Povqa": "povqa.engine",
    "PovqaError": "povqa.errors",
    "Reason": "povqa.types",
    "Settings": "povqa.config",
    "Status": "povqa.types",
}

__all__ = ["Answer", "Article", "Citation", "Filters", "Povqa", "PovqaError", "Reason", "Settings", "Status"]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'povqa' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
