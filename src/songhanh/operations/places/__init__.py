"""Where things are: dated administrative units, sites and facilities."""
