from nanhu.systems.card.bank.models.bindings import Appeal, Binding, BindingLock
from nanhu.systems.card.bank.models.loads import Load, LoadStep
from nanhu.systems.card.bank.models.top_ups import OnlineTopUp

__all__ = [
    "Appeal",
    "Binding",
    "BindingLock",
    "Load",
    "LoadStep",
    "OnlineTopUp",
]
