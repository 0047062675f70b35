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


def noisy_jpeg():
    """Smaller than the program would save it."""
    out = io.BytesIO()
    Image.effect_noise((300, 300), 90).save(out, "JPEG", quality=20)
    return out.getvalue()


def with_exif():
    exif = Image.Exif()
    exif[0x010E] = "taken at home"
    exif[0x0112] = 6
    return picture(exif=exif, comment=b"secret comment")


def pdf_with(part):
    return PDF.replace(b"/Type/Catalog", b"/Type/Catalog" + part)


def pdf_with_stream(body, says=b""):
    stream = b"7 0 obj<<" + says + b"/Length %d>>stream\n" % len(body)
    return PDF.replace(b"trailer", stream + body + b"\nendstream endobj\ntrailer")


def pdf_with_packed(part, says=b"/Type/ObjStm/Filter/FlateDecode/N 1/First 4"):
    return pdf_with_stream(zlib.compress(b"1 0 <<" + part + b">>"), says)


def pdf_with_object(text):
    return PDF.replace(b"trailer", text + b"\ntrailer")


def zipped_parts(**parts):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name.replace("__", "/"), content)
    return out.getvalue()


SCRIPT = b"/S/JavaScript/JS(x)"
HIDDEN = {
    "with no type": pdf_with_packed(SCRIPT, b"/Filter/FlateDecode/N 1/First 4"),
    "with an escaped type": pdf_with_packed(SCRIPT, b"/Type/Obj#53tm/Filter/Flate#44ecode/N 1/First 4"),
    "with a filter in a list": pdf_with_packed(SCRIPT, b"/Type/ObjStm/Filter [ /FlateDecode ]/N 1/First 4"),
    "with two filters": pdf_with_packed(b"/S/X", b"/Type/ObjStm/Filter[/FlateDecode/ASCIIHexDecode]/N 1/First 4"),
    "with another filter": pdf_with_packed(b"/S/X", b"/Type/ObjStm/Filter/LZWDecode/N 1/First 4"),
    "with a filter elsewhere": pdf_with_packed(b"/S/X", b"/Type/ObjStm/Filter 9 0 R/N 1/First 4"),
    "with a predictor": pdf_with_packed(
        b"/S/X", b"/Type/ObjStm/Filter/FlateDecode/DecodeParms<</Predictor 12>>/N 1/First 4"
    ),
    "damaged": pdf_with_stream(b"no deflate", b"/Type/ObjStm/Filter/FlateDecode/N 1/First 4"),
    "cut": pdf_with_stream(zlib.compress(bytes(range(256)) * 9)[:90], b"/Type/ObjStm/Filter/FlateDecode/N 1/First 4"),
    "not packed": pdf_with_stream(b"1 0 <<" + SCRIPT + b">>", b"/Type/ObjStm/N 1/First 4"),
    "in an object in a stream": pdf_with_stream(b"x 8 0 obj<<" + SCRIPT + b">>endobj"),
    "in an object in a stream, on its line": pdf_with_stream(b"8 0%\nobj\n<<" + SCRIPT + b">>endobj"),
    "behind a string": pdf_with_object(b"8 0 obj<</A(>>stream\n)" + SCRIPT + b">>endobj"),
    "behind strings": pdf_with_object(b"8 0 obj<</B(>>)/A<<>>stream\n" + SCRIPT + b">>endobj"),
    "behind a comment": pdf_with_object(b"8 0 obj<<%)\n/A(>>stream\n)" + SCRIPT + b">>endobj"),
    "behind a name": pdf_with_object(b"8 0 obj<</Astream\n 1" + SCRIPT + b">>endobj"),
    "behind a word": pdf_with_object(b"8 0 obj<</A<<>>stream\n" + SCRIPT + b">>endobj"),
    "behind a stream": pdf_with_stream(b"x").replace(
        b"endobj\ntrailer", b"endobj\n9 0 obj<<" + SCRIPT + b">>endobj\ntrailer"
    ),
    "with encryption under an escaped name": PDF.replace(b"/Root 1 0 R", b"/Root 1 0 R/Encr#79pt 9 0 R"),
}
OUTSIDE = b'<Relationships><Relationship Type="http://x/relationships/attachedTemplate" Target="http://x/a.dotm" TargetMode="External"/></Relationships>'
TYPES = b'<Types><Override PartName="/word/x.bin" ContentType="application/vnd.ms-office.vbaProject"/></Types>'


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
    "the same part twice": zipped("word/document.xml", "a", "A"),
    "a cut picture": picture()[:200],
    "a picture of another name": b"\xff\xd8\xff" + TEXT,
    "half a PDF": PDF[:40],
    "a script": pdf_with(b"/OpenAction<</S/JavaScript/JS(x)>>"),
    "an escaped script": pdf_with(b"/OpenAction<</S/Java#53cript/J#53(x)>>"),
    "a packed script": pdf_with_packed(b"/S/JavaScript"),
    "a launcher": pdf_with(b"/A<</S/Launch/F(cmd.exe)>>"),
    "an encrypted PDF": PDF.replace(b"/Root 1 0 R", b"/Root 1 0 R/Encrypt 9 0 R"),
    "a packing that nobody reads": zipped("word/document.xml", content=bytes(2000), method=zipfile.ZIP_LZMA).replace(
        b"\x09\x04\x05\x00", b"\x09\x04\x05\x00\xff"
    ),
    "macros of a sheet": zipped("xl/workbook.xml", "xl/macrosheets/sheet1.xml"),
    "macros under another name": zipped_parts(
        **{"word__document.xml": b"<x/>", "word__x.bin": b"\xd0\xcf\x11\xe0" + bytes(99)}
    ),
    "macros by their type": zipped_parts(**{"word__document.xml": b"<x/>", "[Content_Types].xml": TYPES}),
    "a template of elsewhere": zipped_parts(
        **{"word__document.xml": b"<x/>", "word___rels__settings.xml.rels": OUTSIDE}
    ),
    "a script in XML": b'<a><script xmlns="http://www.w3.org/1999/xhtml">alert(1)</script></a>',
    "a style sheet": b'<?xml version="1.0"?><?xml-stylesheet type="text/xsl" href="x"?><a/>',
    "control characters": b"a\x00b",
    "another encoding": "中文".encode("gb18030"),
}
LARGE = {
    "a bomb": lambda: zipped("word/document.xml", content=bytes(300 * 1024 * 1024)),
    "a picture too large": lambda: picture("PNG", size=(9000, 5000)),
}
"""Made by whoever needs them: each takes a second."""
