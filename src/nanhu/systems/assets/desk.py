"""The desks of assets: my things, the unit's keeper, the asset office with its cases, sums and lists."""

from nanhu.systems.assets.views import cases, mine, office, unit

__all__ = ["cases", "mine", "office", "unit"]
