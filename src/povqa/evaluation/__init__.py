"""Measuring povqa on sets of questions: what was found, what was answered, what was refused, and how sure it was."""
