"""What holds in every test of every room."""

from nanhu.testing.audit_words import audit_lines_are_told_in_words

__all__ = ["audit_lines_are_told_in_words"]
