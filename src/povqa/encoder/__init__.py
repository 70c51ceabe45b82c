"""Sentence embeddings: prepared once with sentence-transformers, run with ONNX Runtime."""
