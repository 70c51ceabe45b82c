"""From files to articles: reading, cleaning, metadata, and the catalogue of a corpus folder."""
