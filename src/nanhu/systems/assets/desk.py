"""The desks of assets: my things, the unit's keeper, the asset office with its cases, sums and lists."""

from nanhu.systems.assets.views import cases, inspecting, mine, office, reports, stock, unit

__all__ = ["cases", "inspecting", "mine", "office", "reports", "stock", "unit"]
