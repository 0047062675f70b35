"""What a file is by its content, and whether it is safe to keep. Pure: bytes in, bytes out."""

import io
import lzma
import re
import zipfile
import zlib
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice, pairwise
from typing import Final

from django.utils.translation import gettext as _
from PIL import Image, ImageOps, UnidentifiedImageError

from nanhu.kernel.errors import CampusError
from nanhu.kernel.files.errors import RefusedFileError
from nanhu.kernel.sheets.guard import check_parts
from nanhu.kernel.strict_xml import parsed

MOST_PIXELS: Final = 25_000_000
LARGEST_STREAM: Final = 16 * 1024 * 1024
JPEG_QUALITY: Final = 90
PROGRAM: Final = "application/octet-stream"
OPENXML: Final = "application/vnd.openxmlformats-officedocument."
MOST_OBJECTS: Final = 300_000
ACTIVE_NAMES: Final = re.compile(rb"/(?:JavaScript|JS|Launch)(?![0-9A-Za-z])")
ENCRYPTED: Final = re.compile(rb"/Encrypt(?![0-9A-Za-z])")
ESCAPED: Final = re.compile(rb"#([0-9A-Fa-f]{2})")
OBJECT: Final = re.compile(rb"[0-9\0\s]obj[\0\s%/<\[(]")
"""Where a reader may begin to parse; in bytes that are packed it stands nowhere."""
STREAM: Final = re.compile(rb">>[\0\s]*+stream[ \t]*+(?:\r\n|\n|\r)")
STRING: Final = re.compile(rb"\((?:[^()\\]|\\.)*+\)", re.DOTALL)
OBJECT_STREAM: Final = re.compile(rb"/ObjStm(?![0-9A-Za-z])")
FIRST: Final = re.compile(rb"/First(?![0-9A-Za-z])")
NUMBER: Final = re.compile(rb"/N(?![0-9A-Za-z])")
FILTERED: Final = re.compile(rb"/(?:Filter|F)(?![0-9A-Za-z])")
DEFLATED: Final = re.compile(rb"/Filter[\0\s]*+(?:/FlateDecode[\0\s]*+[/>]|\[[\0\s]*+/FlateDecode[\0\s]*+\])")
PREDICTED: Final = re.compile(rb"/Predictor|/(?:DecodeParms|DP)[\0\s]*+(?!<<|null)")
RUN_BY_BROWSERS: Final = ("{http://www.w3.org/1999/xhtml}", "{http://www.w3.org/2000/svg}")
PROGRAMS: Final = (b"\xd0\xcf\x11\xe0", b"MZ")
"""How an old Office file (macros, OLE objects) and a program begin."""
PROGRAM_NAMES: Final = ("vbaproject.bin", ".exe", ".dll", ".js", ".vbs")
LARGEST_RELATIONS: Final = 1024 * 1024
MACRO_TYPES: Final = ("macroenabled", "vbaproject", "macrosheet")
PICTURES: Final = {"jpeg": "JPEG", "png": "PNG"}
DAMAGED_ZIP: Final = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    EOFError,
    OSError,
    ValueError,
    RuntimeError,
    NotImplementedError,
)
"""What reading a zip raises that is none, or not whole: also names that are not in the letters that they say (ValueError)."""


@dataclass(frozen=True, slots=True)
class Kind:
    """`mark`: the part of a zip by which it is known. `is_program`: handed out to be run, for purposes that say so alone."""

    key: str
    media_type: str
    mark: str = ""
    is_program: bool = False


KINDS: Final = {
    kind.key: kind
    for kind in (
        Kind("pdf", "application/pdf"),
        Kind("jpeg", "image/jpeg"),
        Kind("png", "image/png"),
        Kind("ofd", "application/ofd", "OFD.xml"),
        Kind("xlsx", f"{OPENXML}spreadsheetml.sheet", "xl/workbook.xml"),
        Kind("docx", f"{OPENXML}wordprocessingml.document", "word/document.xml"),
        Kind("xml", "application/xml"),
        Kind("txt", "text/plain; charset=utf-8"),
        Kind("exe", PROGRAM, is_program=True),
        Kind("msi", PROGRAM, is_program=True),
        Kind("dmg", PROGRAM, is_program=True),
        Kind("pkg", PROGRAM, is_program=True),
        Kind("deb", PROGRAM, is_program=True),
        Kind("rpm", PROGRAM, is_program=True),
        Kind("apk", PROGRAM, "AndroidManifest.xml", is_program=True),
    )
}
PAPERS: Final = frozenset(key for key, kind in KINDS.items() if not kind.is_program)
"""What is read and not run."""
BEGINNINGS: Final = (
    (b"%PDF-", "pdf"),
    (b"\xff\xd8\xff", "jpeg"),
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"MZ", "exe"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "msi"),
    (b"xar!", "pkg"),
    (b"!<arch>\ndebian-binary", "deb"),
    (b"\xed\xab\xee\xdb", "rpm"),
)
DISK_IMAGE: Final = 512
"""Bytes of the trailer by which a disk image of macOS is known ("koly")."""


