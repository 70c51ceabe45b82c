"""Haystack's hybrid retrieval: BM25 and embeddings over sentences, joined.

Pairs of characters, BM25Plus and the way of joining are the best on `dev` of those tried: characters (the default for
Chinese), pairs, jieba's words; BM25L (the default), Plus, Okapi; reciprocal rank fusion, weighted or not, and
distribution-based. Its extractive reader needs a model from a hub; without one a sentence is a document.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from haystack import Pipeline
from haystack.components.converters import TextFileToDocument
from haystack.components.joiners import DocumentJoiner
from haystack.components.preprocessors import DocumentSplitter
from haystack.components.retrievers.in_memory import InMemoryBM25Retriever, InMemoryEmbeddingRetriever
from haystack.components.writers import DocumentWriter
from haystack.document_stores.in_memory import InMemoryDocumentStore
from haystack_integrations.components.embedders.sentence_transformers import (
    SentenceTransformersDocumentEmbedder,
    SentenceTransformersTextEmbedder,
)


def sentences(text: str) -> list[str]:
    return [sentence for sentence in re.split(r"(?<=[。！？])|\n", text) if sentence.strip()]


class Peer:
    def __init__(self, folder: Path, encoder: str) -> None:
        self.file = str(folder / "store.json")
        self.encoder = encoder

    def index(self, files: Sequence[Path]) -> None:
        store = InMemoryDocumentStore(
            bm25_tokenization_regex=r"(?=([\u4e00-\u9fff]{2}|[a-z0-9.]+))",
            bm25_algorithm="BM25Plus",
            embedding_similarity_function="cosine",
        )
        pipeline = Pipeline()
        pipeline.add_component("converter", TextFileToDocument(store_full_path=True))
        pipeline.add_component("splitter", DocumentSplitter("function", splitting_function=sentences, split_length=1))
        embedder = SentenceTransformersDocumentEmbedder(model=self.encoder, prefix="passage: ", progress_bar=False)
        pipeline.add_component("embedder", embedder)
        pipeline.add_component("writer", DocumentWriter(store))
        pipeline.connect("converter", "splitter")
        pipeline.connect("splitter", "embedder")
        pipeline.connect("embedder", "writer")
        pipeline.run({"converter": {"sources": list(files)}})
        store.save_to_disk(self.file)

    def open(self) -> None:
        store = InMemoryDocumentStore.load_from_disk(self.file)
        self.pipeline = Pipeline()
        embedder = SentenceTransformersTextEmbedder(model=self.encoder, prefix="query: ", progress_bar=False)
        self.pipeline.add_component("embedder", embedder)
        self.pipeline.add_component("dense", InMemoryEmbeddingRetriever(store))
        self.pipeline.add_component("bm25", InMemoryBM25Retriever(store))
        self.pipeline.add_component("joiner", DocumentJoiner("distribution_based_rank_fusion"))
        self.pipeline.connect("embedder", "dense")
        self.pipeline.connect("bm25", "joiner")
        self.pipeline.connect("dense", "joiner")

    def ask(self, question: str, history: Sequence[str]) -> tuple[str, str, float]:
        text = " ".join([*history, question])
        result = self.pipeline.run({"embedder": {"text": text}, "bm25": {"query": text}})
        found = result["joiner"]["documents"]
        return (found[0].meta["file_path"], found[0].content.strip(), found[0].score) if found else ("", "", 0.0)
