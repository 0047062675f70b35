"""Codes of places (地点码): what hangs in a room, so that who scans it proves that he stands there."""

import hmac
from base64 import b32encode
from typing import Final

from django.urls import reverse

from nanhu.kernel.configuration import configuration
from nanhu.kernel.crypto import blind_index
from nanhu.platforms.campus import api as campus

LETTERS: Final = 10
"""Fifty bits: nobody tries them out, for each try is signed in."""


def code_of(place: campus.Place) -> str:
    """The same as long as the school keeps its keys; nobody can work it out from the room's number."""
    return b32encode(blind_index(place.key, purpose="requests.place_code")).decode()[:LETTERS].lower()


def is_code_of(place: campus.Place, code: str) -> bool:
    return hmac.compare_digest(code_of(place).encode(), code.lower().encode())


def address_of(place: campus.Place) -> str:
    """What the code says, for a phone's camera."""
    path = reverse("requests:work:here", args=[place.key, code_of(place)])
    return f"{configuration().public_url.rstrip('/')}{path}"
