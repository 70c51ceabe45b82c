"""The index of a corpus: dense (FAISS) over chunks, lexical over sentences, and how both are kept on disk."""
