"""The API of RADIUS: what a room about the network registers with it."""

from nanhu.platforms.identity.protocols.radius.network import (
    AccountingFacts,
    Attributes,
    NetworkPolicy,
    NetworkSignIn,
    network_policies,
)

__all__ = ["AccountingFacts", "Attributes", "NetworkPolicy", "NetworkSignIn", "network_policies"]
