"""Text messages and mails for rooms above, through the gateways of the school, until the message centre has channels."""

from nanhu.platforms.identity import mail, sms


def send_text(*, phone: str, text: str, code: str = "") -> None:
    """In the caller's transaction: what is rolled back is not sent. `code`: the one-time code in the text, if there is one."""
    sms.gateway.send(phone=phone, text=text, code=code)


def send_mail(*, email: str, subject: str, text: str) -> None:
    """In the caller's transaction, as above."""
    mail.gateway.send(email=email, subject=subject, text=text)
