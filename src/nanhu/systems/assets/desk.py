"""The desks of assets: my things, the unit's keeper, the asset office with its cases, sums and lists."""

from nanhu.systems.assets.views import buying, cases, contests, inspecting, mine, office, reports, stock, unit

__all__ = ["buying", "cases", "contests", "inspecting", "mine", "office", "reports", "stock", "unit"]
