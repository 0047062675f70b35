"""What may go wrong when we call an application, and what it may cost us."""

from dataclasses import replace

import pytest

from nanhu.kernel import outgoing
from nanhu.kernel.configuration import configuration
from nanhu.kernel.outgoing import (
    LONGEST_ANSWER,
    BadAnswerError,
    Call,
    CallRefusedError,
    fetch,
    final_status,
    is_callable,
    refuse_internal,
    send,
)
from nanhu.kernel.tests import outside
from nanhu.testing.patience import PATIENCE_SECONDS


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
    with outside.listening(talk) as address, pytest.raises((TimeoutError, BadAnswerError)):
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
        assert len(send(Call(address=address), wants_body=True).raw) <= LONGEST_ANSWER


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
    [
        "ftp://127.0.0.1/",
        "http://a@127.0.0.1/",
        "http://127.0.0.1/\r\nX: y",
        "http://127.0.0.1:0/",
        "http://例.cn/",
        "file:///etc/passwd",
        "//127.0.0.1/",
    ],
)
def test_it_calls_nothing_but_plain_addresses(address):
    with pytest.raises(CallRefusedError):
        send(Call(address=address))


@pytest.fixture
def listing(monkeypatch):
    """The school's list of private networks, as set in the environment of a real campus."""

    def of(networks: str):
        changed = replace(configuration(), demo=False, outgoing_networks=networks)
        monkeypatch.setattr("nanhu.kernel.outgoing.configuration", lambda: changed)

    return of


PUBLIC = ["8.8.8.8", "2001:da8::1", "::ffff:8.8.8.8", "64:ff9b::808:808"]
INSIDE = [
    "10.1.2.3",
    "172.16.0.1",
    "192.168.1.1",
    "100.64.0.1",
    "fd12::1",
    "::ffff:10.1.2.3",
    "::10.1.2.3",
    "64:ff9b::10.1.2.3",
    "2002:a01:203::1",
    "127.0.0.1",
    "::1",
    "::ffff:127.0.0.1",
    "64:ff9b::127.0.0.1",
    "198.18.0.1",
    "::ffff:0:127.0.0.1",
    "::ffff:0:10.1.2.3",
]
NEVER = [
    "169.254.169.254",
    "::ffff:169.254.169.254",
    "64:ff9b::169.254.169.254",
    "2002:a9fe:a9fe::1",
    "fe80::1%eth0",
    "100.100.100.200",
    "::ffff:100.100.100.200",
    "168.63.129.16",
    "fd00:ec2::254",
    "0.0.0.0",  # noqa: S104
    "::",
    "224.0.0.1",
    "ff02::1",
    "2001:0:4136:e378::1",
    "64:ff9b:1::10.0.0.1",
]


@pytest.mark.parametrize("target", PUBLIC)
def test_public_addresses_are_called(listing, target):
    listing("")
    assert is_callable(target, "oa.example.edu.cn")


@pytest.mark.parametrize("target", [*INSIDE, *NEVER])
def test_nothing_inside_is_called_unasked_however_it_is_written(listing, target):
    listing("")
    assert not is_callable(target, "oa.example.edu.cn")
    assert not is_callable(target, target.split("%", 1)[0])


@pytest.mark.parametrize(
    ("target", "may"),
    [("10.20.0.7", True), ("::ffff:10.20.0.7", True), ("10.21.0.7", False), ("fd12::1", True), ("192.168.1.1", False)],
)
def test_a_private_network_is_called_where_the_school_lists_it(listing, target, may):
    listing("10.20.0.0/16, fd12::/64")
    assert is_callable(target, "oa.example.edu.cn") is may


@pytest.mark.parametrize("target", NEVER)
def test_what_lies_on_the_cable_or_holds_a_clouds_secrets_is_not_called_even_when_listed(listing, target):
    listing("0.0.0.0/0,::/0")
    assert not is_callable(target, "oa.example.edu.cn")


@pytest.mark.parametrize(("host", "may"), [("localhost", True), ("127.0.0.1", True), ("oa.example.edu.cn", False)])
def test_this_machine_is_called_by_its_own_name_only(listing, host, may):
    listing("127.0.0.0/8")
    assert is_callable("127.0.0.1", host) is may


