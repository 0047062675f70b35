"""xmlsec1: signatures and encryption of XML, without a secret ever lying in a file.

pysaml2's own backend writes keys and plain assertions into temporary files and asks for the program's version before every
run. Here every input lives in anonymous memory (memfd) that only the child is given; it is gone with the process, even
after a power cut. Where a system has none, a folder of ours with mode 0700 takes their place for the moment.
"""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from functools import cache
from pathlib import Path
from threading import BoundedSemaphore

from nanhu.kernel.configuration import configuration
from nanhu.kernel.secret_files import private_folder
from nanhu.platforms.identity.protocols.saml.errors import SamlBusyError, SamlUnavailableError

PROGRAM = "xmlsec1"
ELSEWHERE = "/usr/bin:/usr/local/bin:/opt/homebrew/bin"
PATIENCE_SECONDS = 20
FEED_PATIENCE_SECONDS = 300
SLOTS, QUEUE_SECONDS = BoundedSemaphore(3), 8


class XmlsecFailedError(Exception):
    """xmlsec1 would not do it: a signature that does not verify, a key it cannot use."""


def program() -> str | None:
    return shutil.which(PROGRAM) or shutil.which(PROGRAM, path=ELSEWHERE)


def require_program() -> str:
    found = program()
    if found is None:
        raise SamlUnavailableError
    return found


@cache
def version_of(path: str) -> tuple[int, ...]:
    words = subprocess.run([path, "--version"], capture_output=True, text=True, check=True, timeout=10).stdout.split()
    return tuple(int(part) for part in words[1].split("."))


@cache
def places() -> BoundedSemaphore:
    """Who works and who waits together hold half of the threads at most: the other half always remains for pages."""
    return BoundedSemaphore(max(1, configuration().web_threads // 2))


@contextmanager
def slot() -> Iterator[None]:
    """Strangers may send signed nonsense: however much, it keeps only so many of this process's threads busy."""
    if not places().acquire(blocking=False):
        raise SamlBusyError
    try:
        if not SLOTS.acquire(timeout=QUEUE_SECONDS):
            raise SamlBusyError
        try:
            yield
        finally:
            SLOTS.release()
    finally:
        places().release()


@contextmanager
def inputs(documents: Mapping[str, bytes]) -> Iterator[tuple[dict[str, str], list[int]]]:
    """Paths under which a child can read these documents, and the descriptors it must be handed."""
    with ExitStack() as stack:
        if hasattr(os, "memfd_create"):
            descriptors = {}
            for name, content in documents.items():
                descriptor = os.memfd_create(f"saml-{name}")
                stack.callback(os.close, descriptor)
                write_all(descriptor, content)
                descriptors[name] = descriptor
            yield {name: f"/dev/fd/{one}" for name, one in descriptors.items()}, list(descriptors.values())
            return
        home = private_folder(configuration().data_dir / "saml")
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(dir=home)))
        for name, content in documents.items():
            (folder / name).touch(mode=0o600)
            (folder / name).write_bytes(content)
        yield {name: str(folder / name) for name in documents}, []


def write_all(descriptor: int, content: bytes) -> None:
    view = memoryview(content)
    while view:
        view = view[os.write(descriptor, view) :]


def run(mode: str, documents: Mapping[str, bytes], *arguments: str, patience: int = PATIENCE_SECONDS) -> bytes:
    """Run xmlsec1; in the arguments "@name" stands for the path of that document."""
    path = require_program()
    relaxed = ["--lax-key-search"] if version_of(path) >= (1, 3) else []
    with slot(), inputs(documents) as (paths, descriptors):
        line = [paths[one[1:]] if one.startswith("@") else one for one in arguments]
        try:
            done = subprocess.run(
                [path, mode, *relaxed, *line],
                pass_fds=descriptors,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                check=False,
                timeout=patience,
                env={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"},
            )
        except subprocess.TimeoutExpired as error:
            raise XmlsecFailedError("too slow") from error
    if done.returncode != 0:
        raise XmlsecFailedError(done.stderr.decode(errors="replace")[:500])
    return done.stdout


def sign(document: str, *, key: str, node_name: str, node_id: str) -> str:
    """The document, signed by the key (PEM) at the one element of that id."""
    documents = {"key": key.encode(), "document": document.encode()}
    signed = run(
        "--sign", documents, "--privkey-pem", "@key", "--id-attr:ID", node_name, "--node-id", node_id, "@document"
    )
    return without_declaration(signed)


def verify(
    document: bytes, *, certificate: str, node_name: str, node_id: str, patience: int = PATIENCE_SECONDS
) -> None:
    """Only the given certificate's key counts: what the document brings along is not looked at."""
    documents = {"certificate": certificate.encode(), "document": document}
    arguments = ("--enabled-reference-uris", "empty,same-doc", "--enabled-key-data", "raw-x509-cert")
    run(
        "--verify",
        documents,
        *arguments,
        "--pubkey-cert-pem",
        "@certificate",
        "--id-attr:ID",
        node_name,
        "--node-id",
        node_id,
        "@document",
        patience=patience,
    )


def encrypt(document: str, *, certificate: str, template: str, session_key: str) -> str:
    """The document's root element, encrypted to the certificate's owner."""
    documents = {"certificate": certificate.encode(), "document": document.encode(), "template": template.encode()}
    out = run(
        "--encrypt",
        documents,
        "--pubkey-cert-pem",
        "@certificate",
        "--session-key",
        session_key,
        "--xml-data",
        "@document",
        "@template",
    )
    return without_declaration(out)


def without_declaration(document: bytes) -> str:
    text = document.decode()
    return text.split("?>", 1)[1].strip() if text.startswith("<?xml") else text.strip()
