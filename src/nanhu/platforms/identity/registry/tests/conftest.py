"""The cast of the registry: an administrator, a security administrator, a student and a teacher; one application."""

import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from django.test import Client

from nanhu.platforms.identity import sample as identity_sample
from nanhu.platforms.identity.factors.services.sample import give_totp_for_sample
from nanhu.platforms.identity.lifecycle.accounts import open_accounts
from nanhu.platforms.identity.models import Account, Application
from nanhu.platforms.identity.services import roles
from nanhu.platforms.identity.services.applications import register_application
from nanhu.platforms.identity.tests.conftest import (  # noqa: F401  fixtures of identity
    PASSWORD,
    TEST,
    browser,
    foreigner,
    make_member,
    newcomer,
    student,
    teacher,
)
from nanhu.testing.second_factors import sample_code


@pytest.fixture
def library(db) -> Application:
    return register_application(
        by=TEST,
        key="library",
        name="图书馆",
        owner="图书馆",
        service_prefix="https://lib.example.edu.cn/my",
        attributes={"displayName": "显示读者姓名", "campusNo": "读者证号"},
        contact_text="lib@example.edu.cn",
    )


def official(name: str, campus_no: str, *role_keys: str) -> Account:
    member = make_member(name, f"43060219900101{campus_no[-4:]}", staff=campus_no)
    open_accounts(by=TEST, person_ids=[member.person_id])
    account = identity_sample.set_password_for_sample(by=TEST, campus_no=campus_no, password=PASSWORD)
    for role in role_keys:
        roles.grant(by=TEST, account_id=account.pk, role=role)
    give_totp_for_sample(by=TEST, campus_no=campus_no)
    return account


def signed_in(campus_no: str) -> Client:
    """By password, and by the sample's second step where the account owes one."""
    client = Client()
    after = client.post("/sign-in", {"username": campus_no, "password": PASSWORD})
    if after["Location"].startswith("/sign-in/second"):
        code = sample_code(campus_no=campus_no)
        assert client.post("/sign-in/second", {"way": "totp", "code": code}).status_code == 302
    return client


@pytest.fixture
def administrator(db) -> Client:
    official("沈工", "T00900", "campus.admin")
    return signed_in("T00900")


@pytest.fixture
def guard(db) -> Client:
    official("安全", "T00901", "identity.security")
    return signed_in("T00901")


@pytest.fixture
def auditor(db) -> Client:
    official("审计", "T00902", "identity.auditor")
    return signed_in("T00902")


class Answering(BaseHTTPRequestHandler):
    status = 200

    def do_GET(self):
        self.send_response(type(self).status)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")

    do_POST = do_GET  # noqa: N815  the name http.server calls

    def log_message(self, *_arguments):
        pass


@pytest.fixture
def web():
    server = HTTPServer(("127.0.0.1", 0), Answering)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    Answering.status = 200
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()
