from nanhu.systems.card.bank.models.bindings import Appeal, AppRequest, Binding, BindingLock
from nanhu.systems.card.bank.models.deposits import Deposit
from nanhu.systems.card.bank.models.loads import Load, LoadStep
from nanhu.systems.card.bank.models.payouts import BankPayout, PayoutFile
from nanhu.systems.card.bank.models.top_ups import OnlineTopUp

__all__ = [
    "AppRequest", "Appeal", "BankPayout", "Binding", "BindingLock", "Deposit", "Load", "LoadStep", "OnlineTopUp", "PayoutFile",
]  # fmt: skip
