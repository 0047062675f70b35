from nanhu.platforms.identity.factors.models.browsers import NewDevice, RememberedBrowser, ScanRequest
from nanhu.platforms.identity.factors.models.keys import (
    ContactCode,
    ContactFactor,
    Passkey,
    PasskeyChallenge,
    RecoveryCode,
    TotpFactor,
)

__all__ = [
    "ContactCode",
    "ContactFactor",
    "NewDevice",
    "Passkey",
    "PasskeyChallenge",
    "RecoveryCode",
    "RememberedBrowser",
    "ScanRequest",
    "TotpFactor",
]
