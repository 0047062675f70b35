"""Campus (校园): the school's calendar (terms 学期, periods 节次, make-up days 调休), its places and rooms, who stands in them (占用).

Owns places as a tree, such as campus → building → room, and whether one is closed (停用): a closed place closes all below it; terms
from planned to archived and what each room does when one opens (学期结转). Knows no door, no bed and no lesson: what a room
does at a place stands in rows of its own, what it needs a room for is an occupancy with its key.
Stands on: people and the kernel below; identity is above it.
"""
