"""What a file is by its content, and whether it is safe to keep. Pure: bytes in, bytes out."""

import io
import re
import zipfile
import zlib
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Final

from defusedxml import ElementTree
from defusedxml.common import DefusedXmlException
from django.utils.translation import gettext as _
from PIL import Image, ImageOps, UnidentifiedImageError

from nanhu.kernel.errors import CampusError
from nanhu.kernel.files.errors import RefusedFileError
from nanhu.kernel.sheets.guard import check_parts

MOST_PIXELS: Final = 40_000_000
LARGEST_STREAM: Final = 16 * 1024 * 1024
JPEG_QUALITY: Final = 90
OPENXML: Final = "application/vnd.openxmlformats-officedocument."
ACTIVE_NAMES: Final = re.compile(rb"/(?:JavaScript|JS|Launch)(?![0-9A-Za-z])")
ESCAPED: Final = re.compile(rb"#([0-9A-Fa-f]{2})")
OBJECT_STREAM: Final = re.compile(rb"/ObjStm\b.{0,2000}?stream\r?\n", re.DOTALL)
PICTURES: Final = {"jpeg": "JPEG", "png": "PNG"}


@dataclass(frozen=True, slots=True)
class Kind:
    key: str
    media_type: str
    mark: str = ""
    """The part of a zip by which it is known."""


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
    )
}


def checked(content: bytes, *, kinds: Collection[str]) -> tuple[Kind, bytes]:
    """What it is and what to keep of it; RefusedFileError says why not."""
    kind = kind_of(content)
    if kind is None or kind.key not in kinds:
        raise RefusedFileError(why=_("只收 {kinds}，看内容不看扩展名。").format(kinds="、".join(sorted(kinds))))
    if kind.key in PICTURES:
        return kind, picture_anew(content, PICTURES[kind.key])
    if kind.key == "pdf":
        refuse_active_pdf(content)
    if kind.mark:
        refuse_unsafe_zip(content)
    return kind, content


def kind_of(content: bytes) -> Kind | None:
    if content.startswith(b"%PDF-"):
        return KINDS["pdf"]
    if content.startswith(b"\xff\xd8\xff"):
        return KINDS["jpeg"]
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return KINDS["png"]
    if content.startswith(b"PK"):
        return kind_of_zip(content)
    if content.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        return KINDS["xml"] if is_plain_xml(content) else None
    return KINDS["txt"] if is_text(content) else None


def kind_of_zip(content: bytes) -> Kind | None:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        return None
    return next((kind for kind in KINDS.values() if kind.mark and kind.mark in names), None)


def is_plain_xml(content: bytes) -> bool:
    """Neither a page nor a drawing, and without a DTD: a browser would run the one, a reader be blown up by the other."""
    try:
        tag = str(ElementTree.fromstring(content, forbid_dtd=True).tag)
    except (ElementTree.ParseError, DefusedXmlException, ValueError, LookupError):
        return False
    return tag.rpartition("}")[2].lower() not in {"html", "svg"}


def is_text(content: bytes) -> bool:
    try:
        text = content.decode()
    except UnicodeDecodeError:
        return False
    return bool(text) and all(sign.isprintable() or sign in "\r\n\t\ufeff\u3000\u00a0" for sign in text)


def picture_anew(content: bytes, form: str) -> bytes:
    """Pixels alone: no EXIF, comment, profile or hidden tail."""
    try:
        opened = Image.open(io.BytesIO(content), formats=[form])
        if opened.width * opened.height > MOST_PIXELS:
            raise RefusedFileError(why=_("图片像素太多。"))
        picture = ImageOps.exif_transpose(opened)
        picture = picture.convert("RGB" if form == "JPEG" or not picture.has_transparency_data else "RGBA")
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError, ValueError, SyntaxError) as broken:
        raise RefusedFileError(why=_("图片不完整。")) from broken
    clean = Image.new(picture.mode, picture.size)
    clean.paste(picture)
    out = io.BytesIO()
    clean.save(out, form, quality=JPEG_QUALITY, optimize=True)
    return out.getvalue()


def refuse_active_pdf(content: bytes) -> None:
    """Scripts and programs, also under escaped names and in packed objects; an encrypted one cannot be looked into."""
    if b"%%EOF" not in content[-2048:]:
        raise RefusedFileError(why=_("PDF 不完整。"))
    if re.search(rb"/Encrypt(?![0-9A-Za-z])", content):
        raise RefusedFileError(why=_("PDF 加了密码或限制，无法检查；请存为不加密的 PDF。"))
    for part in (content, *unpacked_objects(content)):
        if ACTIVE_NAMES.search(ESCAPED.sub(lambda found: bytes.fromhex(found[1].decode()), part)):
            raise RefusedFileError(why=_("PDF 里有脚本或要启动的程序。"))


def unpacked_objects(content: bytes) -> Iterator[bytes]:
    left = LARGEST_STREAM
    for found in OBJECT_STREAM.finditer(content):
        unpacker = zlib.decompressobj()
        try:
            part = unpacker.decompress(content[found.end() :], left)
        except zlib.error:
            continue
        left -= len(part)
        if left <= 0 or unpacker.unconsumed_tail:
            raise RefusedFileError(why=_("解开后太大，不安全。"))
        yield part


def refuse_unsafe_zip(content: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = [name.lower() for name in archive.namelist()]
            check_parts(archive)
    except CampusError as refused:
        raise RefusedFileError(why=_("解开后太大，不安全。")) from refused
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, RuntimeError, NotImplementedError) as broken:
        raise RefusedFileError(why=_("文件不完整。")) from broken
    if any(name.endswith(("vbaproject.bin", ".exe", ".dll", ".js", ".vbs")) or "activex" in name for name in names):
        raise RefusedFileError(why=_("里面有宏或程序。"))
