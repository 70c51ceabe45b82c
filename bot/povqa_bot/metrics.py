"""Figures for Prometheus. One registry for each bot, so that several can run in one process."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

_SECONDS = (0.05, 0.1, 0.25, 0.5, 1, 2, 3, 5, 10, 20, 30)


class Metrics:
    """What the bot counts."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.updates = Counter("povqa_bot_updates", "Updates taken in", ["kind"], registry=self.registry)
        self.duplicates = Counter("povqa_bot_duplicates", "Updates that had come before", registry=self.registry)
        self.questions = Counter(
            "povqa_bot_questions", "Questions: answered, not_found, failed", ["outcome"], registry=self.registry
        )
        self.refused = Counter(
            "povqa_bot_refused", "Not answered: rate, not_allowed, busy, slow", ["why"], registry=self.registry
        )
        self.errors = Counter("povqa_bot_errors", "Errors by type", ["type"], registry=self.registry)
        self.retries = Counter(
            "povqa_bot_retries", "Calls to Telegram tried again, by the error", ["type"], registry=self.registry
        )
        self.reloads = Counter("povqa_bot_reloads", "New indexes taken up", ["outcome"], registry=self.registry)
        self.changes = Counter(
            "povqa_bot_changes", "Articles by owners: added, changed, removed, failed", ["outcome"],
            registry=self.registry,
        )  # fmt: skip
        self.latency = Histogram(
            "povqa_bot_latency_seconds", "From the question's arrival to its answer being sent", buckets=_SECONDS,
            registry=self.registry,
        )  # fmt: skip
        self.computing = Histogram(
            "povqa_bot_computing_seconds", "An answer's time in the engine", buckets=_SECONDS, registry=self.registry
        )
        self.waiting = Gauge("povqa_bot_waiting", "Questions being answered or waiting", registry=self.registry)
        self.articles = Gauge("povqa_bot_articles", "Articles in the index", registry=self.registry)
        for outcome in ("answered", "not_found", "failed"):
            self.questions.labels(outcome)

    def value(self, name: str, **labels: str) -> float:
        """A figure by its Prometheus name; 0 where nothing was counted yet."""
        return self.registry.get_sample_value(name, labels) or 0.0
