from nanhu.systems.card.bank.models.agreements import Agreement, BulkSigning, BulkSigningRow
from nanhu.systems.card.bank.models.bindings import Appeal, AppRequest, Binding, BindingLock
from nanhu.systems.card.bank.models.channels import Channel
from nanhu.systems.card.bank.models.deposits import Deposit
from nanhu.systems.card.bank.models.loads import Load, LoadStep
from nanhu.systems.card.bank.models.payouts import BankPayout, PayoutFile
from nanhu.systems.card.bank.models.statements import Difference, Statement, StatementRow
from nanhu.systems.card.bank.models.top_ups import OnlineTopUp

__all__ = [
    "Agreement", "AppRequest", "Appeal", "BankPayout", "Binding", "BindingLock", "BulkSigning", "BulkSigningRow", "Channel", "Deposit", "Difference", "Load", "LoadStep",
    "OnlineTopUp", "PayoutFile", "Statement", "StatementRow",
]  # fmt: skip
