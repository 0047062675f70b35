"""How the sample campus's showers, taps, washing machines and printers reckon."""

from datetime import date
from typing import Any, Final

from nanhu.sample.merchants import Merchant
from nanhu.systems.card.sample import PriceOrder

PRICES: Final[dict[str, dict[str, Any]]] = {
    "shower": {
        "kind": "per_minute",
        "price_fen": 20,
        "unit": "分钟",
        "most_fen": 600,
        "minutes": 40,
        "when_silent": "metered",
    },
    "water": {
        "kind": "per_unit",
        "price_fen": 10,
        "per": 1,
        "unit": "升",
        "most_fen": 200,
        "minutes": 10,
        "when_silent": "metered",
    },
    "laundry": {"kind": "fixed", "price_fen": 400},
    "printing": {"kind": "per_unit", "price_fen": 10, "unit": "页", "most_fen": 1000, "minutes": 20},
}


def price_orders(windows: tuple[Merchant, ...], since: date) -> list[PriceOrder]:
    return [
        PriceOrder(number=terminal.number, since=since, **PRICES[one.trade])
        for one in windows
        if one.trade in PRICES
        for terminal in one.terminals
    ]
