"""What goes to people outside: text messages (短信) and mails, of any room (`texts.send_text`, `mails.send_mail`).

The school's provider of text messages is a protocol, with three that speak the providers' own wire. Which one, its address and
the credentials are settings (`NANHU_SMS_…`); signature, templates and what else is no secret stand in the school's file
under [sms].
"""

from nanhu.kernel.delivery.choice import provider
from nanhu.kernel.delivery.messages import DeliveryError, Provider, Report, TextMessage

__all__ = ["DeliveryError", "Provider", "Report", "TextMessage", "provider"]
