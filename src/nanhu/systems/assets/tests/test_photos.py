"""Photos of receipts and things, by the pages of keeper, inspector and person: within the limits of files, and for those concerned alone."""

import os
import zipfile
from datetime import date
from functools import partial
from io import BytesIO
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, transaction
from PIL import Image

from nanhu.kernel.files import services as files
from nanhu.kernel.files import store
from nanhu.kernel.files.models import StoredFile
from nanhu.kernel.files.pictures import made_small
from nanhu.kernel.files.services import remove_overdue
from nanhu.systems.assets.models import Asset, ReceiptPhoto
from nanhu.systems.assets.services import keeping, photographing
from nanhu.systems.assets.tests.conftest import SYSTEM, make_school
from nanhu.systems.assets.tests.test_receiving import opened, sign
from nanhu.testing.races import amid

pytestmark = pytest.mark.django_db
PHOTOS = "/assets/office/photos/"


def picture(colour="red", side=64):
    """With a place in its EXIF, as a phone writes it."""
    out = BytesIO()
    exif = Image.Exif()
    exif[0x010E] = "29.35N 113.09E"
    Image.new("RGB", (side, side), colour).save(out, "JPEG", exif=exif)
    return SimpleUploadedFile("IMG_0001.jpg", out.getvalue(), "image/jpeg")


def taken(client, address, *pictures, field="photos", follow=False, **said):
    return client.post(address, {"token": str(uuid4()), field: list(pictures), **said}, follow=follow)


def seen(client, file):
    return client.get(f"/files/{file.public_id}/").status_code


@pytest.fixture
def waits(school):
    return opened(school)


def pages(receipt):
    return [f"/assets/{desk}/receipts/{receipt.public_id}/" for desk in ("unit", "mine")]


def test_keeper_and_inspector_photograph_a_receipt_and_its_things_show_it(school, waits):
    unit, mine = pages(waits)
    keeper, inspector = school.client("T1"), school.client("T2")
    assert 'capture="environment"' in keeper.get(f"{unit}photos/").content.decode()
    line = waits.lines.get()
    assert taken(keeper, f"{unit}photos/", picture(), picture("blue")).status_code == 302
    assert taken(inspector, f"{mine}photos/", picture("green"), line=str(line.pk)).status_code == 302
    assert [one.author_name for one in ReceiptPhoto.objects.order_by("pk")] == ["陈资产", "陈资产", "李老师"]
    newest = ReceiptPhoto.objects.latest("pk")
    assert b"29.35N" not in b"".join(keeper.get(f"/files/{newest.file.public_id}/"))
    assert f"/files/{newest.file.public_id}/" in inspector.get(mine).content.decode()
    for number in ("T2", "T3"):
        sign(school, waits, number)
    assert {one.picture_id for one in Asset.objects.all()} == {newest.file_id}
    assert taken(keeper, f"{unit}photos/", picture()).status_code == 409, "it is signed"


def test_who_has_nothing_to_do_with_it_opens_no_photo(school, waits):
    unit, mine = pages(waits)
    taken(school.client("T1"), f"{unit}photos/", picture())
    file = ReceiptPhoto.objects.get().file
    may = {number: seen(school.client(number), file) for number in ("T1", "T2", "T3", "T4", "T5", "T7", "T8")}
    assert may == {"T1": 200, "T2": 200, "T3": 200, "T4": 200, "T5": 200, "T7": 404, "T8": 404}
    assert taken(school.client("T7"), f"{unit}photos/", picture()).status_code == 404
    assert taken(school.client("T4"), f"{mine}photos/", picture()).status_code == 404


