"""What a sample campus shows of its things: the face for `nanhu.sample`, which nobody else enters."""

from nanhu.systems.assets.sample.desk import fill_desk
from nanhu.systems.assets.sample.laboratory import Goods, Inspected, Laboratory, Shared, fill_laboratory
from nanhu.systems.assets.sample.office import Hand, Office, begin_office
from nanhu.systems.assets.sample.past import PastReceipt, PastThing, enter_past

__all__ = [
    "Goods",
    "Hand",
    "Inspected",
    "Laboratory",
    "Office",
    "PastReceipt",
    "PastThing",
    "Shared",
    "begin_office",
    "enter_past",
    "fill_desk",
    "fill_laboratory",
]
