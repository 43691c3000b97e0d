"""The registry's pages: lists, one thing each, imports, duplicates."""
