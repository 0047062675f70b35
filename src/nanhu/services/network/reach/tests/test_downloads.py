"""Installers: taken by their content and the maker's hash, handed out with count, SHA-256 and the system of the browser."""

import hashlib

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from nanhu.kernel.files.models import StoredFile
from nanhu.kernel.models import AuditEntry
from nanhu.services.network.reach.models import Installer
from nanhu.services.network.reach.tests.conftest import make_school
from nanhu.testing.killing import at_once

PAGE = "/network/downloads/"
DESK = "/network/reach/installers/"
PROGRAM = b"MZ" + bytes(range(256)) * 40
WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/131.0 Safari/537.36"
ANDROID = "Mozilla/5.0 (Linux; Android 15; V2318) AppleWebKit/537.36 Chrome/131.0 Mobile Safari/537.36"
AGENTS = {
    "windows": WINDOWS,
    "android": ANDROID,
    "macos": "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/18.1 Safari/605.1.15",
    "linux": "Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0",
    "all": "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148 Safari/604.1",
}


def said(content=PROGRAM, *, name="安装包.exe", **more):
    file = SimpleUploadedFile(name, content)
    given = {"system": "windows", "name": "OpenConnect", "version": "1.6.2", "published": "", "signature": "signed"}
    return given | {"note": "一路下一步", "file": file} | more


@pytest.mark.capability("A161.1")
@pytest.mark.capability("A161.2")
def test_the_page_says_count_hash_and_the_system_of_the_browser(school, settings, tmp_path):
    keeper, teacher = school.client("K1"), school.client("T1")
    assert keeper.post(f"{DESK}new/", said()).status_code == 302
    assert (
        keeper.post(f"{DESK}new/", said(b"!<arch>\ndebian-binary   0", name="安装包.deb", system="linux")).status_code
        == 302
    )
    windows = Installer.objects.get(system="windows")
    page = teacher.get(PAGE, headers={"user-agent": WINDOWS}).content.decode()
    assert 'href="?system=windows" aria-current="true"' in page
    for one in (hashlib.sha256(PROGRAM).hexdigest(), "<dd>1.6.2</dd>", "10.0\xa0KB", "一路下一步"):
        assert one in page, one
    assert "有厂商数字签名" in page
    assert page.count(">下载</span>") == 1, "the other system's is not shown"
    assert "在网上申请" in page
    students = school.client("S1").get(PAGE).content.decode()
    assert "在网上申请" not in students, "who cannot apply is not sent there"
    assert "学生不能申请" in students
    assert "还没有安装包" in teacher.get(PAGE, headers={"user-agent": ANDROID}).content.decode()
    for system, agent in AGENTS.items():
        page = teacher.get(PAGE, headers={"user-agent": agent}).content.decode()
        assert f'href="?system={system}" aria-current="true"' in page, system
    assert teacher.get(PAGE, {"system": "all"}).content.decode().count("SHA-256</dt>") == 2
    answer = teacher.get(f"{PAGE}{windows.public_id}/")
    assert (answer.content, answer["X-Content-Type-Options"]) == (PROGRAM, "nosniff")
    assert "attachment" in answer["Content-Disposition"]
    assert teacher.head(f"{PAGE}{windows.public_id}/").status_code == 200
    assert "1 次" in teacher.get(PAGE, {"system": "windows"}).content.decode(), "what is only looked at is not counted"
    assert keeper.post(f"{DESK}{windows.public_id}/withdraw/").status_code == 302
    noted = AuditEntry.objects.filter(target=f"installer:{windows.public_id}").order_by("pk")
    assert [one.action for one in noted] == ["network.add_installer", "network.withdraw_installer"]
    assert teacher.get(f"{PAGE}{windows.public_id}/").status_code == 404
    assert teacher.get(f"/files/{windows.file.public_id}/").status_code == 404


NO_INSTALLER = (
    said(b"<html><script>alert(1)</script></html>"),
    said(b"%PDF-1.7 ... %%EOF"),
    said(b"PK\x03\x04 no apk"),
    said(b""),
    said(published="0" * 64),
    said(published="abc"),
    said() | {"name": "名" * 61},
    said(version="\0"),
    said(signature="published"),
)


@pytest.mark.capability("A161.1")
def test_what_is_no_installer_or_not_the_makers_is_not_taken(school):
    keeper = school.client("K1")
    for number, wrong in enumerate(NO_INSTALLER):
        assert keeper.post(f"{DESK}new/", wrong).status_code == 422, number
    assert not Installer.objects.exists()
    assert not StoredFile.objects.exists()


@pytest.mark.capability("A161.1")
def test_what_the_maker_says_is_held_against_the_file(school):
    """In capitals, too, as PowerShell writes it."""
    digest = hashlib.sha256(PROGRAM).hexdigest().upper()
    assert school.client("K1").post(f"{DESK}new/", said(published=digest)).status_code == 302
    assert Installer.objects.get().signature == "published"
    assert school.client("K1").post(f"{DESK}new/", said()).status_code == 409


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
@pytest.mark.capability("A161.1")
def test_many_at_once_are_all_counted():
    school = make_school()
    school.client("K1").post(f"{DESK}new/", said())
    found, clients = Installer.objects.get(), [school.client(one) for one in ("T1", "T2", "S1", "H1")]
    answers = at_once([lambda one=one: one.get(f"{PAGE}{found.public_id}/").status_code for one in clients * 3])
    assert answers.count(200) == 12
    found.refresh_from_db()
    assert found.downloads == 12
