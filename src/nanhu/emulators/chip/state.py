"""What a chip remembers. Keys are here because the chip has them; no answer of the card carries one."""

import msgspec

LOG_RECORDS = 30
PIN_TRIES = 3
MAC_TRIES = 3


class Proof(msgspec.Struct):
    """The latest deed of one type, for GET TRANSACTION PROVE."""

    counter: int
    mac: bytes
    tac: bytes


class CardState(msgspec.Struct):
    """`log`: the records of file 0018, newest first. `limits`: file 0012."""

    uid: str
    serial: str
    algorithm: str
    key_version: int
    load_key: bytes
    purchase_key: bytes
    tac_key: bytes
    pin: str
    name: str = ""
    campus_no: str = ""
    valid_from: str = "20200101"
    valid_until: str = "20991231"
    balance: int = 0
    online_counter: int = 0
    offline_counter: int = 0
    meal_limit: int = 0
    daily_limit: int = 0
    pin_tries: int = PIN_TRIES
    mac_tries: int = MAC_TRIES
    log: list[bytes] = msgspec.field(default_factory=list)
    load_proof: Proof | None = None
    purchase_proof: Proof | None = None


class PsamState(msgspec.Struct):
    """`code` is the six bytes that stand for the terminal in every MAC."""

    code: bytes
    masters: dict[str, bytes]
    algorithms: dict[str, str]
    term_seq: int = 0
