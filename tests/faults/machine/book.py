"""The expectation: a few sums kept beside the house, by what it acknowledged."""

from dataclasses import dataclass, field

from tests.faults.money_school import PARTS


@dataclass(kw_only=True)
class Sale:
    """`left_fen` of it was not given back to the wallet yet, `kept_fen` is still the merchant's; they part where the school pays.
    `stored_at` is what a till without a network said of its time."""

    part: str
    till: str
    merchant: str
    sequence: int
    fen: int
    receipt_id: int
    card_id: int
    stored_at: float | None = None
    is_corrected: bool = False
    left_fen: int = -1
    kept_fen: int = -1

    def __post_init__(self) -> None:
        self.left_fen = self.kept_fen = self.fen

    def give_back(self, fen: int) -> None:
        self.left_fen -= fen
        self.kept_fen -= fen


@dataclass(kw_only=True)
class Hold:
    """`cost_fen` is what it costs as far as the terminal said; all that is held, where it never says more."""

    part: str
    till: str
    merchant: str
    sequence: int
    fen: int
    cost_fen: int
    is_told: bool = False


@dataclass
class Grant:
    """A subsidy of one person that waits to be claimed, unless it is returned."""

    part: str
    fen: int
    claimable_id: int


@dataclass
class Report:
    """A loss report on the clock of the till rows."""

    card_id: int
    since: float
    until: float | None = None

    def covers(self, sale: Sale) -> bool:
        if sale.stored_at is None or sale.card_id != self.card_id or sale.stored_at <= self.since:
            return False
        return self.until is None or sale.stored_at < self.until


@dataclass
class Book:
    """`due` is what the house owes each person beside loads and online top-ups, which are read from its own orders."""

    start_fen: int
    due: dict[str, int] = field(default_factory=dict)
    sales: list[Sale] = field(default_factory=list)
    holds: list[Hold] = field(default_factory=list)
    grants: list[Grant] = field(default_factory=list)
    reports: list[Report] = field(default_factory=list)
    settled: dict[str, int] = field(default_factory=dict)
    unpaid: dict[str, int] = field(default_factory=dict)
    drawer_fen: int = 0
    safe_fen: int = 0

    def __post_init__(self) -> None:
        self.due = dict.fromkeys(PARTS, self.start_fen)
        self.drawer_fen = self.start_fen * len(PARTS)

    def taken(self, merchant: str) -> int:
        """All that this merchant ever earned, what is still held for it with it."""
        sales = sum(one.kept_fen for one in self.sales if one.merchant == merchant)
        return sales + sum(one.cost_fen for one in self.holds if one.merchant == merchant)

    def newest_report(self, card_id: int) -> Report:
        return next(one for one in reversed(self.reports) if one.card_id == card_id)

    def sold_after_report(self) -> list[Sale]:
        return [sale for sale in self.sales if any(report.covers(sale) for report in self.reports)]
