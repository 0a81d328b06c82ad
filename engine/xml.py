"""The one closed XML parser, for diagrams and for packets.

What it refuses it refuses before anything else sees the tree: document types, entities, network access
(OWASP XXE), and sizes that only an attack has.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

from lxml import etree

from engine.domain.packet import PacketRefused
from engine.domain.system import Tag

LARGEST = 2 * 1024 * 1024
"""Bytes of one document."""
MOST_ELEMENTS = 20_000
MOST_ATTRIBUTES = 200
"""On one element."""
MOST_FLOW_NODES = 5_000

OMG = "http://www.omg.org/spec/"
BPMN = f"{OMG}BPMN/20100524/MODEL"
XINCLUDE = "http://www.w3.org/2001/XInclude"
FLOW_NODE_ENDINGS = ("Task", "task", "Event", "Gateway", "ubProcess", "Activity", "transaction", "Choreography")


class XmlRefused(Exception):
    """The document is not taken. ``code`` names the rule; the texts say what and why."""

    def __init__(self, code: str, vi: str, en: str, line: int | None = None) -> None:
        super().__init__(en)
        self.code, self.vi, self.en, self.line = code, vi, en, line


def parse(content: bytes) -> etree._Element:
    """Read a document into a tree without following anything that it points to.

    Raises:
        XmlRefused: not XML, a DOCTYPE, or larger than a diagram can be.
    """
    _check_size(content)
    root = _tree(content)
    _check_no_doctype(root)
    _check_counts(root)
    return root


def _check_size(content: bytes) -> None:
    if len(content) > LARGEST:
        raise XmlRefused(
            "xmlTooLarge",
            f"Tệp lớn {len(content)} byte, vượt giới hạn {LARGEST} byte.",
            f"The file has {len(content)} bytes, more than the {LARGEST} allowed.",
        )


def _tree(content: bytes) -> etree._Element:
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False, huge_tree=False, remove_pis=True
    )
    try:
        return etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        line = getattr(error, "lineno", None)
        raise XmlRefused(
            "notXml", f"Tệp không phải XML đúng cú pháp: {error}", f"The file is not well-formed XML: {error}", line
        ) from error


def _check_no_doctype(root: etree._Element) -> None:
    if _doctype(root):
        raise XmlRefused(
            "doctype",
            "Tệp có khai báo DOCTYPE; vì an toàn, DOCTYPE và thực thể không được chấp nhận.",
            "The file has a DOCTYPE; for safety, document types and entities are not accepted.",
        )


def _doctype(root: etree._Element) -> str:
    info: Any = root.getroottree().docinfo
    return str(info.doctype or "")


def packet(content: bytes) -> Tag:
    """A packet as plain tags.

    Raises:
        PacketRefused: the document is not taken.
    """
    try:
        return _tag(parse(content))
    except XmlRefused as refused:
        raise PacketRefused("notReadable", refused.code) from None


def _tag(element: etree._Element) -> Tag:
    return Tag(local(element), element.text or "", tuple(_tag(inner) for inner in element if local(inner)))


def line_of(element: etree._Element) -> int | None:
    """The line of the file that an element begins on."""
    line: Any = element.sourceline
    return None if line is None else int(line)


def _check_counts(root: etree._Element) -> None:
    flow_nodes = 0
    for number, element in enumerate(root.iter(), 1):
        if number > MOST_ELEMENTS:
            raise _too_many("elements", "phần tử", MOST_ELEMENTS, element)
        if len(element.attrib) > MOST_ATTRIBUTES:
            raise _too_many("attributes", "thuộc tính", MOST_ATTRIBUTES, element)
        if element.tag is etree.Entity or (isinstance(element.tag, str) and element.tag.startswith(f"{{{XINCLUDE}}}")):
            raise XmlRefused(
                "xmlInclusion", "Tệp tham chiếu nội dung bên ngoài.", "The file includes content from elsewhere.",
                line_of(element),
            )  # fmt: skip
        if is_flow_node(element):
            flow_nodes += 1
            if flow_nodes > MOST_FLOW_NODES:
                raise _too_many("flow nodes", "nút", MOST_FLOW_NODES, element)


def _too_many(what: str, cai_gi: str, limit: int, element: etree._Element) -> XmlRefused:
    return XmlRefused(
        "xmlTooLarge",
        f"Tệp có hơn {limit} {cai_gi}.",
        f"The file has more than {limit} {what}.",
        line_of(element),
    )


def local(element: etree._Element) -> str:
    """Tag without its namespace; empty for comments."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def is_bpmn(element: etree._Element) -> bool:
    """In the namespace of BPMN 2.0."""
    return isinstance(element.tag, str) and element.tag.startswith(f"{{{BPMN}}}")


def is_of_omg(element: etree._Element) -> bool:
    """Of the standard: the model or its drawing."""
    return isinstance(element.tag, str) and element.tag.startswith(f"{{{OMG}")


def is_flow_node(element: etree._Element) -> bool:
    """An activity, event or gateway (BPMN 2.0.2, 8.4.9)."""
    return is_bpmn(element) and local(element).endswith(FLOW_NODE_ENDINGS)


def repeated_ids(root: etree._Element) -> list[etree._Element]:
    """Elements whose id an earlier element has; ids inside other vendors' elements are their own business."""
    seen: Counter[str] = Counter()
    again = []
    for element in root.iter():
        if is_of_omg(element) and (id := element.get("id")) is not None:
            seen[id] += 1
            if seen[id] > 1:
                again.append(element)
    return again
