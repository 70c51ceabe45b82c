"""Text, without meaning: normalising, numerals and dates, sentences and chunks."""
