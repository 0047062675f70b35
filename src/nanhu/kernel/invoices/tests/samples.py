"""One invoice in three forms: the XML of the tax office, an OFD with its custom tags, and a PDF as it is printed."""

import io
import zipfile
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import typst

from nanhu.kernel.printing import fonts

NUMBER = "26432000000012345678"
SELLER = "联想（北京）有限公司"
LINES = (
    ("*计算机*台式计算机", "启天 M550", "台", "2", "6193.805", "12387.61", "13%", "1610.39"),
    ("*电子设备*激光打印机", "M2", "台", "1", "1769.91", "1769.91", "13%", "230.09"),
)
TOTAL = "15998.00"
ITEM = """<IssuItemInformation><ItemName>{}</ItemName><SpecMod>{}</SpecMod><MeaUnits>{}</MeaUnits><Quantity>{}</Quantity>
<UnPrice>{}</UnPrice><Amount>{}</Amount><TaxRate>{}</TaxRate><ComTaxAm>{}</ComTaxAm></IssuItemInformation>"""
TAGS = ("Item", "Specification", "MeasurementDimension", "Quantity", "Price", "Amount", "TaxScheme", "TaxAmount")
OFD = 'xmlns:ofd="http://www.ofdspec.org/2016"'


def as_xml(lines=LINES, *, total=TOTAL, encoding="UTF-8"):
    text = f"""<?xml version="1.0" encoding="{encoding}"?>
<EInvoice><EInvoiceData><SellerInformation><SellerName>{SELLER}</SellerName></SellerInformation>
<BasicInformation><TotalTax-includedAmount>{total}</TotalTax-includedAmount></BasicInformation>
{"".join(ITEM.format(*one) for one in lines)}</EInvoiceData>
<TaxSupervisionInfo><InvoiceNumber>{NUMBER}</InvoiceNumber><IssueTime>2026-09-02</IssueTime></TaxSupervisionInfo></EInvoice>"""
    return text.encode(encoding)


def as_ofd(lines=LINES, *, total=TOTAL, carried=b""):
    """By GB/T 33190: words on a page, and tags that say of which kind each of them is, a column after the other."""
    words = [
        ("InvoiceNo", NUMBER),
        ("IssueDate", "2026年09月02日"),
        ("SellerName", SELLER),
        ("TaxInclusiveTotalAmount", f"¥{total}"),
        *((tag, one[at]) for at, tag in enumerate(TAGS) for one in lines if one[at]),
    ]
    texts = "".join(
        f'<ofd:TextObject ID="{at}" Boundary="0 0 9 9"><ofd:TextCode X="0" Y="{at}">{word}</ofd:TextCode></ofd:TextObject>'
        for at, (_tag, word) in enumerate(words, start=10)
    )
    tags = "".join(
        f'<{tag}><ofd:ObjectRef PageRef="1">{at}</ofd:ObjectRef></{tag}>'
        for at, (tag, _word) in enumerate(words, start=10)
    )
    root = "/Doc_0/Document.xml"
    parts = {
        "OFD.xml": f"<ofd:OFD {OFD}><ofd:DocBody><ofd:DocInfo/><ofd:DocRoot>{root}</ofd:DocRoot></ofd:DocBody></ofd:OFD>",
        "Doc_0/Document.xml": f'<ofd:Document {OFD}><ofd:CommonData/><ofd:Pages><ofd:Page ID="1" BaseLoc="Page.xml"/></ofd:Pages>'
        "<ofd:CustomTags>Tags.xml</ofd:CustomTags></ofd:Document>",
        "Doc_0/Page.xml": f'<ofd:Page {OFD}><ofd:Content><ofd:Layer ID="2">{texts}</ofd:Layer></ofd:Content></ofd:Page>',
        "Doc_0/Tags.xml": f"<ofd:CustomTags {OFD}><ofd:CustomTag><ofd:FileLoc>Tag.xml</ofd:FileLoc></ofd:CustomTag></ofd:CustomTags>",
        "Doc_0/Tag.xml": f"<ofd:root {OFD}>{tags}</ofd:root>",
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name, f'<?xml version="1.0" encoding="UTF-8"?>{text}')
        if carried:
            archive.writestr("Doc_0/Attachs/invoice.xml", carried)
    return out.getvalue()


@cache
def as_pdf(lines=LINES, *, total=TOTAL, carried=b""):
    """The columns of the print as wide as they are there: what is long is broken within them."""
    cells = "".join(f"[#{typst_string(one)}]," for line in lines for one in line)
    attached = '#pdf.attach("invoice.xml", relationship: "data")' if carried else ""
    source = f"""
#set page(width: 210mm, height: 140mm, margin: 8mm)
#set text(font: ("FandolSong", "Noto Serif CJK SC"), size: 8pt)
{attached}
#align(center, text(14pt)[电子发票（增值税专用发票）])
#grid(columns: (1fr, 60mm), [], [发票号码：{NUMBER} \\ 开票日期：2026年09月02日])
#grid(columns: (5mm, 92mm, 5mm, 92mm), [买], [名称：江南大学 \\ 统一社会信用代码/纳税人识别号：12], [售], [名称：{SELLER} \\ 统一社会信用代码/纳税人识别号：91])
#table(stroke: none, columns: (42mm, 30mm, 12mm, 16mm, 26mm, 26mm, 18mm, 24mm), inset: 1.5pt,
  align: (left, left, center, right, right, right, center, right),
  align(center)[项目名称], align(center)[规格型号], [单 位], align(center)[数 量], align(center)[单 价], align(center)[金 额], [税率/征收率], align(center)[税 额],
  {cells}
  [合#h(8mm)计], [], [], [], [], [¥{sum_of(lines, 5)}], [], [¥{sum_of(lines, 7)}])
#grid(columns: (50mm, 1fr, 60mm), [价税合计（大写）], [壹万伍仟玖佰玖拾捌圆整], [（小写）¥{total}])
备注：合同 2026-17
"""
    with TemporaryDirectory() as folder:
        (Path(folder) / "page.typ").write_text(source)
        (Path(folder) / "invoice.xml").write_bytes(carried or b"<x/>")
        folders = sorted({str(file.parent) for file in fonts.present()})
        return typst.compile(f"{folder}/page.typ", root=folder, font_paths=folders, ignore_system_fonts=True)


def typst_string(text):
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def sum_of(lines, column):
    return f"{sum(float(one[column]) for one in lines if one[column].strip('*')):.2f}"
