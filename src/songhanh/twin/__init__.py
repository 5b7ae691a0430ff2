"""What the line list and the bulletins say about where the outbreak stands."""
