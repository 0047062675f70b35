"""What a sample campus shows of its things: the face for `nanhu.sample`, which nobody else enters."""

from nanhu.systems.assets.sample.office import Hand, Office, begin_office
from nanhu.systems.assets.sample.past import PastReceipt, PastThing, enter_past

__all__ = ["Hand", "Office", "PastReceipt", "PastThing", "begin_office", "enter_past"]
