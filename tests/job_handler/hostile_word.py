"""Word files, and what says it is one, that are made to hurt: see hostile.py."""

import io
import zipfile
from collections.abc import Callable, Iterable

import docx

from tests.job_handler.hostile_pdf import PLANTS, TEXT

WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def word(body: str = "", more: Iterable[tuple[str, bytes]] = (), *, text: str = PLANTS) -> bytes:
    """A Word file with this text, then this XML in its body, then more parts."""
    document = docx.Document()
    document.add_paragraph(text)
    store = io.BytesIO()
    document.save(store)
    return changed(store.getvalue(), lambda xml: xml.replace(b"<w:sectPr", body.encode() + b"<w:sectPr", 1), more)


def changed(data: bytes, edit: Callable[[bytes], bytes], more: Iterable[tuple[str, bytes]] = ()) -> bytes:
    """Another main part, and more parts, which may take the place of those that are there."""
    store, added = io.BytesIO(), dict(more)
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(store, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            if name not in added:
                new.writestr(name, edit(old.read(name)) if name == "word/document.xml" else old.read(name))
        for name, part in added.items():
            new.writestr(name, part)
    return store.getvalue()


def zipped(*parts: tuple[str, bytes], packing: int = zipfile.ZIP_DEFLATED) -> bytes:
    store = io.BytesIO()
    with zipfile.ZipFile(store, "w", packing) as archive:
        for name, data in parts:
            archive.writestr(name, data)
    return store.getvalue()


def zip_bomb() -> bytes:
    store = io.BytesIO()
    with zipfile.ZipFile(store, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("word/document.xml", "w") as part:
        for _ in range(64):
            part.write(b" " * 2**20)
    return store.getvalue()


def lying_zip() -> bytes:
    """Its directory says of the main part that it unpacks to little."""
    data = bytearray(zip_bomb())
    at = data.rindex(b"PK\x01\x02") + 24
    data[at : at + 4] = (1000).to_bytes(4, "little")
    return bytes(data)


def locked_zip() -> bytes:
    data = bytearray(word())
    at = -1
    while (at := data.find(b"PK\x01\x02", at + 1)) >= 0:
        data[at + 8] |= 1
    return bytes(data)


def doctype(declared: str, used: str) -> bytes:
    def edit(xml: bytes) -> bytes:
        root = xml.index(b"<w:document")
        return (
            xml[:root] + f"<!DOCTYPE w:document [{declared}]>".encode() + xml[root:].replace(b"Photo", used.encode(), 1)
        )

    return changed(word(), edit)


def laughing() -> bytes:
    lines = ['<!ENTITY a0 "haha">', *(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12))]
    return doctype("".join(lines), "&a11;")


def in_utf16() -> bytes:
    declared = '<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE a [<!ENTITY b "c">]>'
    xml = f'{declared}<w:document xmlns:w="{WORD}">&b;</w:document>'
    return word(more=[("word/document.xml", xml.encode("utf-16"))])


def linked() -> bytes:
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    relation = (
        f'<Relationship Id="rId99" Type="{kind}/attachedTemplate" Target="http://127.0.0.1:9/x" TargetMode="External"/>'
    )
    with zipfile.ZipFile(io.BytesIO(word())) as archive:
        rels = archive.read("word/_rels/document.xml.rels").decode()
    changed_rels = rels.replace("</Relationships>", relation + "</Relationships>")
    return word(more=[("word/_rels/document.xml.rels", changed_rels.encode())])


def circling() -> bytes:
    """Two styles, each based on the other."""
    with zipfile.ZipFile(io.BytesIO(word())) as archive:
        styles = archive.read("word/styles.xml").decode()
    both = "".join(
        f'<w:style w:type="paragraph" w:styleId="{own}"><w:name w:val="{own}"/><w:basedOn w:val="{other}"/></w:style>'
        for own, other in (("One", "Two"), ("Two", "One"))
    )
    body = '<w:p><w:pPr><w:pStyle w:val="One"/></w:pPr><w:r><w:t>round</w:t></w:r></w:p>'
    return word(body, more=[("word/styles.xml", styles.replace("</w:styles>", both + "</w:styles>").encode())])


def with_macros() -> bytes:
    with zipfile.ZipFile(io.BytesIO(word())) as archive:
        types = archive.read("[Content_Types].xml").decode()
    plain = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
    macro = types.replace(plain, "application/vnd.ms-word.document.macroEnabled.main+xml")
    return word(more=[("[Content_Types].xml", macro.encode()), ("word/vbaProject.bin", b"\xd0\xcf\x11\xe0")])


def ole(stream_name: str) -> bytes:
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + stream_name.encode("utf-16-le") + bytes(600)


def tables(depth: int) -> str:
    return (
        "<w:tbl><w:tr><w:tc>" * depth + f"<w:p><w:r><w:t>{PLANTS}</w:t></w:r></w:p>" + "</w:tc></w:tr></w:tbl>" * depth
    )


FILES: list[tuple[str, str, Callable[[], bytes], str]] = [
    ("a Word file that unpacks to 64 MB", "a.docx", zip_bomb, "document_too_large"),
    ("a Word file that lies about its size", "a.docx", lying_zip, "broken_file"),
    (
        "a Word file of more than five thousand parts",
        "a.docx",
        lambda: word(more=[(f"word/{n}.xml", b"") for n in range(5001)]),
        "document_too_large",
    ),
    ("a Word file with archives inside", "a.docx", lambda: word(more=[("word/embeddings/a.zip", zip_bomb())]), TEXT),
    ("a Word file that laughs a billion times", "a.docx", laughing, "broken_file"),
    (
        "a Word file that asks for another file",
        "a.docx",
        lambda: doctype('<!ENTITY b SYSTEM "file:///etc/passwd">', "&b;"),
        "broken_file",
    ),
    ("a Word file that hides its DOCTYPE in UTF-16", "a.docx", in_utf16, "broken_file"),
    ("a Word file with a template elsewhere", "a.docx", linked, TEXT),
    ("styles that rest on each other", "a.docx", circling, TEXT),
    ("a Word file without XML", "a.docx", lambda: word(more=[("word/document.xml", b"<w:doc")]), "broken_file"),
    ("a Word file with macros", "a.docm", with_macros, "format_not_read"),
    ("a Word file with a way out", "a.docx", lambda: word(more=[("../../../tmp/owned", b"x")]), TEXT),
    ("a Word file with a password inside its archive", "a.docx", locked_zip, "password_needed"),
    ("tables five thousand deep", "a.docx", lambda: word(tables(5_000)), "broken_file"),
    ("tables sixty deep", "a.docx", lambda: word(tables(60)), TEXT),
    ("a million empty paragraphs", "a.docx", lambda: word("<w:p/>" * 1_000_000), "document_too_large"),
    ("many empty paragraphs", "a.docx", lambda: word("<w:p/>" * 15_000), TEXT),
    ("a Word file with a password", "a.docx", lambda: ole("EncryptedPackage"), "password_needed"),
    ("an old Word file", "a.doc", lambda: ole("WordDocument"), "format_not_read"),
    ("an archive", "a.docx", lambda: zipped(("a.txt", b"x")), "format_not_read"),
    ("slides", "a.docx", lambda: zipped(("ppt/presentation.xml", b"x")), "format_not_read"),
    ("an archive with a wrong sum", "a.docx", lambda: word().replace(b"PK\x01\x02", b"PK\x01\x03", 1), "broken_file"),
]
