"""A folder behind SFTP, read by a process of its own: whatever the other side does, the deadline ends it. Run as a script it takes
one request in JSON on stdin and answers one in JSON: the files of the folder, or that one of them was fetched."""

import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

CONNECT_SECONDS: Final = 8
MOST_FILES: Final = 2_000
CHUNK: Final = 256 * 1024
REGULAR: Final = 1
PARQUET: Final = b"PAR1"
MOST_FOOTER: Final = 16 << 20
KEY_BEGINS: Final = "-----BEGIN "


class SftpError(Exception):
    """In words for the office."""


def main() -> None:
    request = json.load(sys.stdin)
    try:
        answer = asyncio.run(answer_to(request))
    except SftpError as error:
        answer = {"error": str(error)}
    sys.stdout.write(json.dumps(answer))


async def answer_to(request: dict[str, Any]) -> dict[str, Any]:
    import asyncssh  # in this process alone: it is large

    shown: list[str] = []

    class Pinned(asyncssh.SSHClient):
        def validate_host_public_key(self, _host: str, _address: str, _port: int, key: asyncssh.SSHKey) -> bool:
            shown.append(key.get_fingerprint())
            return bool(shown[-1] == request["host_key"])

    try:
        secret = request["secret"]
        keys = [asyncssh.import_private_key(secret)] if secret.startswith(KEY_BEGINS) else None
        async with (
            asyncssh.connect(
                request["target"],
                request["port"],
                username=request["user"],
                password=None if keys else secret,
                client_keys=keys,
                known_hosts=([], [], []),
                client_factory=Pinned,
                config=None,
                agent_path=None,
                gss_auth=False,
                gss_kex=False,
                x509_trusted_certs=None,
                preferred_auth=["publickey"] if keys else ["password", "keyboard-interactive"],
                connect_timeout=CONNECT_SECONDS,
                login_timeout=CONNECT_SECONDS,
            ) as connection,
            connection.start_sftp_client(path_encoding=None) as sftp,
        ):
            if "name" in request:
                return await fetched(sftp, request)
            return {"files": await listed(sftp, request["folder"].encode())}
    except asyncssh.HostKeyNotVerifiable as error:
        raise SftpError(f"host key {', '.join(shown) or '?'}") from error
    except asyncssh.KeyImportError as error:
        raise SftpError("private key") from error
    except (asyncssh.Error, OSError, TimeoutError) as error:
        raise SftpError(f"{type(error).__name__}: {' '.join(str(error).split())[:160]}") from error


async def listed(sftp: Any, folder: bytes) -> list[list[Any]]:
    """Name (a character a byte), size, time, of each regular file."""
    found: list[list[Any]] = []
    async for one in sftp.scandir(folder or b"."):
        if one.attrs.type == REGULAR:
            found.append([one.filename.decode("latin-1"), one.attrs.size, one.attrs.mtime])
        if len(found) > MOST_FILES:
            raise SftpError(f"> {MOST_FILES} files")
    return found


async def fetched(sftp: Any, request: dict[str, Any]) -> dict[str, Any]:
    """Refused where it is not, before and after, the file that was listed: then somebody writes it still. Not its `head` alone."""
    path = (request["folder"] or ".").encode() + b"/" + request["name"].encode("latin-1")
    count = 0
    async with sftp.open(path, "rb") as there:
        with Path(request["into"]).open("wb") as here:  # noqa: ASYNC230  (nothing else runs in this process)
            while data := await there.read(CHUNK):
                count += len(data)
                if request["head"] and count >= request["head"]:
                    here.write(data)
                    await write_footer(there, here.fileno())
                    return {"is_whole": True}
                if count > request["most"]:
                    raise SftpError(f"> {request['most']} bytes")
                here.write(data)
    after = await sftp.stat(path)
    return {"is_whole": count == request["size"] == after.size and after.mtime == request["mtime"]}


async def write_footer(there: Any, here: int) -> None:
    """Of Parquet its columns stand at the end: there they are written, with a hole before them."""
    size: int = (await there.stat()).size
    last: bytes = await there.read(8, size - 8)
    length = int.from_bytes(last[:4], "little") + len(last)
    if last.endswith(PARQUET) and length <= min(size, MOST_FOOTER):
        os.pwrite(here, await there.read(length, size - length), size - length)


def answer_from(request: dict[str, Any], *, seconds: float) -> dict[str, Any]:
    """Raises OSError where it says nothing in time, or that it cannot."""
    command = [sys.executable, "-I", __file__]
    try:
        done = subprocess.run(
            command, input=json.dumps(request).encode(), capture_output=True, timeout=seconds, check=True
        )
    except subprocess.TimeoutExpired:
        raise TimeoutError(f"> {seconds:.0f} s") from None
    except subprocess.CalledProcessError:
        raise ConnectionError("SFTP") from None
    answer: dict[str, Any] = json.loads(done.stdout)
    if "error" in answer:
        raise ConnectionError(answer["error"])
    return answer


if __name__ == "__main__":
    main()
