"""What the portal and the role list show of us: the desk enters itself, with its pages in the order of its bar."""

from nanhu.platforms.datahub.views import batches, reviews, rows, standard, uploads

__all__ = ["batches", "reviews", "rows", "standard", "uploads"]
