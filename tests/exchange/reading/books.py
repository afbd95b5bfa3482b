"""Workbooks written by hand, part by part, so that a test says exactly what stands in the file."""

import zipfile
from collections.abc import Sequence
from io import BytesIO
from xml.sax.saxutils import escape

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"

TYPES = f'<Types xmlns="{PACKAGE}/content-types"/>'
# The styles of a test's cells by number: none, a day, a day with its time, percent, a time, ten digits.
STYLES = f"""<styleSheet xmlns="{MAIN}"><numFmts count="4">
  <numFmt numFmtId="164" formatCode="[$-421]dd\\ mmmm\\ yyyy"/>
  <numFmt numFmtId="165" formatCode="0000000000"/>
  <numFmt numFmtId="166" formatCode="&quot;Rp&quot;#,##0_);[Red]\\(&quot;Rp&quot;#,##0\\)"/>
</numFmts>
<cellStyleXfs><xf numFmtId="14"/></cellStyleXfs>
<cellXfs><xf numFmtId="0"/><xf numFmtId="164"/><xf numFmtId="22"/><xf numFmtId="10"/><xf numFmtId="46"/>
  <xf numFmtId="165"/><xf numFmtId="166"/></cellXfs></styleSheet>"""
PLAIN, DAY, MOMENT, PERCENT, TIME, TEN_DIGITS, RUPIAH = range(7)


def text(place: str, content: str) -> str:
    return f'<c r="{place}" t="inlineStr"><is><t xml:space="preserve">{escape(content)}</t></is></c>'


def number(place: str, stored: object, style: int = PLAIN) -> str:
    return f'<c r="{place}" s="{style}"><v>{stored}</v></c>'


def row(at: int, *cells: str) -> str:
    return f'<row r="{at}">{"".join(cells)}</row>'


HEADER = row(1, text("A1", "Nama"), text("B1", "Nilai"))


def sheet(*rows: str, before: str = "", after: str = "") -> str:
    return f'<worksheet xmlns="{MAIN}">{before}<sheetData>{"".join(rows)}</sheetData>{after}</worksheet>'


def workbook(sheets: Sequence[tuple[str, str]] = (("Data", "visible"),), *, is_1904: bool = False) -> str:
    listed = "".join(
        f'<sheet name="{name}" sheetId="{at}" state="{state}" r:id="rId{at}"/>'
        for at, (name, state) in enumerate(sheets, 1)
    )
    epoch = f'<workbookPr date1904="{int(is_1904)}"/>'
    return f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}">{epoch}<sheets>{listed}</sheets></workbook>'


def relations(sheets: int, *, strings: bool = False) -> str:
    kinds = [(f"rId{at}", "worksheet", f"worksheets/sheet{at}.xml") for at in range(1, sheets + 1)]
    kinds.append(("rIdStyles", "styles", "/xl/styles.xml"))
    if strings:
        kinds.append(("rIdStrings", "sharedStrings", "sharedStrings.xml"))
    each = "".join(f'<Relationship Id="{i}" Type="{OFFICE}/{k}" Target="{t}"/>' for i, k, t in kinds)
    return f'<Relationships xmlns="{PACKAGE}/relationships">{each}</Relationships>'


def packed(parts: dict[str, str | bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w", compression, compresslevel=1) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


def parts_of(
    *sheets: str,
    names: Sequence[tuple[str, str]] | None = None,
    strings: str | None = None,
    styles: str = STYLES,
    is_1904: bool = False,
) -> dict[str, str | bytes]:
    """The parts of a workbook with these sheets; `names` are their names and states."""
    names = names or [(f"Data{at}", "visible") for at in range(1, len(sheets) + 1)]
    parts: dict[str, str | bytes] = {
        "[Content_Types].xml": TYPES,
        "xl/workbook.xml": workbook(names, is_1904=is_1904),
        "xl/_rels/workbook.xml.rels": relations(len(sheets), strings=strings is not None),
        "xl/styles.xml": styles,
    }
    if strings is not None:
        parts["xl/sharedStrings.xml"] = strings
    return parts | {f"xl/worksheets/sheet{at}.xml": content for at, content in enumerate(sheets, 1)}


def book(*rows: str, is_1904: bool = False, strings: str | None = None) -> bytes:
    """A workbook with one sheet of these rows."""
    return packed(parts_of(sheet(*rows), is_1904=is_1904, strings=strings))
