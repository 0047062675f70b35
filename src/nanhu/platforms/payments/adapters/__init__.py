"""One file for each bank's wire."""
