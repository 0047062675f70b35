"""The kernel: what has no campus in it.

Owns settings, the embedded database, events, jobs, audit, encryption, money, the calendar, translations, the registry
and the look (`ui`). Knows no person, no card and no room; everything else stands on it.
Its modules are its public face and may be imported by every room.
"""
