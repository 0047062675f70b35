"""Portraits (证件照) of people who do not exist: flat, friendly, the same each time for a campus number.

JPEG 358×441 as the card office asks, named by campus number, made one by one when somebody looks.
"""

from nanhu.sample.photos.portrait import file_name, portrait

__all__ = ["file_name", "portrait"]
