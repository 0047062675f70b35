"""Doors: rules by person, class, unit, place and time, off-line lists, log."""
