"""Files as people hand them in, well and ill."""

import io
import zipfile
import zlib

from PIL import Image

PDF = b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
XML = '<?xml version="1.0" encoding="UTF-8"?><发票 xmlns="urn:x"><金额>12.50</金额></发票>'.encode()
TEXT = "第一行\n第二行\n".encode()


def zipped(*names, content=b"<x/>", method=zipfile.ZIP_DEFLATED):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name in names:
            archive.writestr(name, content)
    return out.getvalue()


def picture(form="JPEG", size=(40, 30), **options):
    out = io.BytesIO()
    Image.new("RGB", size, (18, 92, 124)).save(out, form, **options)
    return out.getvalue()


def with_exif():
    exif = Image.Exif()
    exif[0x010E] = "taken at home"
    exif[0x0112] = 6
    return picture(exif=exif, comment=b"secret comment")


def pdf_with(part):
    return PDF.replace(b"/Type/Catalog", b"/Type/Catalog" + part)


def pdf_with_packed(part):
    packed = zlib.compress(b"1 0 <<" + part + b">>")
    stream = b"7 0 obj<</Type/ObjStm/Filter/FlateDecode/N 1/First 4/Length %d>>stream\n" % len(packed)
    return PDF.replace(b"trailer", stream + packed + b"\nendstream endobj\ntrailer")


DOCX = zipped("[Content_Types].xml", "word/document.xml")
XLSX = zipped("[Content_Types].xml", "xl/workbook.xml")
OFD = zipped("OFD.xml", "Doc_0/Document.xml")
WELL = {
    "pdf": PDF,
    "jpeg": picture(),
    "png": picture("PNG"),
    "xml": XML,
    "txt": TEXT,
    "docx": DOCX,
    "xlsx": XLSX,
    "ofd": OFD,
}
ILL = {
    "a page": b"<html><script>alert(1)</script></html>",
    "a page in XML": b'<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"/>',
    "a drawing": b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
    "entities": b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>',
    "broken XML": b"<a><b></a>",
    "a program": b"MZ\x90\x00" + bytes(200),
    "an old workbook": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(200),
    "a plain zip": zipped("a.txt"),
    "half a zip": DOCX[: len(DOCX) // 2],
    "macros": zipped("[Content_Types].xml", "word/document.xml", "word/vbaProject.bin"),
    "a program in it": zipped("word/document.xml", "word/embeddings/run.exe"),
    "a bomb": zipped("word/document.xml", content=bytes(300 * 1024 * 1024)),
    "the same part twice": zipped("word/document.xml", "a", "A"),
    "a cut picture": picture()[:200],
    "a picture of another name": b"\xff\xd8\xff" + TEXT,
    "a picture too large": picture("PNG", size=(9000, 5000)),
    "half a PDF": PDF[:40],
    "a script": pdf_with(b"/OpenAction<</S/JavaScript/JS(x)>>"),
    "an escaped script": pdf_with(b"/OpenAction<</S/Java#53cript/J#53(x)>>"),
    "a packed script": pdf_with_packed(b"/S/JavaScript"),
    "a launcher": pdf_with(b"/A<</S/Launch/F(cmd.exe)>>"),
    "an encrypted PDF": PDF.replace(b"/Root 1 0 R", b"/Root 1 0 R/Encrypt 9 0 R"),
    "control characters": b"a\x00b",
    "another encoding": "中文".encode("gb18030"),
}