@pytest.mark.parametrize(
    "pictures",
    [
        [],
        [SimpleUploadedFile("x.jpg", b"<svg onload=alert(1)>", "image/jpeg")],
        [SimpleUploadedFile("x.pdf", b"%PDF-1.4\n%%EOF", "application/pdf")],
        [picture() for _each in range(7)],
        [SimpleUploadedFile("x.jpg", b"\xff\xd8" + b"0" * (8 * 1024 * 1024), "image/jpeg")],
    ],
    ids=["none", "svg", "pdf", "seven", "large"],
)
def test_what_is_no_photo_or_too_much_is_refused(school, waits, pictures):
    answer = taken(school.client("T1"), f"{pages(waits)[0]}photos/", *pictures)
    assert (answer.status_code, ReceiptPhoto.objects.count()) == (422, 0)


def test_a_receipt_has_a_bound_of_photos_and_none_is_changed(school, waits):
    keeper, address = school.client("T1"), f"{pages(waits)[0]}photos/"
    for _each in range(4):
        assert taken(keeper, address, *(picture(side=8 + n) for n in range(6))).status_code == 302
    assert taken(keeper, address, picture()).status_code in {409, 422}
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        ReceiptPhoto.objects.all().delete()


def test_a_person_photographs_what_is_his_and_the_one_before_is_kept_no_longer(school, clock):
    clock("2026-11-01")
    thing = school.thing(keeper="T2", used=date(2026, 9, 1))
    mine, unit = (f"/assets/{desk}/{thing.public_id}/photo/" for desk in ("mine", "unit"))
    assert taken(school.client("T2"), mine, picture(), field="photo").status_code == 302
    first = Asset.objects.get().picture
    assert f"/files/{first.public_id}/" in school.client("T1").get(f"/assets/unit/{thing.public_id}/").content.decode()
    assert [seen(school.client(number), first) for number in ("T2", "T1", "T5", "T3", "T8")] == [
        200,
        200,
        200,
        404,
        404,
    ]
    assert taken(school.client("T1"), unit, picture("blue"), field="photo").status_code == 302
    assert Asset.objects.get().picture_id != first.pk
    clock("2026-11-03")
    assert remove_overdue() == 1
    left = StoredFile.objects.filter(removed_at=None).values_list("pk", flat=True)
    assert list(left) == [Asset.objects.get().picture_id]
    assert taken(school.client("T3"), mine, picture(), field="photo").status_code == 404
    Asset.objects.update(state="void")
    assert taken(school.client("T1"), unit, picture(), field="photo").status_code == 409


def archive(*files):
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as zipped:
        for name, content in files:
            zipped.writestr(name, content)
    return SimpleUploadedFile("照片.zip", out.getvalue(), "application/zip")


def handed_in(client, upload):
    """The page that tells what became of a zip, after the work was done; and done again."""
    answer = taken(client, PHOTOS, upload, field="archive")
    for arguments in photographing.take_archive.unfinished():
        photographing.take_archive(**arguments)
        photographing.take_archive(**arguments)
    return client.get(answer["Location"])


def test_the_office_gives_many_photos_by_their_numbers_and_is_told_of_the_others(school):
    by_number, by_former, gone = (school.thing() for _each in range(3))
    Asset.objects.filter(pk=by_former.pk).update(former_number="GZ-0007")
    keeping.void_number(by=SYSTEM, asset=gone, reason="重复登记")
    large = picture(side=2_000).read()
    upload = archive(
        (f"相册/{by_number.number.lower()}.JPG", large),
        (f"{by_number.number}.jpeg", picture("blue").read()),
        ("gz-0007.png", picture("green").read()),
        (f"{gone.number}.jpg", picture().read()),
        ("说明.txt", b"hello"),
    )
    answer = handed_in(school.client("T5"), upload)
    told = answer.content.decode()
    assert "已配上 2 张照片" in told
    assert [words in told for words in (f"编号重复（1）：{by_number.number}.jpeg", "没有这个编号（2）")] == [True, True]
    kept = Asset.objects.get(pk=by_number.pk).picture
    content = b"".join(school.client("T5").get(f"/files/{kept.public_id}/"))
    assert b"29.35N" not in content
    assert max(Image.open(BytesIO(content)).size) == 1_600
    assert Asset.objects.get(pk=by_former.pk).picture_id is not None, "by the old number; a JPEG whatever its name says"
    assert taken(school.client("T9"), PHOTOS, upload, field="archive").status_code == 404, "the accountant gives none"


