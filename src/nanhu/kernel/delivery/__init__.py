"""Text messages to the outside (短信): the school's provider as a protocol, with three that speak the providers' own wire.

Which provider, its address and the credentials are settings (`NANHU_SMS_…`); signature, templates and what else is no secret
stand in the school's file under [sms]. Who keeps, repeats and reports the messages is the room that sends them.
"""

from nanhu.kernel.delivery.choice import provider
from nanhu.kernel.delivery.messages import DeliveryError, Provider, Report, TextMessage

__all__ = ["DeliveryError", "Provider", "Report", "TextMessage", "provider"]
