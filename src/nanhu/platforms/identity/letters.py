"""Text messages and mails for rooms above, through the gateways of the school, until the message centre has channels."""

from nanhu.platforms.identity import mail, sms


def send_text(*, phone: str, text: str) -> None:
    """In the caller's transaction: what is rolled back is not sent."""
    sms.gateway.send(phone=phone, text=text)


def send_mail(*, email: str, subject: str, text: str) -> None:
    """In the caller's transaction, as above."""
    mail.gateway.send(email=email, subject=subject, text=text)
