"""Whether a quote stands in the corpus: word for word, nearly, or not at all; and where."""
