from nanhu.platforms.openapi.models.requests import IdempotencyRecord, RateBucket, RequestLog
from nanhu.platforms.openapi.models.vendors import ApiKey, Mode, Vendor
from nanhu.platforms.openapi.models.webhooks import Delivery, Webhook, WebhookEvent

__all__ = [
    "ApiKey",
    "Delivery",
    "IdempotencyRecord",
    "Mode",
    "RateBucket",
    "RequestLog",
    "Vendor",
    "Webhook",
    "WebhookEvent",
]
