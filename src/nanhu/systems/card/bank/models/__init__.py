from nanhu.systems.card.bank.models.bindings import Appeal, AppRequest, Binding, BindingLock
from nanhu.systems.card.bank.models.loads import Load, LoadStep
from nanhu.systems.card.bank.models.top_ups import OnlineTopUp

__all__ = [
    "AppRequest",
    "Appeal",
    "Binding",
    "BindingLock",
    "Load",
    "LoadStep",
    "OnlineTopUp",
]
