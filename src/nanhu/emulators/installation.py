"""What devices of every kind are told at their installation."""

import msgspec

LOOPBACK = ("localhost", "127.0.0.1", "[::1]")


class Card(msgspec.Struct, frozen=True):
    uid: str
    name: str
    campus_no: str = ""
    note: str = ""
