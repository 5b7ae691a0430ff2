"""What every room stands on: addressed random numbers, errors for people, parameters with a source."""
