"""The API of `openapi` for rooms: a room declares an `Interface` of operations and registers it; its handlers get a `Request`."""

from nanhu.platforms.openapi.bodies import Error, Fault, ModeName, Raw, RequestBody, ResponseBody
from nanhu.platforms.openapi.errors import ApiError, RateLimitedError, ScopeMissingError, UsedUpTodayError
from nanhu.platforms.openapi.interfaces import (
    Example,
    Interface,
    Operation,
    Refusal,
    Request,
    Sandbox,
    VendorSettings,
    refusals_of,
    register,
)
from nanhu.platforms.openapi.models import ApiKey, Delivery, Mode, Vendor
from nanhu.platforms.openapi.queries import deliveries_of, paused_since, refused_with, vendor_with
from nanhu.platforms.openapi.services.keys import living_keys, make_key, revoke_key
from nanhu.platforms.openapi.services.rate_limits import is_free_today
from nanhu.platforms.openapi.services.vendors import VendorOrder
from nanhu.platforms.openapi.services.vendors import register as register_vendor
from nanhu.platforms.openapi.services.webhooks import publish, set_webhook

__all__ = [
    "ApiError",
    "ApiKey",
    "Delivery",
    "Error",
    "Example",
    "Fault",
    "Interface",
    "Mode",
    "ModeName",
    "Operation",
    "RateLimitedError",
    "Raw",
    "Refusal",
    "Request",
    "RequestBody",
    "ResponseBody",
    "Sandbox",
    "ScopeMissingError",
    "UsedUpTodayError",
    "Vendor",
    "VendorOrder",
    "VendorSettings",
    "deliveries_of",
    "is_free_today",
    "living_keys",
    "make_key",
    "paused_since",
    "publish",
    "refusals_of",
    "refused_with",
    "register",
    "register_vendor",
    "revoke_key",
    "set_webhook",
    "vendor_with",
]
