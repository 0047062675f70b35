"""Folders behind Debian's OpenSSH as sources of the hub: by key and pinned host, with GBK names, half-written and renamed files."""

import getpass
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb
import pytest
from django.test import Client

from nanhu.kernel.child_processes import dying_with_parent
from nanhu.kernel.clock import now
from nanhu.kernel.configuration import configuration
from nanhu.platforms.datahub import api as datahub
from nanhu.platforms.datahub.feeding import large, reaching, sftp
from nanhu.platforms.datahub.models import Batch, DataSource
from nanhu.platforms.datahub.tests.conftest import signed_in
from nanhu.platforms.datahub.tests.reading import at, read_again
from nanhu.platforms.datahub.tests.test_shared_sources import switched, two  # noqa: F401  (a fixture)
from nanhu.platforms.datahub.warehouse import declared
from nanhu.testing.patience import PATIENCE_SECONDS
from nanhu.testing.ports import free_ports
from tests.interop.dovecot import is_open

pytestmark = pytest.mark.django_db
SSHD = """
ListenAddress 127.0.0.1
Port {port}
HostKey {folder}/host
PidFile none
AuthorizedKeysFile {folder}/client.pub
StrictModes no
UsePAM no
PermitRootLogin yes
PasswordAuthentication no
ForceCommand internal-sftp
Subsystem sftp internal-sftp
"""
HEADER = "学年学期,教学班号,学号,课程号,课程名称"
FORM = {
    "key": "aa.folder",
    "name": "教务文件夹",
    "office": "教务处",
    "fills": "academic.roster",
    "columns": "",
    "values": "",
    "is_whole": "on",
    "user_name": getpass.getuser(),
    "query": "选课_*.csv",
    "done_mark": "",
    "every_minutes": "15",
    "stale_minutes": "1500",
    "tolerance": "20",
}


