"""The Situation pages: where the province stands, and the rows behind each figure."""