def checked(content: bytes, *, kinds: Collection[str]) -> tuple[Kind, bytes]:
    """What it is and what to keep of it; RefusedFileError says why not."""
    kind = kind_among(kinds, content)
    if kind.key in PICTURES:
        return kind, picture_anew(content, PICTURES[kind.key])
    if kind.key == "pdf":
        refuse_active_pdf(content)
    if kind.mark and not kind.is_program:
        refuse_unsafe_zip(content)
    return kind, content


def kind_among(kinds: Collection[str], content: bytes) -> Kind:
    kind = kind_of(content)
    if kind is None or kind.key not in kinds:
        raise RefusedFileError(why=_("只收 {kinds}，看内容不看扩展名。").format(kinds="、".join(sorted(kinds))))
    return kind


def kind_of(content: bytes) -> Kind | None:
    if (key := by_its_beginning(content)) is not None:
        return KINDS[key]
    if content.startswith(b"PK"):
        return kind_of_zip(content)
    if content.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        return KINDS["xml"] if is_plain_xml(content) else None
    return KINDS["txt"] if is_text(content) else None


def by_its_beginning(content: bytes) -> str | None:
    found = next((key for mark, key in BEGINNINGS if content.startswith(mark)), None)
    return "dmg" if found is None and content[-DISK_IMAGE:].startswith(b"koly") else found


def kind_of_zip(content: bytes) -> Kind | None:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        return None
    return next((kind for kind in KINDS.values() if kind.mark and kind.mark in names), None)


def is_plain_xml(content: bytes) -> bool:
    """Neither a page nor a drawing, nor with one in it or a style sheet, and without a DTD: a browser would run the one, a reader be
    blown up by the other."""
    if b"\0" in content or b"<?xml-stylesheet" in content:
        return False
    try:
        tags = [str(element.tag) for element in parsed(content).iter()]
    except ValueError:
        return False
    return not any(
        tag.startswith(RUN_BY_BROWSERS) or tag.rpartition("}")[2].lower() in {"html", "svg", "script"} for tag in tags
    )


def is_text(content: bytes) -> bool:
    try:
        text = content.decode()
    except UnicodeDecodeError:
        return False
    return bool(text) and all(sign.isprintable() or sign in "\r\n\t\ufeff\u3000\u00a0" for sign in text)


@contextmanager
def opened_picture(content: bytes, form: str) -> Iterator[Image.Image]:
    """Of not too many pixels; refused also where it shows only while it is read that it is not whole."""
    try:
        opened = Image.open(io.BytesIO(content), formats=[form])
        if opened.width * opened.height > MOST_PIXELS:
            raise RefusedFileError(why=_("图片像素太多。"))
        yield opened
    except Image.DecompressionBombError as broken:  # of still more pixels: Pillow does not open it
        raise RefusedFileError(why=_("图片像素太多。")) from broken
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError) as broken:
        raise RefusedFileError(why=_("图片不完整。")) from broken


def picture_anew(content: bytes, form: str) -> bytes:
    """Pixels alone: no EXIF, comment, profile or hidden tail."""
    with opened_picture(content, form) as opened:
        picture = ImageOps.exif_transpose(opened)
        picture = picture.convert("RGB" if form == "JPEG" or not picture.has_transparency_data else "RGBA")
    clean = Image.new(picture.mode, picture.size)
    clean.paste(picture)
    out = io.BytesIO()
    clean.save(out, form, quality=JPEG_QUALITY, optimize=True)
    return out.getvalue()


def refuse_active_pdf(content: bytes) -> None:
    """Scripts and programs, also under escaped names and in packed objects; an encrypted one cannot be looked into."""
    if b"%%EOF" not in content[-2048:]:
        raise RefusedFileError(why=_("PDF 不完整。"))
    for part in parsed_parts(content):
        if ENCRYPTED.search(part):
            raise RefusedFileError(why=_("PDF 加了密码或限制，无法检查；请存为不加密的 PDF。"))
        if ACTIVE_NAMES.search(part):
            raise RefusedFileError(why=_("PDF 里有脚本或要启动的程序。"))


