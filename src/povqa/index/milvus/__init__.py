"""The index in Milvus: one store among two, behind `searching.py`. Nothing here is imported where it is not used."""
