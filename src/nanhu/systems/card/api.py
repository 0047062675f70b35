"""The API of the campus card: what it tells other rooms of."""

from nanhu.systems.card.events import CardLossCancelled, CardReissued, CardReportedLost

__all__ = ["CardLossCancelled", "CardReissued", "CardReportedLost"]
