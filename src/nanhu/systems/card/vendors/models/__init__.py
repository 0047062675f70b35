from nanhu.systems.card.vendors.models.deeds import Consent, VendorBlock, VendorOrder, VendorPayment, VendorRefund
from nanhu.systems.card.vendors.models.requests import ApiCall, ApiRequest, Bucket
from nanhu.systems.card.vendors.models.sandbox import SandboxCard, SandboxOrder, SandboxPayment, SandboxRefund
from nanhu.systems.card.vendors.models.vendors import Mode, Scope, Vendor, VendorKey, VendorMerchant
from nanhu.systems.card.vendors.models.webhooks import Delivery, Webhook, WebhookEvent

__all__ = [
    "ApiCall",
    "ApiRequest",
    "Bucket",
    "Consent",
    "Delivery",
    "Mode",
    "SandboxCard",
    "SandboxOrder",
    "SandboxPayment",
    "SandboxRefund",
    "Scope",
    "Vendor",
    "VendorBlock",
    "VendorKey",
    "VendorMerchant",
    "VendorOrder",
    "VendorPayment",
    "VendorRefund",
    "Webhook",
    "WebhookEvent",
]
