"""The operations on the campus itself."""
