"""How English pages write numbers and dates; found by Django through FORMAT_MODULE_PATH."""
