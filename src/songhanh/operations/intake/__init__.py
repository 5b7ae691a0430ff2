"""Files and declarations in, files out: nothing is lost, nothing is doubled."""
