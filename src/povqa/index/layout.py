"""The files and folders of a generation."""

from __future__ import annotations

ARTICLES = "articles.sqlite"
SENTENCES, CHUNKS, ALIVE = "sentences.npy", "chunks.npy", "alive.npy"
DENSE, LEXICAL, VOCABULARY = "dense", "lexical", "vocabulary.sqlite"
FAMILIES, FILES = "families.sqlite", "files.sqlite"
COPIED = (ARTICLES, SENTENCES, CHUNKS, ALIVE, VOCABULARY, FAMILIES, FILES)  # by the generation that follows
