"""The tables of money that waits to be claimed."""

from nanhu.systems.card.funds.models.claims import Claimable, ClaimOrder, PendingAccount

__all__ = ["ClaimOrder", "Claimable", "PendingAccount"]
