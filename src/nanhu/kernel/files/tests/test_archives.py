"""A zip of photos: what a system put beside them does not count, and what is not whole is refused in a sentence."""

import zipfile
from io import BytesIO

import pytest

from nanhu.kernel.files.archives import pictures_in
from nanhu.kernel.files.errors import RefusedFileError

PICTURE = b"\xff\xd8\xff picture " * 40


def zipped(*names, method=zipfile.ZIP_STORED):
    out = BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name in names:
            archive.writestr(name, PICTURE)
    return out.getvalue()


def read(content, most=3):
    return list(pictures_in(content, most=most, largest=10_000))


def test_what_a_system_put_beside_the_photos_does_not_count():
    photos = ["相册/1.jpg", "相册/2.jpg", "3.png"]
    beside = ["__MACOSX/相册/._1.jpg", "__MACOSX/相册/._2.jpg", "__MACOSX/._3.png", ".DS_Store", "相册/Thumbs.db"]
    assert [name for name, _content in read(zipped(*beside, *photos))] == ["1.jpg", "2.jpg", "3.png"]
    with pytest.raises(RefusedFileError):
        read(zipped(*photos), most=2)


def of_another_version():
    content = bytearray(zipped("1.jpg"))
    content[content.index(b"PK\x01\x02") + 6] = 99
    return bytes(content)


def of_damaged_lzma():
    content = bytearray(zipped("1.jpg", method=zipfile.ZIP_LZMA))
    content[30 + len("1.jpg") + 4] = 0xFF
    return bytes(content)


@pytest.mark.parametrize(
    "damaged",
    [
        lambda: zipped("照片.jpg").replace("照片".encode(), b"\xff" * 6),
        of_another_version,
        of_damaged_lzma,
        lambda: zipped("1.jpg")[:-30],
        lambda: b"PK nothing",
    ],
    ids=["names", "version", "lzma", "cut", "none"],
)
def test_a_zip_that_is_not_whole_is_refused(damaged):
    with pytest.raises(RefusedFileError):
        read(damaged())
