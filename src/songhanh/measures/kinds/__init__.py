"""One file a kind of measure. A new file here is a new kind: nothing else needs to be told of it."""
