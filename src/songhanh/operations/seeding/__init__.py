"""Made-up registers, for demonstrations, measurements and exercises: everybody in them is invented."""
