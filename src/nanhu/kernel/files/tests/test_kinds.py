"""What a file is, its content says; what may hide in it is refused; what the law wants as it is stays as it is."""

import io
import random
import struct
import zlib
from contextlib import suppress
from multiprocessing import get_context
from resource import RLIMIT_CPU, setrlimit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from nanhu.kernel.files.errors import RefusedFileError
from nanhu.kernel.files.kinds import KINDS, PAPERS, PICTURES, checked
from nanhu.kernel.files.pictures import THUMBNAIL_BYTES, thumbnail
from nanhu.kernel.files.tests.samples import HIDDEN, ILL, LARGE, PDF, WELL, pdf_with, pdf_with_stream, with_exif


@pytest.mark.parametrize("kind", WELL)
def test_a_file_is_known_by_its_content(kind):
    found, kept = checked(WELL[kind], kinds=KINDS)
    assert found.key == kind
    assert kind in PICTURES or kept == WELL[kind], "byte by byte"


@pytest.mark.slow
@pytest.mark.parametrize("what", [*ILL, *LARGE])
def test_what_may_hide_something_is_refused(what):
    content = ILL[what] if what in ILL else LARGE[what]()
    with pytest.raises(RefusedFileError):
        checked(content, kinds=PAPERS)


INSTALLERS = {
    "exe": b"MZ" + bytes(64),
    "msi": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(64),
    "pkg": b"xar!" + bytes(64),
    "deb": b"!<arch>\ndebian-binary" + bytes(64),
    "rpm": b"\xed\xab\xee\xdb" + bytes(64),
    "dmg": bytes(600) + b"koly" + bytes(508),
}


@pytest.mark.parametrize("kind", INSTALLERS)
def test_an_installer_is_known_and_taken_where_programs_are_wanted_alone(kind):
    found, kept = checked(INSTALLERS[kind], kinds=KINDS)
    assert (found.key, found.is_program, kept) == (kind, True, INSTALLERS[kind])
    with pytest.raises(RefusedFileError, match="只收"):
        checked(INSTALLERS[kind], kinds=PAPERS)


@pytest.mark.parametrize("kind", WELL)
def test_only_the_kinds_of_its_purpose_are_taken(kind):
    with pytest.raises(RefusedFileError, match="只收"):
        checked(WELL[kind], kinds=set(KINDS) - {kind})


@pytest.mark.parametrize(
    ("size", "restless", "side"),
    [((1200, 900), 0, 192), ((192, 144), 200, 160), ((64, 64), 200, 64), ((3, 900), 9, 192)],
)
def test_a_thumbnail_is_small_whatever_it_shows(size, restless, side):
    bands = [Image.effect_noise(size, restless) for _band in range(3)]
    out = io.BytesIO()
    Image.merge("RGB", bands).save(out, "JPEG", quality=95)
    small = thumbnail(out.getvalue())
    with Image.open(io.BytesIO(small)) as shown:
        assert max(shown.size) <= side
    assert len(small) <= THUMBNAIL_BYTES


def test_a_picture_is_made_anew_upright_and_without_what_was_hidden_in_it():
    _kind, kept = checked(with_exif() + b"tail", kinds={"jpeg"})
    assert not any(hidden in kept for hidden in (b"taken at home", b"secret comment", b"Exif", b"tail"))
    assert Image.open(io.BytesIO(kept)).size == (30, 40)


def part_of_png(name, content):
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


@pytest.mark.parametrize("side", [5_001, 30_000])
def test_a_picture_of_too_many_pixels_is_called_so_however_many_they_are(side):
    head = part_of_png(b"IHDR", struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0))
    with pytest.raises(RefusedFileError, match="像素太多"):
        checked(b"\x89PNG\r\n\x1a\n" + head + part_of_png(b"IDAT", b""), kinds=PICTURES)


def test_an_invoice_with_its_data_attached_is_kept_as_it_is():
    invoice = pdf_with(b"/Names<</EmbeddedFiles 3 0 R>>/AF[3 0 R]")
    assert checked(invoice, kinds={"pdf"})[1] == invoice
    assert checked(PDF.replace(b"Catalog", b"Catalog/JSX 1"), kinds={"pdf"})


@pytest.mark.parametrize("how", HIDDEN)
def test_a_script_hides_nowhere_in_a_pdf(how):
    with pytest.raises(RefusedFileError):
        checked(HIDDEN[how], kinds={"pdf"})


def test_what_stands_in_packed_bytes_by_chance_is_no_script():
    """A picture of some megabytes has every three bytes somewhere."""
    body = b"\x01/JS\x00 /JS(\x02 /Launch>" + random.Random(19).randbytes(3_000_000) + b"/JS("
    scan = pdf_with_stream(body, b"/Subtype/Image/Filter/DCTDecode")
    assert checked(scan, kinds={"pdf"})[1] == scan
    with pytest.raises(RefusedFileError):
        checked(pdf_with_stream(b"", b"/JS(x)"), kinds={"pdf"})


@pytest.mark.parametrize(
    "part",
    [
        b"/ObjStm stream\n",
        b"/ObjStm>>stream\n",
        b"8 0 obj<</ObjStm>>stream\n",
        b"1%",
        b"((",
        b">> ",
        b"obj<",
        b"0 obj<",
    ],
)
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_no_file_occupies_the_program_for_long(part):
    """In a process that may use two minutes of the processor: work that grows with the square would take hours."""
    content = PDF.replace(b"trailer", part * (8_000_000 // len(part)) + b"\ntrailer")
    judge = get_context("fork").Process(target=judged, args=(content,))
    judge.start()
    judge.join()
    assert judge.exitcode == 0


def judged(content):
    setrlimit(RLIMIT_CPU, (120, 120))
    with suppress(RefusedFileError):
        checked(content, kinds={"pdf"})


@given(
    content=st.binary(max_size=300),
    head=st.sampled_from([b"", b"PK\x03\x04", b"%PDF-", b"\xff\xd8\xff", b"<", b"\x89PNG\r\n\x1a\n"]),
)
def test_whatever_comes_is_kept_or_refused_and_never_an_accident(content, head):
    with suppress(RefusedFileError):
        kind, _kept = checked(head + content, kinds=KINDS)
        assert kind.key in KINDS
