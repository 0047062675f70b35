"""Mail to a real SMTP line: what waits is sent once, and nothing is lost when the server fails."""

import socket
import threading
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

import pytest
import time_machine

from nanhu.kernel.clock import now
from nanhu.kernel.configuration import configuration
from nanhu.kernel.crypto import mask_mail
from nanhu.kernel.delivery import mails
from nanhu.kernel.delivery.mails import send_mail
from nanhu.kernel.doctor.checks.delivery import check_mail
from nanhu.kernel.models import MailMessage
from nanhu.kernel.registry import Verdict
from nanhu.testing.patience import PATIENCE_SECONDS

pytestmark = pytest.mark.django_db


class PostOffice(threading.Thread):
    """As much of RFC 5321 as a client needs, on a port of its own; `refuses` answers DATA with a 451."""

    def __init__(self, *, refuses: bool = False) -> None:
        super().__init__(daemon=True)
        self.refuses, self.letters, self.is_closed = refuses, [], False
        self.door = socket.create_server(("127.0.0.1", 0))
        self.port = self.door.getsockname()[1]

    def run(self) -> None:
        while not self.is_closed:
            line, _address = self.door.accept()
            with suppress(ConnectionError):
                self.hear(line)
        self.door.close()

    def close(self) -> None:
        self.is_closed = True
        socket.create_connection(("127.0.0.1", self.port)).close()
        self.join(PATIENCE_SECONDS)

    def hear(self, line: socket.socket) -> None:
        with line, line.makefile("rb") as heard:
            line.sendall(b"220 post office\r\n")
            for raw in heard:
                word = raw[:4].upper()
                if word == b"DATA":
                    line.sendall(b"451 later\r\n" if self.refuses else b"354 go on\r\n")
                    if not self.refuses:
                        letter = b"".join(iter(heard.readline, b".\r\n"))
                        self.letters.append(letter.decode())
                        line.sendall(b"250 taken\r\n")
                elif word == b"QUIT":
                    line.sendall(b"221 bye\r\n")
                    break
                else:
                    line.sendall(b"250 yes\r\n")


@pytest.fixture
def office(monkeypatch):
    def opened(**options) -> PostOffice:
        post = PostOffice(**options)
        post.start()
        address = f"smtp+plain://127.0.0.1:{post.port}"
        ours = replace(configuration(), mail_server=address, mail_from="no-reply@example.edu.cn")
        monkeypatch.setattr(mails, "configuration", lambda: ours)
        return post

    return opened


def test_what_waits_is_sent_once(office):
    post = office()
    for number in range(2):
        send_mail(email=f"me{number}@example.com", subject="验证码", text=f"您的验证码是 12345{number}")
    mails.send_due()
    post.close()

    assert len(post.letters) == 2
    assert "To: me0@example.com" in post.letters[0]
    assert "From: no-reply@example.edu.cn" in post.letters[0]
    assert not MailMessage.objects.filter(sent_at=None).exists()


def test_a_server_that_fails_loses_nothing(office):
    post = office(refuses=True)
    send_mail(email="me@example.com", subject="验证码", text="123456")
    mails.send_due()
    post.close()
    assert MailMessage.objects.get().sent_at is None
    assert MailMessage.objects.get().error == "451 later"

    again = office()
    with time_machine.travel(now() + timedelta(seconds=6)):
        mails.send_due()
    again.close()
    assert MailMessage.objects.get().sent_at is not None


def test_a_line_break_in_an_address_makes_no_second_header(office):
    office()
    send_mail(email="me@example.com\r\nBcc: all@example.com", subject="验证码", text="1")
    with pytest.raises(ValueError):
        mails.letter_of(MailMessage.objects.get())


def test_a_mail_that_can_never_be_sent_holds_up_no_other(office):
    post = office()
    send_mail(email="me@example.com\r\nBcc: all@example.com", subject="验证码", text="1")
    send_mail(email="you@example.com", subject="验证码", text="2")
    mails.send_due()
    post.close()
    assert list(MailMessage.objects.order_by("id").values_list("state", flat=True)) == ["failed", "sent"]
    assert "To: you@example.com" in post.letters[0]
    assert check_mail().verdict == Verdict.WARN


def test_without_a_server_nothing_is_tried(settings):
    send_mail(email="me@example.com", subject="验证码", text="1")
    mails.send_due()
    assert MailMessage.objects.get().sent_at is None


def test_the_outbox_is_encrypted():
    from django.db import connection

    send_mail(email="me@example.com", subject="验证码", text="您的验证码是 123456")
    with connection.cursor() as cursor:
        cursor.execute("SELECT row_to_json(m)::text FROM kernel_mail_message m")
        row = cursor.fetchone()[0]
    assert "me@example.com" not in row
    assert "123456" not in row
    assert "m***@example.com" in row


@pytest.mark.parametrize(
    ("address", "masked"),
    [("someone@example.com", "s***e@example.com"), ("ab@example.com", "a***@example.com"), ("nonsense", "***")],
)
def test_masks(address, masked):
    assert mask_mail(address) == masked
