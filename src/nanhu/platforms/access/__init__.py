"""Access (门禁): who passes which door, and when.

Owns doors (terminals at a place), the rules over person, unit, class of holder, place and time, what each door holds for the time without
network, passages, emergencies and anti-passback. Knows no card: what is held to a reader is read by the room that issued it.
Stands on: flows (passes that students apply for), terminals (the device), campus (the place), identity, people and the kernel.
"""
