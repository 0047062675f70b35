from nanhu.systems.card.tests.conftest import campus

__all__ = ["campus"]