def parsed_parts(content: bytes) -> Iterator[bytes]:
    """What a reader takes for objects, names unescaped: all but the bodies of streams, in which any bytes may stand by chance,
    and what lies packed in object streams."""
    starts = [found.start() for found in islice(OBJECT.finditer(content), MOST_OBJECTS + 1)]
    if len(starts) > MOST_OBJECTS:
        raise RefusedFileError(why=_("解开后太大，不安全。"))
    left = LARGEST_STREAM
    for start, end in pairwise([0, *starts, len(content)]):
        head, body, tail = divided(content, start, end)
        seen = unescaped(head)
        yield seen
        yield unescaped(tail)
        if b"stream" in head and packs_objects(seen):
            part = unpacked(seen, body, left)
            left -= len(part)
            yield unescaped(part)


def divided(content: bytes, start: int, end: int) -> tuple[bytes, memoryview | None, bytes]:
    """An object's dictionary, the body of its stream, and what follows. Without a body where it is not certain that one begins."""
    found = STREAM.search(content, start, end)
    if found is None or not is_whole_dictionary(content[start : found.start() + 2]):
        return content[start:end], None, b""
    stop = content.find(b"endstream", found.end(), end)
    stop = end if stop < 0 else stop
    return content[start : found.end()], memoryview(content)[found.end() : stop], content[stop:end]


def is_whole_dictionary(head: bytes) -> bool:
    """`stream` in a string, a comment or a name hides nothing behind it."""
    bare = STRING.sub(b"", head)
    return not set(b"()%") & set(bare) and bare.count(b"<<") == bare.count(b">>")


def packs_objects(head: bytes) -> bool:
    """Also without its type: readers ask for the two numbers alone."""
    return bool(OBJECT_STREAM.search(head) or (FIRST.search(head) and NUMBER.search(head)))


def unescaped(part: bytes) -> bytes:
    return ESCAPED.sub(lambda found: bytes.fromhex(found[1].decode()), part)


def unpacked(head: bytes, body: memoryview | None, left: int) -> bytes:
    """The objects in an object stream (ObjStm). One that cannot be looked into is refused: a reader may know how."""
    if body is None or PREDICTED.search(head):
        raise RefusedFileError(why=_("PDF 里有无法检查的对象。"))
    if not FILTERED.search(head):
        return bytes(body)
    if len(FILTERED.findall(head)) > 1 or not DEFLATED.search(head):
        raise RefusedFileError(why=_("PDF 里有无法检查的对象。"))
    unpacker = zlib.decompressobj()
    try:
        part = unpacker.decompress(body, left)
    except zlib.error as broken:
        raise RefusedFileError(why=_("PDF 里有无法检查的对象。")) from broken
    if len(part) >= left or unpacker.unconsumed_tail:
        raise RefusedFileError(why=_("解开后太大，不安全。"))
    if not unpacker.eof:
        raise RefusedFileError(why=_("PDF 里有无法检查的对象。"))
    return part


def refuse_unsafe_zip(content: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = [name.lower() for name in archive.namelist()]
            check_parts(archive)
            has_program = any(is_program(archive, entry) for entry in archive.infolist())
    except CampusError as refused:
        raise RefusedFileError(why=_("解开后太大，不安全。")) from refused
    except DAMAGED_ZIP as broken:
        raise RefusedFileError(why=_("文件不完整。")) from broken
    if has_program or any(
        name.endswith(PROGRAM_NAMES) or "activex" in name or "macrosheets/" in name for name in names
    ):
        raise RefusedFileError(why=_("里面有宏或程序。"))


def is_program(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bool:
    """By its content, whatever it is called; and what calls for macros by its type, or for a template of elsewhere."""
    name = entry.filename.lower()
    with archive.open(entry) as part:
        head = part.read(4)
        if head.startswith(PROGRAMS):
            return True
        if not name.endswith((".rels", "[content_types].xml")):
            return False
        said = head + part.read(LARGEST_RELATIONS)
    elements = [element.attrib for element in parsed(said).iter()]
    return any(
        calls_for_program({key.lower(): value.lower() for key, value in attributes.items()}) for attributes in elements
    )


def calls_for_program(attributes: dict[str, str]) -> bool:
    kind = attributes.get("type", "") + attributes.get("contenttype", "")
    is_elsewhere = attributes.get("targetmode") == "external"
    return any(macro in kind for macro in MACRO_TYPES) or (is_elsewhere and kind.endswith("/attachedtemplate"))