def test_a_rebound_name_reaches_the_address_that_was_judged(monkeypatch, listing):
    """The resolver says a harmless address first and this machine the second time: nobody asks a second time."""
    answers = [("127.0.0.1", 1)]

    def resolve(_host, port, **_options):
        answers.append(("127.0.0.2", port))
        return [(2, 1, 6, "", (answers[-1][0], port))]

    listing("127.0.0.2/32")
    with outside.application() as there:
        monkeypatch.setattr("socket.getaddrinfo", resolve)
        with pytest.raises(CallRefusedError):
            send(Call(address=there.address.replace("127.0.0.1", "rebound.example.com")))
    assert (len(answers), there.heard) == (2, [])


def test_host_and_connection_are_apart_the_name_is_kept_for_the_server(monkeypatch):
    seen = []

    def note(line):
        seen.append(line.recv(1000))
        line.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
        line.close()

    with outside.listening(note) as address:
        send(Call(address=address.replace("127.0.0.1", "localhost")))
    assert b"Host: localhost:" in seen[0]


def test_each_step_of_a_redirect_is_judged_like_the_first():
    secrets = {"Location": "http://169.254.169.254/latest/meta-data/"}
    with outside.application(302, headers=secrets) as there, pytest.raises(CallRefusedError):
        fetch(Call(address=there.address), seconds=PATIENCE_SECONDS, largest=1000, redirects=3)
    with outside.application(body=b"here") as end, outside.application(302, headers={"Location": end.address}) as there:
        assert fetch(Call(address=there.address), seconds=PATIENCE_SECONDS, largest=1000, redirects=1).body == b"here"
        assert fetch(Call(address=there.address), seconds=PATIENCE_SECONDS, largest=1000).status == 302


def test_a_key_goes_to_the_first_host_alone():
    seen = []

    def note(line):
        seen.append(line.recv(4000).lower())
        line.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
        line.close()

    with outside.listening(note) as end, outside.application(302, headers={"Location": end}) as there:
        call = Call(address=there.address, headers=(("Authorization", "Bearer key"), ("Accept", "a/b")))
        fetch(call, seconds=PATIENCE_SECONDS, largest=1000, redirects=1)
    assert b"accept: a/b" in seen[0]
    assert b"bearer key" not in seen[0]


def test_a_ring_of_redirects_ends():
    with outside.application(302, headers={"Location": "/"}) as there:
        assert fetch(Call(address=there.address), seconds=PATIENCE_SECONDS, largest=1000, redirects=3).status == 302
    assert len(there.heard) == 4


def test_a_document_larger_than_wanted_is_no_document():
    with outside.application(body=b"x" * 1001) as there, pytest.raises(BadAnswerError, match="more than 1000"):
        fetch(Call(address=there.address), seconds=PATIENCE_SECONDS, largest=1000)


def test_half_a_document_is_none():
    def stop_early(line):
        line.recv(1000)
        line.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\nhalf")
        line.close()

    with outside.listening(stop_early) as address, pytest.raises(BadAnswerError):
        fetch(Call(address=address), seconds=PATIENCE_SECONDS, largest=1000)


@pytest.mark.parametrize("talk", [outside.hang, outside.drip], ids=["hangs", "drips"])
def test_a_document_that_does_not_come_is_waited_for_no_longer_than_said(talk):
    with outside.listening(talk) as address, pytest.raises((TimeoutError, BadAnswerError)):
        fetch(Call(address=address), seconds=0.4, largest=1000)


def test_what_a_caller_accepts_stands_alone():
    """Beside "anything", a registry answers with its page."""
    parts = outgoing.checked("http://127.0.0.1/a")
    asked = outgoing.Call(address="http://127.0.0.1/a", headers=(("Accept", "application/json"),))
    assert outgoing.written(asked, parts).lower().count(b"accept:") == 1
    assert b"Accept: */*" in outgoing.written(outgoing.Call(address="http://127.0.0.1/a"), parts)


def test_a_header_of_two_lines_is_not_sent():
    with outside.application() as there, pytest.raises(CallRefusedError):
        send(Call(address=there.address, headers=(("X", "a\r\nY: b"),)))


def test_an_address_that_leads_inside_is_refused_before_it_is_kept(listing):
    listing("")
    for address in ("https://10.1.2.3/hook", "https://[::ffff:10.0.0.1]/", "https://localhost/", "https://127.1/"):
        with pytest.raises(CallRefusedError):
            refuse_internal(address)
    refuse_internal("https://8.8.8.8/hook")


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
