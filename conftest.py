"""Tests of every room: what the rooms' own conftest files add to."""

from nanhu.testing.database import django_db_setup

__all__ = ["django_db_setup"]
