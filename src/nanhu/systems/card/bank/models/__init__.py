from nanhu.systems.card.bank.models.agreements import Agreement
from nanhu.systems.card.bank.models.bindings import Appeal, AppRequest, Binding, BindingLock
from nanhu.systems.card.bank.models.channels import Channel
from nanhu.systems.card.bank.models.loads import Load, LoadStep
from nanhu.systems.card.bank.models.statements import Difference, Statement, StatementRow
from nanhu.systems.card.bank.models.top_ups import OnlineTopUp

__all__ = [
    "Agreement", "AppRequest", "Appeal", "Binding", "BindingLock", "Channel", "Difference", "Load", "LoadStep",
    "OnlineTopUp", "Statement", "StatementRow",
]  # fmt: skip
