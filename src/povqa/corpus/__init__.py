"""From files to articles: reading, cleaning, metadata, and the catalogue of a corpus folder."""

CLEANING_VERSION = 2  # raised whenever cleaning or splitting gives something else: an index built before is stale
