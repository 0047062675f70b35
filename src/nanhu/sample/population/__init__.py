"""Draws the population: who they are, what they study, where they work. Nothing here is dirty."""

from nanhu.sample.population.campus import FULL, Campus, populate

__all__ = ["FULL", "Campus", "populate"]
