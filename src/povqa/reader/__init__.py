"""The reader: what is asked, which sentence answers, which characters do, or that nothing does."""
