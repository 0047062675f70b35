"""The services of the kiosks, with the very words of the manual (§5.4.6–5.4.13)."""
