"""The hasher as the process it is: what it answers, whom it listens to, and what happens without it."""

import os
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.contrib.auth.hashers import make_password

from nanhu.kernel import registry
from nanhu.kernel.child_processes import dying_with_parent
from nanhu.kernel.models import Throttle
from nanhu.platforms.identity import hashing
from nanhu.platforms.identity.errors import HashingBusyError
from nanhu.platforms.identity.hasher import client, server
from nanhu.platforms.identity.hasher.protocol import ANSWER, QUESTION, Kind, Outcome, Question, socket_path
from nanhu.platforms.identity.processes import hasher_answers
from nanhu.platforms.identity.tests.conftest import PASSWORD, sign_in
from nanhu.testing.patience import PATIENCE_SECONDS


@pytest.fixture(autouse=True)
def _as_a_school_hashes(production_hashes):
    pass


@pytest.fixture
def folder(monkeypatch):
    """A data folder of its own, which the client of this test asks in."""
    with tempfile.TemporaryDirectory(prefix="nanhu-hasher-") as name:
        monkeypatch.setattr(client, "path", lambda: socket_path(Path(name)))
        yield Path(name)


@contextmanager
def running(folder: Path, **more: str):
    environment = {**os.environ, "NANHU_DATA_DIR": str(folder), "NANHU_HASHER_THREADS": "1", **more}
    process = subprocess.Popen(
        dying_with_parent([sys.executable, "-m", server.__name__]), env=environment, stderr=subprocess.PIPE, text=True
    )
    try:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not socket_path(folder).exists():
            assert time.monotonic() < deadline
            assert process.poll() is None
            time.sleep(0.02)
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        _out, said = process.communicate(timeout=PATIENCE_SECONDS)
        assert PASSWORD not in said


@pytest.fixture
def hasher(folder):
    with running(folder) as process:
        yield process


def test_it_hashes_and_verifies_as_this_process_would(hasher, monkeypatch):
    monkeypatch.setattr(hashing.work, "verify", None)
    monkeypatch.setattr(hashing.work, "hash_secret", None)
    encoded = hashing.hash_secret(PASSWORD)
    assert encoded.startswith("argon2$argon2id$v=19$m=19456,t=3,p=1$")
    assert hashing.verify(PASSWORD, encoded)
    assert not hashing.verify(PASSWORD + "x", encoded)
    assert not hashing.verify(PASSWORD, "")
    assert not hashing.needs_rehash(encoded)
    monkeypatch.undo()
    assert hashing.verify(PASSWORD, encoded), "and this process agrees"


@pytest.mark.slow
def test_a_program_outside_the_tests_hashes_strongly(folder):
    """The tests' own cheap parameters are set by their plugin: nothing of the program knows them."""
    program = (
        "import django; django.setup(); from nanhu.platforms.identity import hashing; print(hashing.hash_secret('x'))"
    )
    environment = {**os.environ, "NANHU_DATA_DIR": str(folder), "DJANGO_SETTINGS_MODULE": "nanhu.project.settings"}
    said = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True)
    assert said.stdout.startswith("argon2$argon2id$v=19$m=19456,t=3,p=1$")


def test_a_hash_of_this_process_is_good_there(folder):
    encoded = make_password(PASSWORD, hasher=hashing.CampusArgon2Hasher())
    with running(folder):
        assert client.verify(PASSWORD.encode(), encoded.removeprefix("argon2").encode(), patience=PATIENCE_SECONDS)


def test_its_socket_is_open_to_this_user_alone(hasher, folder):
    assert stat.S_IMODE(socket_path(folder).stat().st_mode) == 0o600


def test_a_foreign_process_at_the_other_end_is_told_nothing(folder, monkeypatch):
    """Whoever put his own socket there would collect passwords."""
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(socket_path(folder)))
    listener.listen()
    monkeypatch.setattr(client, "peer_uid", lambda _connection: os.getuid() + 1)
    with pytest.raises(client.NoHasherError):
        client.verify(PASSWORD.encode(), b"$argon2id$", patience=1)
    caller, _ = listener.accept()
    assert caller.recv(100) == b""
    listener.close()


def test_a_foreign_caller_is_not_answered(folder):
    """As the kernel tells it: here the server takes itself for another user."""
    program = f"import os; own = os.getuid(); os.getuid = lambda: own + 1\nfrom {server.__name__} import main; main()"
    environment = {**os.environ, "NANHU_DATA_DIR": str(folder)}
    process = subprocess.Popen(dying_with_parent([sys.executable, "-c", program]), env=environment)
    try:
        while not socket_path(folder).exists():
            time.sleep(0.02)
        with pytest.raises(client.NoHasherError):
            client.waiting()
    finally:
        process.kill()
        process.wait()


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        b"\x01",
        QUESTION.pack(9, 1, 1) + b"ab",
        QUESTION.pack(1, 3, 3) + b"abcdef",
        QUESTION.pack(2, 1, 3) + b"a$$$",
        QUESTION.pack(1, 60000, 60000) + b"short",
    ],
)
def test_nonsense_ends_nobody(hasher, folder, sent):
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(str(socket_path(folder)))
        connection.sendall(sent)
        connection.shutdown(socket.SHUT_WR)
        connection.settimeout(PATIENCE_SECONDS)
        said = connection.recv(10)
    assert said in (b"", ANSWER.pack(Outcome.REFUSED, 0), ANSWER.pack(Outcome.NO, 0), ANSWER.pack(Outcome.BUSY, 0))
    assert client.waiting() == 0
    assert hasher.poll() is None


