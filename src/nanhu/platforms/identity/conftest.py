"""The cast of identity, for the tests of all its parts."""

from nanhu.platforms.identity.tests.conftest import browser, foreigner, newcomer, student, teacher

__all__ = ["browser", "foreigner", "newcomer", "student", "teacher"]
