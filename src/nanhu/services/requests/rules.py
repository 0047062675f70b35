"""Pure rules of requests: how long things are promised, who is on duty, reply codes. No clock, no database."""

import re
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Final

from django.utils.translation import gettext_lazy as _

from nanhu.kernel.folding import halfwidth

TOKENS_A_TERM: Final = 3
CROWD: Final = 200
"""How many must have taken tokens this term before anybody hides among them."""
CROWD_SHOWN_BY: Final = 50
"""The number is told in steps: nobody sees it move when a certain person opens the page."""
OFFICE_PHONE: Final = re.compile("[+0-9][0-9 -]{2,22}")
OFFICE_PHONE_WRONG: Final = _("请写号码，例：8640996 或 0730-8640996。")
PHOTOS: Final = 6
LARGEST_PHOTO: Final = 6_000_000
TWIN_HOURS: Final = 48
DAYS_TO_REOPEN: Final = 7
ROUTES_UNTIL_LEADER: Final = 2
PHONE_DAYS: Final = 30
"""After its end a request's phone is taken away."""
LIST_DAYS: Final = 30
"""After its end the lines of a list of crews go, and with them its roll-back."""
WORDS_DAYS: Final = {"complaint": 5 * 366, "opinion": 5 * 366}
"""By kind, after its end; all others `USUAL_WORDS_DAYS`."""
USUAL_WORDS_DAYS: Final = 2 * 366
MOST_OPEN: Final = 20
"""Open requests of one person; who has more waits for one to end."""
MOST_A_DAY: Final = 30
MOST_ADDED: Final = 5
"""Times that one person joins one request, with more words and photos."""
PROMISES: Final = {"service": 8 * 60, "policy": 3 * 8 * 60, "opinion": 8 * 60}
"""Working minutes until an answer."""
COMPLAINT_DAYS: Final = 5
COMPLAINT_EXTRA_DAYS: Final = 5


def is_on_duty(duty_days: Iterable[int], day: date) -> bool:
    return day.isoweekday() in set(duty_days)


def is_still_to_reopen(done_on: date, today: date) -> bool:
    return today - done_on <= timedelta(days=DAYS_TO_REOPEN)


def price_of(materials: Iterable[tuple[int, int]]) -> int:
    """Fen, of (quantity, fen of one)."""
    return sum(quantity * fen for quantity, fen in materials)


def office_phone(typed: str) -> str:
    """The number of a duty room as it is dialled, with its area or without; nothing where it is none."""
    said = halfwidth(typed).strip()
    return said if OFFICE_PHONE.fullmatch(said) else ""
