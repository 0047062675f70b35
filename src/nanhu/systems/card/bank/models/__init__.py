from nanhu.systems.card.bank.models.agreements import Agreement
from nanhu.systems.card.bank.models.channels import Channel
from nanhu.systems.card.bank.models.loads import Load, LoadStep

__all__ = ["Agreement", "Channel", "Load", "LoadStep"]
