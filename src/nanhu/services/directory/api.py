"""The API of the directory: what the sample campus enters."""

from nanhu.services.directory.services.keeping import enter

__all__ = ["enter"]