def test_its_queue_has_an_end(hasher, folder):
    encoded = make_password(PASSWORD, hasher=hashing.CampusArgon2Hasher()).removeprefix("argon2").encode()
    question = Question(Kind.VERIFY, PASSWORD.encode(), encoded).packed()
    callers = [socket.socket(socket.AF_UNIX) for _ in range(server.QUEUED_PER_THREAD + 20)]
    hasher.send_signal(signal.SIGSTOP)  # what it has done by the time all have asked would be the machine's affair
    for caller in callers:
        caller.settimeout(PATIENCE_SECONDS)
        caller.connect(str(socket_path(folder)))
        caller.sendall(question)
    hasher.send_signal(signal.SIGCONT)
    outcomes = [ANSWER.unpack(caller.recv(ANSWER.size))[0] for caller in callers]
    assert outcomes.count(Outcome.BUSY) >= 1
    assert outcomes.count(Outcome.YES) >= server.QUEUED_PER_THREAD
    assert len(outcomes) == outcomes.count(Outcome.BUSY) + outcomes.count(Outcome.YES)


def spent_by(process: subprocess.Popen) -> float:
    """Seconds of processor time: how busy the machine is does not matter."""
    fields = Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def test_whoever_went_away_costs_no_work(hasher, folder):
    encoded = make_password(PASSWORD, hasher=hashing.CampusArgon2Hasher()).removeprefix("argon2").encode()
    question, crowd = Question(Kind.VERIFY, PASSWORD.encode(), encoded).packed(), server.QUEUED_PER_THREAD - 1
    at_first = spent_by(hasher)
    for _ in range(crowd):
        with socket.socket(socket.AF_UNIX) as caller:
            caller.connect(str(socket_path(folder)))
            caller.sendall(question)
    assert client.verify(PASSWORD.encode(), encoded, patience=PATIENCE_SECONDS)
    with_crowd = spent_by(hasher)
    for _ in range(crowd // 2):
        assert client.verify(PASSWORD.encode(), encoded, patience=PATIENCE_SECONDS)
    assert with_crowd - at_first < spent_by(hasher) - with_crowd, "less than half of them was worked for"


def test_a_killed_one_leaves_its_place_to_the_next(folder):
    with running(folder) as first:
        first.kill()
        first.wait()
        assert socket_path(folder).exists()
        with pytest.raises(client.NoHasherError):
            client.waiting()
        assert hashing.verify(PASSWORD, hashing.hash_secret(PASSWORD)), "without it the work is done here"
        assert hasher_answers().verdict == registry.Verdict.WARN
        socket_path(folder).unlink()
        with running(folder):
            assert hasher_answers().verdict == registry.Verdict.OK


def test_its_socket_is_there_only_when_it_takes_callers(folder, monkeypatch):
    """A web process that starts beside it must not be refused by a socket that is bound and does not listen yet."""
    appear = Path.rename

    def appear_and_be_called(draft, path):
        appear(draft, path)
        with socket.socket(socket.AF_UNIX) as caller:
            caller.connect(str(path))

    monkeypatch.setattr(Path, "rename", appear_and_be_called)
    with server.listening_socket(socket_path(folder)) as listener:
        listener.accept()[0].close()


def test_one_that_dies_amid_a_question_is_as_none(folder):
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(socket_path(folder)))
    listener.listen()

    def hang_up():
        caller, _ = listener.accept()
        caller.recv(4)
        caller.close()

    thread = threading.Thread(target=hang_up)
    thread.start()
    with pytest.raises(client.NoHasherError):
        client.verify(PASSWORD.encode(), b"x" * 50, patience=PATIENCE_SECONDS)
    thread.join()
    listener.close()


def test_a_long_data_folder_has_a_short_socket():
    path = socket_path(Path("/srv") / ("x" * 120))
    assert len(str(path)) < 100
    assert path != socket_path(Path("/srv") / ("y" * 120))


def test_only_so_many_of_a_process_wait(folder):
    """The rest are told to come again at once, so that threads remain for pages."""
    places = hashing.waiting_places()
    taken = sum(places.acquire(blocking=False) for _place in range(200))
    try:
        assert taken == hashing.configuration().web_threads // 2
        with pytest.raises(HashingBusyError):
            hashing.verify("x", "")
    finally:
        places.release(taken)
    assert not hashing.verify("x", "")


@pytest.mark.django_db
def test_whoever_must_come_again_reads_so_and_is_not_counted(student, browser, monkeypatch):
    semaphore = threading.BoundedSemaphore(1)
    semaphore.acquire()
    monkeypatch.setattr(hashing, "waiting_places", lambda: semaphore)
    answer = sign_in(browser, student.numbers[0])
    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) >= 1
    assert "登录的人太多" in answer.content.decode()
    assert PASSWORD not in answer.content.decode()
    assert not Throttle.objects.exists()
    semaphore.release()
    assert sign_in(browser, student.numbers[0]).status_code == 302


def test_a_question_does_not_show_its_secret():
    assert PASSWORD not in repr(Question(Kind.VERIFY, PASSWORD.encode(), b"x"))
    assert PASSWORD not in f"{Question(Kind.VERIFY, PASSWORD.encode(), b'x')}"
