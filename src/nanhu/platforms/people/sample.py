"""What only the sample campus needs of this room: photos of everybody at once."""

from nanhu.platforms.people.services.photos import set_photos

__all__ = ["set_photos"]
