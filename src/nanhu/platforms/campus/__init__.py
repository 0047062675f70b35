"""Campus (校园): the places where everything stands (地点).

Owns places as a tree, such as campus → building → room, and whether one is closed (停用): a closed place closes all below it.
Knows no door, no bed and no timetable: what a room does at a place stands in rows of its own.
Stands on: identity is above it; people and the kernel below.
"""