def test_what_a_mac_puts_beside_the_photos_does_not_count(school):
    names = [f"{one}.jpg" for one in range(101)]
    upload = archive(*((name, b"x") for name in names), *((f"__MACOSX/._{name}", b"x") for name in names))
    answer = handed_in(school.client("T5"), upload)
    assert "没有这个编号（101）" in answer.content.decode()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("{number}.jpg", b"\xff\xd8\xff nothing"),
        ("{number}.jpg", b"<svg xmlns='http://www.w3.org/2000/svg'/>"),
        ("{number}.png", b"%PDF-1.7"),
    ],
)
def test_what_is_no_picture_stands_on_no_card(school, name, content):
    thing = school.thing()
    answer = handed_in(school.client("T5"), archive((name.format(number=thing.number), content)))
    assert "不是完整的照片（1）" in answer.content.decode()
    assert Asset.objects.get().picture_id is None


@pytest.mark.parametrize(
    "upload",
    [
        SimpleUploadedFile("照片.zip", b"PK nothing"),
        lambda: SimpleUploadedFile("照片.zip", archive(("照.jpg", b"")).read().replace("照".encode(), b"\xff" * 3)),
        archive,
        lambda: archive(*((f"{one}.jpg", b"") for one in range(201))),
        lambda: archive(("a.jpg", b"\xff\xd8\xff" + b"\0" * (8 * 1024 * 1024))),
    ],
)
def test_an_archive_that_is_none_or_too_much_is_refused(school, upload):
    given = upload() if callable(upload) else upload
    assert taken(school.client("T5"), PHOTOS, given, field="archive").status_code == 422
    assert not StoredFile.objects.exists()


def test_a_picture_of_too_many_pixels_is_told_and_not_decoded(school):
    thing, out = school.thing(), BytesIO()
    Image.new("1", (6_000, 6_000)).save(out, "PNG")
    upload = archive((f"{thing.number}.png", out.getvalue()))
    assert "不是完整的照片（1）" in handed_in(school.client("T5"), upload).content.decode()


def test_what_turns_out_not_to_be_whole_as_it_is_read_is_told_on_the_page_of_the_work(school):
    thing = school.thing()
    whole = archive((f"{thing.number}.jpg", picture().read())).read()
    broken = SimpleUploadedFile("照片.zip", whole.replace(b"\xff\xd8\xff", b"\xff\xd8\x00", 1))
    told = handed_in(school.client("T5"), broken).content.decode()
    assert "已损坏" in told
    assert (Asset.objects.get().picture_id, StoredFile.objects.count()) == (None, 0)


def test_a_zip_that_nobody_came_to_for_a_day_is_told_as_expired_and_not_as_damaged(school):
    office = school.client("T5")
    answer = taken(office, PHOTOS, archive((f"{school.thing().number}.jpg", picture().read())), field="archive")
    for path in store.all_paths():
        os.utime(path, (0, 0))
    files.sweep()
    for arguments in photographing.take_archive.unfinished():
        photographing.take_archive(**arguments)
    told = office.get(answer["Location"]).content.decode()
    assert ("存放到期" in told, "请重新交" in told, "损坏" in told) == (True, True, False)


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_two_zips_that_cross_wait_for_each_other_in_one_order():
    """The same two pictures on other things, in the other order: neither has one while it waits for the other."""
    school = make_school()
    low, high = sorted((made_small(picture(one).read(), longest=99) for one in ("red", "blue")), key=store.address_of)
    first, second = (school.thing().public_id for _each in range(2))

    def shown():
        photographing.show_all(by=SYSTEM, pictures={first: high, second: low})
        return Asset.objects.exclude(picture=None).count()

    lock_low, lock_high = (partial(files.lock_content, store.address_of(one)) for one in (low, high))
    assert amid(lock_low, shown, then=lock_high)[1] == 2
