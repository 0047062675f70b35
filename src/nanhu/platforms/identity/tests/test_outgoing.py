"""What may go wrong when we call an application, and what it may cost us."""

import pytest

from nanhu.platforms.identity.services.outgoing import (
    LONGEST_ANSWER,
    BadAnswerError,
    Call,
    CallRefusedError,
    final_status,
    is_callable,
    send,
)
from nanhu.platforms.identity.tests import outside


def test_it_posts_a_form_and_reads_the_status_and_the_body():
    with outside.application(body="好".encode()) as there:
        answer = send(Call(address=there.address + "logout?x=1", body=b"a=b"), wants_body=True)

    assert (answer.status, answer.body.decode()) == (200, "好")
    assert there.heard == [("POST", "/logout?x=1", "a=b")]


def test_without_a_body_it_gets():
    with outside.application() as there:
        send(Call(address=there.address))
    assert there.heard == [("GET", "/", "")]


def test_redirects_are_not_followed():
    with outside.application() as elsewhere, outside.application(302, headers={"Location": elsewhere.address}) as there:
        assert send(Call(address=there.address, body=b"x=1")).status == 302
    assert elsewhere.heard == []


@pytest.mark.parametrize("talk", [outside.hang, outside.drip], ids=["hangs", "drips"])
def test_the_time_limit_holds_for_the_whole_call(talk):
    with outside.listening(talk) as address, pytest.raises(TimeoutError):
        send(Call(address=address), seconds=0.6)


def test_an_endless_answer_is_cut_short():
    def pour(connection):
        try:
            connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
            while True:
                connection.sendall(b"x" * 65536)
        except OSError:
            connection.close()

    with outside.listening(pour) as address:
        assert len(send(Call(address=address), wants_body=True).raw) < LONGEST_ANSWER + 9000


def test_what_is_not_http_is_a_failure():
    def greet(line):
        line.sendall(b"220 mail ready\r\n")
        line.close()

    with outside.listening(greet) as address, pytest.raises(BadAnswerError):
        send(Call(address=address))


def test_a_refused_connection_is_a_failure():
    with pytest.raises(ConnectionRefusedError):
        send(Call(address=outside.refusing()))


@pytest.mark.parametrize(
    "address",
    ["ftp://127.0.0.1/", "http://a@127.0.0.1/", "http://127.0.0.1/\r\nX: y", "file:///etc/passwd", "//127.0.0.1/"],
)
def test_it_calls_nothing_but_plain_addresses(address):
    with pytest.raises(CallRefusedError):
        send(Call(address=address))


@pytest.mark.parametrize(
    ("target", "host", "may"),
    [
        ("10.1.2.3", "oa.example.edu.cn", True),
        ("2001:da8::1", "oa.example.edu.cn", True),
        ("127.0.0.1", "localhost", True),
        ("::1", "localhost", True),
        ("127.0.0.1", "127.0.0.1", True),
        ("127.0.0.1", "oa.example.edu.cn", False),
        ("::ffff:127.0.0.1", "oa.example.edu.cn", False),
        ("169.254.169.254", "oa.example.edu.cn", False),
        ("::ffff:169.254.169.254", "oa.example.edu.cn", False),
        ("100.100.100.200", "oa.example.edu.cn", False),
        ("::ffff:100.100.100.200", "100.100.100.200", False),
        ("fd00:ec2::254", "oa.example.edu.cn", False),
        ("100.100.100.201", "oa.example.edu.cn", True),
        ("fe80::1%eth0", "oa.example.edu.cn", False),
        ("0.0.0.0", "oa.example.edu.cn", False),  # noqa: S104
        ("224.0.0.1", "oa.example.edu.cn", False),
        ("255.255.255.255", "oa.example.edu.cn", False),
    ],
)
def test_a_name_that_leads_to_this_machine_or_its_cable_is_not_called(target, host, may):
    assert is_callable(target, host) is may


def test_a_name_is_judged_by_what_it_resolves_to(monkeypatch):
    """The address that was judged is the one that is called: the name is not asked twice."""
    asked = []

    def resolve(host, port, **_options):
        asked.append(host)
        return [(2, 1, 6, "", ("127.0.0.1", port))]

    monkeypatch.setattr("socket.getaddrinfo", resolve)
    with pytest.raises(CallRefusedError):
        send(Call(address="http://rebound.example.com/"))
    assert asked == ["rebound.example.com"]


@pytest.mark.parametrize(
    ("received", "status"),
    [
        (b"HTTP/1.1 204 No Content\r\n", 204),
        (b"HTTP/1.0 302\r\n", 302),
        (b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n", 200),
        (b"HTTP/1.1 100 Continue\r\n\r\n", None),
        (b"HTTP/1.1 20", None),
    ],
)
def test_the_status_that_counts_is_the_last_one(received, status):
    assert final_status(received) == status
