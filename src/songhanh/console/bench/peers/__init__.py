"""What others do with the same work: Covasim and LASER, in an environment of their own that Songhanh does not depend on."""