@dataclass
class OpenSsh:
    folder: Path
    port: int
    process: subprocess.Popen[bytes] | None = None

    @property
    def out(self) -> Path:
        return self.folder / "out"

    def start(self) -> None:
        with (self.folder / "log").open("ab") as log:
            command = ["/usr/sbin/sshd", "-D", "-e", "-f", str(self.folder / "sshd_config")]
            self.process = subprocess.Popen(
                dying_with_parent(command), stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
        until = time.monotonic() + PATIENCE_SECONDS
        while not is_open(self.port):
            assert time.monotonic() < until, (self.folder / "log").read_text()
            assert self.process.poll() is None, (self.folder / "log").read_text()
            time.sleep(0.05)

    def stop(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()

    def key(self, name: str) -> str:
        subprocess.run(
            ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(self.folder / name)],
            check=True,
            capture_output=True,
        )
        return (self.folder / name).read_text()

    def fingerprint(self) -> str:
        told = subprocess.run(["ssh-keygen", "-lf", str(self.folder / "host.pub")], check=True, capture_output=True)
        return told.stdout.decode().split()[1]


@pytest.fixture(scope="module")
def openssh(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenSsh]:
    if shutil.which("/usr/sbin/sshd") is None:
        pytest.skip("sh scripts/install-test-tools installs openssh-server")
    if os.geteuid() == 0:
        Path("/run/sshd").mkdir(exist_ok=True)
    folder = tmp_path_factory.mktemp("ssh")
    (port,) = free_ports(1)
    server = OpenSsh(folder, port)
    server.out.mkdir()
    server.key("host")
    server.key("client")
    (folder / "sshd_config").write_text(SSHD.format(folder=folder, port=port))
    server.start()
    yield server
    server.stop()


@pytest.fixture
def steward(monkeypatch: pytest.MonkeyPatch) -> Client:
    changed = replace(configuration(), demo=False, outgoing_networks="127.0.0.0/8")
    monkeypatch.setattr("nanhu.kernel.outgoing.configuration", lambda: changed)
    monkeypatch.setattr(reaching, "listed_hosts", lambda: ("127.0.0.1",))
    return signed_in("管夹", "0020209189", "datahub.steward")


def made_by(steward: Client, openssh: OpenSsh, **facts: str) -> DataSource:
    facts |= {"address": f"127.0.0.1:{openssh.port}/{openssh.out}", "host_key": openssh.fingerprint()}
    facts["secret"] = (openssh.folder / "client").read_text()
    answer = steward.post("/datahub/sources/new/sftp/", FORM | facts)
    assert answer.status_code == 302, answer.context["form"].errors
    return DataSource.objects.get()


@pytest.fixture
def made(openssh: OpenSsh, two: list[object], steward: Client) -> Iterator[DataSource]:  # noqa: F811
    made = made_by(steward, openssh)
    switched(two, source=made.key)
    written(openssh, "选课_0.csv", ["14231100009"], days_ago=3)
    assert "高等数学" in steward.post(at(made, "try/")).content.decode()
    steward.post(at(made, "start/"))
    yield made
    for left in openssh.out.iterdir():
        left.unlink()


def written(openssh: OpenSsh, name: str, people: list[str], *, days_ago: float = 0) -> Path:
    """In GBK, name and content, as a Windows server has it."""
    path = openssh.out / os.fsdecode(name.encode("gbk"))
    lines = [f"2026-2027-1, JX01,{one},MA101,高等数学Ａ" for one in people]
    path.write_bytes("\r\n".join([HEADER, *lines, ""]).encode("gbk"))
    at_time = time.time() - days_ago * 86400
    os.utime(path, (at_time, at_time))
    return path


def test_a_file_of_more_than_may_be_handed_in_fills_a_large_table(
    openssh: OpenSsh, steward: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(declared, "warehouse", lambda: tmp_path)
    monkeypatch.setattr(sftp, "configuration", lambda: replace(configuration(), upload_limit_mb=0))
    (tmp_path / "card.flow").mkdir()
    (tmp_path / "card.flow" / "table.toml").write_text(
        'name = "刷卡流水"\nkeys = ["serial"]\n[fields.serial]\nheading = "流水号"\n[fields.fen]\nheading = "金额"\nkind = "yuan"\n'
    )
    lines = ["流水号,金额,商户", *(f"{n},1.50,{'一食堂' * 99}" for n in range(1000))]
    file = openssh.out / "flow_1.csv"
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    file.with_name("flow_1.csv.ok").touch()
    facts = {"fills": "large:card.flow", "query": "flow_*.csv", "done_mark": ".ok", "expected_rows": "1000"}
    made = made_by(steward, openssh, **facts)
    monkeypatch.setattr(large, "HEAD", 1)
    sftp.fetch(made, sftp.newest(made), tmp_path / "head", most=large.LARGEST, head=large.HEAD)
    assert 0 < (tmp_path / "head").stat().st_size < file.stat().st_size, "of 20 GB nobody waits for more"
    assert "流水号" in steward.post(at(made, "try/")).content.decode()
    assert steward.post(at(made, "start/")).status_code == 302
    made = read_again(made)
    assert (made.error, made.rows, made.good_at is not None) == ("", 1000, True)
    assert made.batch is not None
    assert (made.batch.state, made.batch.file_name) == ("applied", "flow_1.csv")
    assert list((tmp_path / "card.flow" / made.batch.counts["stamp"]).glob("*.parquet"))
    good_at = made.good_at
    assert (read_again(made).good_at, Batch.objects.count()) == (good_at, 1), "the same file is no news"
    file.with_name("flow_2.csv").write_text("\n".join(lines[:700]) + "\n", encoding="utf-8")
    file.with_name("flow_2.csv.ok").touch()
    assert "给出 699 行，约定 1000 行" in read_again(made).error
    assert Batch.objects.count() == 1
    for left in openssh.out.iterdir():
        left.unlink()


def test_parquet_behind_a_folder_is_tried_by_its_end_and_fills_a_large_table(
    openssh: OpenSsh, steward: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(declared, "warehouse", lambda: tmp_path)
    (tmp_path / "card.flow").mkdir()
    (tmp_path / "card.flow" / "table.toml").write_text(
        'name = "刷卡流水"\nkeys = ["serial"]\n[fields.serial]\nheading = "流水号"\n[fields.fen]\nheading = "金额"\nkind = "yuan"\n'
    )
    file = openssh.out / "flow_1.parquet"
    duckdb.sql("SELECT n AS 流水号, 1.50 AS 金额, uuid() AS 商户 FROM range(30000) t(n)").write_parquet(str(file))
    made = made_by(steward, openssh, fills="large:card.flow", query="*.parquet")
    sftp.fetch(made, sftp.newest(made), tmp_path / "head", most=large.LARGEST, head=1)
    head = (tmp_path / "head").stat()
    assert (head.st_size, head.st_blocks * 512 < head.st_size) == (file.stat().st_size, True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(large, "HEAD", 1)
        page = steward.post(at(made, "try/")).content.decode()
        assert ("流水号" in page, "••••••" in page) == (True, True)
    assert "1.50" in steward.post(at(made, "try/")).content.decode()
    assert steward.post(at(made, "start/")).status_code == 302
    read_again(made)
    made = read_again(made)
    assert (made.error, made.rows) == ("", 30000)
    file.write_bytes(file.read_bytes()[:-1])
    read_again(made)
    assert "没有收" in read_again(made).error
    assert "没有收" in steward.post(at(made, "try/")).content.decode()
    assert Batch.objects.count() == 1
    for left in openssh.out.iterdir():
        left.unlink()


def people_there() -> list[str]:
    return sorted(one.campus_no for one in datahub.rows("academic.roster"))


@pytest.mark.capability("A001.1", "A001.2")
def test_the_newest_whole_file_is_read_in_and_a_half_written_one_is_not(made: DataSource, openssh: OpenSsh) -> None:
    numbers = [str(14231100001 + n) for n in range(60)]
    for left in ("说明.txt", ".选课_9.csv"):
        (openssh.out / left).write_text("x")
    (openssh.out / "选课_\n.csv").write_text("a name that is two lines")
    (openssh.out / "选课_x.csv").symlink_to("/etc/passwd")
    half = written(openssh, "选课_1.csv.tmp", numbers, days_ago=1)
    read_again(made)
    assert (people_there(), made.rows) == ([], None), "seen once: somebody may write it still"
    assert made.due_at is not None
    assert made.due_at < now() + sftp.SETTLING
    assert (read_again(made).error, people_there(), made.rows) == ("", ["14231100009"], 1)
    assert Batch.objects.get(pk=made.batch_id).file_name == "选课_0.csv"
    half.rename(half.with_suffix(""))
    read_again(made)
    assert (read_again(made).error, len(people_there())) == ("", 60)
    good_at = made.good_at
    assert (read_again(made).good_at, Batch.objects.count()) == (good_at, 2), (
        "the same file is no news, and no freshness"
    )
    grows = written(openssh, "选课_2.csv", numbers[:58])
    read_again(made)
    with grows.open("ab") as file:
        file.write(b"2026-2027-1,JX01,14231100059,MA101,x\r\n")
    assert len(people_there()) == 60
    read_again(made)
    assert len(people_there()) == 60, "it has changed since it was seen"
    assert (read_again(made).error, people_there()) == ("", numbers[:59])
    assert made.good_at > good_at
    written(openssh, "选课_3.csv", numbers[:58], days_ago=30)
    DataSource.objects.update(done_mark=".ok")
    written(openssh, "选课_3.ok", [])
    assert (read_again(made).error, people_there()) == ("", numbers[:58]), "new, though its clock went back"


def test_a_mark_tells_that_a_file_is_whole_and_lists_of_parts_come_in_their_order(
    made: DataSource, openssh: OpenSsh
) -> None:
    DataSource.objects.update(done_mark=".ok", is_whole=False)
    for n, name in enumerate(("选课_a.csv", "选课_b.csv", "选课_c.csv")):
        written(openssh, name, [f"1423110000{n}"], days_ago=2 - n / 10)
    for name in ("选课_a.ok", "选课_c.csv.ok"):
        written(openssh, name, [])
    assert (read_again(made).error, people_there()) == ("", ["14231100000"])
    assert (read_again(made).error, people_there()) == ("", ["14231100000", "14231100002"])


def test_another_host_or_a_wrong_login_is_not_believed_and_what_is_cut_off_is_not_read(
    made: DataSource, openssh: OpenSsh, monkeypatch: pytest.MonkeyPatch
) -> None:
    DataSource.objects.update(done_mark="", host_key="SHA256:" + "A" * 43)
    assert openssh.fingerprint() in read_again(made).error
    DataSource.objects.update(host_key=openssh.fingerprint())
    DataSource.objects.filter(pk=made.pk).update(user_name="nobody-here")
    made.refresh_from_db()
    assert "PermissionDenied" in read_again(made).error
    DataSource.objects.update(user_name=FORM["user_name"])
    read_again(made)
    kept = sftp.fetch

    def grows(one: DataSource, file: sftp.RemoteFile, path: Path, **more: int) -> None:
        written(openssh, file.name, ["14231100001"] * 9, days_ago=3)
        kept(one, file, path, **more)

    with monkeypatch.context() as patch:
        patch.setattr(sftp, "fetch", grows)
        assert "还在写" in read_again(made).error
    openssh.stop()
    assert "Connect" in read_again(made).error
    openssh.start()
    read_again(made)
    assert (read_again(made).error, people_there()) == ("", ["14231100001"])
    monkeypatch.setattr(sftp, "LIST_SECONDS", 0.1)
    assert "> 0 s" in read_again(made).error, "our deadline"
