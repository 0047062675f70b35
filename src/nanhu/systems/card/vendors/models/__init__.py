from nanhu.systems.card.vendors.models.live import (
    Consent,
    VendorBlock,
    VendorMerchant,
    VendorOrder,
    VendorPayment,
    VendorRefund,
    VendorUnit,
)
from nanhu.systems.card.vendors.models.sandbox import SandboxCard, SandboxOrder, SandboxPayment, SandboxRefund

__all__ = [
    "Consent",
    "SandboxCard",
    "SandboxOrder",
    "SandboxPayment",
    "SandboxRefund",
    "VendorBlock",
    "VendorMerchant",
    "VendorOrder",
    "VendorPayment",
    "VendorRefund",
    "VendorUnit",
]
