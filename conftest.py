"""Tests of every room: what the rooms' own conftest files add to."""
