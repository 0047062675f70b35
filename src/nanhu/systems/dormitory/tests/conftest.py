"""The cast of the card and its money: who lives somewhere pays from a wallet."""

from nanhu.systems.card.funds.tests.conftest import funds, rich

__all__ = ["funds", "rich"]
