"""HTML pages and the index, made from executed notebooks."""
