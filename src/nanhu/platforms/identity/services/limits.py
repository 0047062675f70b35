"""The limits of identity, and the gates before an attempt to sign in (`kernel.throttle` counts).

Gates that strangers can close stand only before strangers: the pair of name and address, the name alone, the address
alone, the password alone (the same one tried on many names). A browser the account is known on (device cookie), a station
that came in before and an attempt with a solved challenge have gates of their own, which nobody else can close:
docs/rooms/identity-lockouts.md says for every door who can be made to wait by whom.
"""

from dataclasses import dataclass
from datetime import timedelta

from nanhu.kernel.crypto import blind_index
from nanhu.kernel.throttle import Gate, Limit, network_of

PASSWORD_DIGITS = 5
PAIR = Limit("pair", free=5, cap=900, memory=timedelta(hours=24))
NAME = Limit("name", free=10, cap=60, memory=timedelta(hours=24))
DEVICE = Limit("device", free=5, cap=900, memory=timedelta(hours=24))
ADDRESS = Limit("address", free=200, cap=300, memory=timedelta(minutes=15), leak=0.5)
PASSWORD = Limit("password", free=30, cap=60, memory=timedelta(hours=6), leak=0.02)
"""One password on many names. The key has twenty bits of it: enough to count, too little to find it again."""
SOLVED_PAIR = Limit("solved_pair", free=20, cap=60, memory=timedelta(hours=24))
SOLVED = Limit("solved", free=100, cap=60, memory=timedelta(hours=24), leak=0.02)
"""It leaks faster than one network may fail, so that no single network closes it."""
SOLVED_PASSWORD = Limit("solved_password", free=100, cap=60, memory=timedelta(hours=6), leak=0.02)
SOLVED_ADDRESS = Limit("solved_address", free=1_000_000, cap=1, memory=timedelta(minutes=15), leak=0.5)
"""Counts and closes nothing: who solves many challenges at one address makes those of this address dearer."""
SERVICE_STATION = Limit("door_station", free=10, cap=300, memory=timedelta(hours=6))
SERVICE_CALLER = Limit("door_caller", free=10, cap=300, memory=timedelta(hours=6))
SERVICE_NAME = Limit("door_name", free=60, cap=60, memory=timedelta(hours=6), leak=0.01)
PAGE_ADDRESS = Limit("page_address", free=200, cap=300, memory=timedelta(minutes=15), leak=0.5)
"""Of the captive page, behind whose addresses whole buildings may stand."""
SERVICES = ("network", "mail")
DOCUMENT = Limit("document", free=20, cap=3600, memory=timedelta(hours=48), leak=20 / 86400)
"""Who knows the last six of a document has some five hundred candidates for the rest of it."""
ACTIVATION_CODE = Limit("activation_code", free=500, cap=2, memory=timedelta(hours=6), leak=0.1)
ACTIVATION_PAIR = Limit("activation_pair", free=5, cap=3600, memory=timedelta(hours=24))
ACTIVATION_ADDRESS = Limit("activation_address", free=100, cap=300, memory=timedelta(minutes=15), leak=0.2)
ACTIVATION_SENDING = Limit("activation_sending", free=3, cap=1800, memory=timedelta(hours=6))
"""It closes for no longer than a code lives (`codes.SMS_LIFE`): while it is closed there is a good code on the phone."""
PROOF = Limit("proof", free=5, cap=3600, memory=timedelta(hours=24))
CODES = Limit("codes", free=2, cap=3600, memory=timedelta(hours=6))
REAUTHENTICATION = Limit("reauth", free=5, cap=900, memory=timedelta(hours=24))
QUESTIONS = Limit("questions", free=3, cap=3600, memory=timedelta(hours=24))
SENT = Limit("sent", free=5, cap=3600, memory=timedelta(hours=6))


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What an attempt brings besides its password. `browser` is the number of a browser that this very name is known on,
    `is_solved` says that a challenge made for this name was solved, `is_known_network` that the account was signed in
    from this network before.
    """

    browser: str = ""
    is_solved: bool = False
    is_known_network: bool = False


STRANGER = Standing()


def gates_at(
    *, subject: str, address: str, standing: Standing = STRANGER, password: str = ""
) -> tuple[list[Gate], list[Gate]]:
    """The gates before one attempt on `subject`: its own, which a success opens, and those that others share."""
    network = network_of(address)
    if standing.is_solved:
        name = [] if standing.is_known_network else [Gate(SOLVED, subject)]
        shared = [Gate(SOLVED_ADDRESS, network), *password_gates(SOLVED_PASSWORD, password)]
        return [Gate(SOLVED_PAIR, f"{subject}|{network}"), *name], shared
    if standing.browser:
        return [Gate(DEVICE, f"{subject}|{standing.browser}")], []
    own = [Gate(PAIR, f"{subject}|{network}"), Gate(NAME, subject)]
    return own, [Gate(ADDRESS, network), *password_gates(PASSWORD, password)]


def password_gates(limit: Limit, password: str) -> list[Gate]:
    if not password:
        return []
    return [Gate(limit, blind_index(password, purpose="identity.throttled_password").hex()[:PASSWORD_DIGITS])]
