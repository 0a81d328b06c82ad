"""The XML schema of BPMN 2.0, and what its validator finds, in words that a person who draws can use.

The schema comes with SpiffWorkflow. Other vendors' attributes and extension elements are open to everybody in it; the
drawing (BPMN DI) is validated as well.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any

from lxml import etree
from SpiffWorkflow.bpmn.parser.BpmnParser import XSD_PATH

from engine.runtime.diagram import XSI, Diagram, Element, bpmn
from engine.runtime.language import LanguageError
from engine.runtime.report import Report, called, identified
from engine.xml import OMG, line_of, local, parse

MOST_TOLD = 50
"""Violations told of one file: who gets more has another kind of file."""


_XSD = "{http://www.w3.org/2001/XMLSchema}"
_ONE_AT_A_TIME = Lock()
"""A validator of lxml keeps the errors of its last document."""
_HEAD = re.compile(r"Element '([^']*)'(?:, attribute '([^']*)')?: (.*)", re.DOTALL)
_STEP = re.compile(r"([^\[]+)(?:\[(\d+)\])?")
_LONGEST, _MOST_NAMED = 80, 5
_INHERITED = frozenset({bpmn("documentation"), bpmn("extensionElements")})
"""Definitions have them as every element has (8.2.1); the schema forgot them, Signavio writes them."""

SAME: dict[str, frozenset[str]] = {
    "id": frozenset({"missingId", "duplicateId", "badId"}),
    "sourceRef": frozenset({"danglingFlow", "flowAcrossScopes", "referenceDangling", "referenceWrongKind"}),
    "targetRef": frozenset({"danglingFlow", "flowAcrossScopes", "referenceDangling", "referenceWrongKind"}),
    "attachedToRef": frozenset({"boundaryWithoutHost"}),
    "default": frozenset({"defaultNotOutgoing"}),
    "loopMaximum": frozenset({"loopRefused"}),
    "behavior": frozenset({"notExecuted"}),
    "startQuantity": frozenset({"notExecuted"}),
    "completionQuantity": frozenset({"notExecuted"}),
    "messageRef": frozenset({"referenceMissing", "referenceDangling"}),
    "signalRef": frozenset({"referenceMissing", "referenceDangling"}),
    "errorRef": frozenset({"referenceMissing", "referenceDangling"}),
    "escalationRef": frozenset({"referenceMissing", "referenceDangling"}),
    "processRef": frozenset({"referenceDangling"}),
}
"""Attribute to the rules of ours that say the same of it, and say it better."""


def check_schema(diagram: Diagram, report: Report) -> None:
    """Refuse what the schema does not allow, unless it was told already. Runs behind the other checks.

    A tree of its own is validated: in the diagram's, flows may have been given ids. A missing targetNamespace is only
    warned of: whoever writes a diagram by hand forgets it first, and nothing that is executed depends on it.
    """
    root = parse(diagram.content)
    if root.get("targetNamespace") is None:
        report.warn("noTargetNamespace")
        root.set("targetNamespace", "")
    for inherited in [child for child in root if child.tag in _INHERITED]:
        root.remove(inherited)
    told = {(problem.element_id, problem.code) for problem in report.problems}
    seen: set[tuple[str, str]] = set()
    violations = [v for v in _violations(root) if not _said(v, told, seen)]
    for violation in violations[:MOST_TOLD]:
        _tell(violation, report)
    if len(violations) > MOST_TOLD:
        more = len(violations) - MOST_TOLD
        report.refuse_text(
            "schemaViolation", diagram.root, LanguageError(f"còn {more} lỗi nữa", f"{more} more violations"), ""
        )


class _Violation:
    """What the validator says of one place."""

    def __init__(self, places: _Places, path: str, message: str) -> None:
        self.places, self.path, self.message = places, path, message
        head = _HEAD.match(message)
        self.tag: str = head[1] if head else ""
        self.rest: str = head[3] if head else message
        self.attribute: str | None = (head[2] if head else None) or _attribute_in(self.rest)

    @property
    def element(self) -> Element:
        return self.places.at(self.path)


class _Places:
    """Finds elements by the validator's paths: ``/*/*[2]`` counts elements, ``/b[2]`` and ``/a:b[2]`` those written so."""

    def __init__(self, root: Element) -> None:
        self.root = root
        self._children: dict[Element, dict[str, list[Element]]] = {}

    def at(self, path: str) -> Element:
        """The element; where the path cannot be followed, the last one before."""
        at = self.root
        for step in path.split("/")[2:]:
            match = _STEP.fullmatch(step)
            found = self._of(at).get(match[1], []) if match else []
            nth = int(match[2] or 1) if match else 1
            if nth > len(found):
                return at
            at = found[nth - 1]
        return at

    def _of(self, parent: Element) -> dict[str, list[Element]]:
        if parent not in self._children:
            found: dict[str, list[Element]] = {}
            for child in (child for child in parent if isinstance(child.tag, str)):
                for name in ("*", f"{child.prefix}:{local(child)}" if child.prefix else local(child)):
                    found.setdefault(name, []).append(child)
            self._children[parent] = found
        return self._children[parent]


def _violations(root: Element) -> list[_Violation]:
    schema, places = _schema(), _Places(root)
    with _ONE_AT_A_TIME:
        schema.validate(root)
        log: Any = schema.error_log
        return [_Violation(places, error.path or "", error.message) for error in log]


@cache
def _schema() -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(XSD_PATH, etree.XMLParser(no_network=True, resolve_entities=False)))


@cache
def _known() -> frozenset[str]:
    """Names of the elements that the schema has."""
    files = Path(XSD_PATH).parent.glob("*.xsd")
    return frozenset(
        name for file in files for e in etree.parse(file).getroot().iter(f"{_XSD}element") if (name := e.get("name"))
    )


def _said(violation: _Violation, told: set[tuple[str | None, str]], seen: set[tuple[str, str]]) -> bool:
    """By another rule, or by another sentence about the same attribute."""
    attribute = violation.attribute
    if attribute is None:
        return False
    place = (violation.path, attribute)
    if place in seen:
        return True
    seen.add(place)
    element = violation.element
    value = element.get(attribute)
    if attribute == "id" or (value, "badId") in told:
        return any((value, code) in told for code in SAME["id"])
    return any((identified(element).get("id"), code) in told for code in SAME.get(attribute, ()))


def _tell(violation: _Violation, report: Report) -> None:
    element = violation.element
    owner = identified(element)
    vi, en = _reason(violation, element)
    report.refuse_text(
        "schemaViolation", owner, LanguageError(vi, en), _short(violation.message), line=line_of(element),
        name=called(owner),
    )  # fmt: skip


def _reason(violation: _Violation, element: Element) -> tuple[str, str]:
    for pattern, words in _SENTENCES:
        if match := re.fullmatch(pattern, violation.rest, re.DOTALL):
            return words(violation, element, match)
    return _short(violation.message), _short(violation.message)


def _attribute_in(rest: str) -> str | None:
    match = re.match(r"The attribute '([^']*)' is required", rest)
    return match[1] if match else None


def _plain(name: str) -> str:
    """A name without its namespace."""
    return name.rpartition("}")[2]


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST * 4 else f"{text[: _LONGEST * 4]}…"


def _value(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def _expected(listed: str | None) -> tuple[str, str]:
    """The names that the validator would have taken, the first of them."""
    names = [_plain(name) for name in re.split(r",\s*", listed.strip())] if listed else []
    first = ", ".join(names[:_MOST_NAMED])
    return (f"{first} và loại khác", f"{first} and others") if len(names) > _MOST_NAMED else (first, first)


def _unexpected(violation: _Violation, element: Element, match: re.Match[str]) -> tuple[str, str]:
    tag, parent = _plain(violation.tag), element.getparent()
    inside = "" if parent is None else local(parent)
    if inside == "extensionElements":
        return (
            f"trong extensionElements chỉ được đặt phần tử có không gian tên của hãng, “{tag}” thì không",
            f"in extensionElements stand elements of other namespaces only, '{tag}' is not one",
        )
    if not violation.tag.startswith(f"{{{OMG}"):
        return (
            f"phần tử “{tag}” không thuộc BPMN chỉ được đặt trong extensionElements",
            f"'{tag}', which is not of BPMN, may stand in extensionElements only",
        )
    if tag not in _known():
        near = get_close_matches(tag, _known(), 1)
        return (
            f"BPMN không có phần tử “{tag}”" + (f" (có phải “{near[0]}”?)" if near else ""),
            f"BPMN has no element '{tag}'" + (f" (is '{near[0]}' meant?)" if near else ""),
        )
    (sau, behind), (day, here) = _behind(element), _expected(match[1])
    return (
        f"“{tag}” không được đứng ở đây trong “{inside}”{sau} (thứ tự là bắt buộc)"
        + (f"; ở đây có thể là: {day}" if day else ""),
        f"'{tag}' may not stand here in '{inside}'{behind} (the order counts)"
        + (f"; what may: {here}" if here else ""),
    )


def _behind(element: Element) -> tuple[str, str]:
    before = next((local(e) for e in element.itersiblings(preceding=True) if local(e)), None)
    return ("", "") if before is None else (f", sau “{before}”", f", behind '{before}'")


def _childless(violation: _Violation, element: Element, match: re.Match[str]) -> tuple[str, str]:
    tag, (day, here) = _plain(violation.tag), _expected(match[1])
    return f"“{tag}” thiếu phần tử con; cần: {day}", f"'{tag}' lacks a child; needed: {here}"


def _attribute_missing(violation: _Violation, element: Element, match: re.Match[str]) -> tuple[str, str]:
    tag = _plain(violation.tag)
    return f"“{tag}” thiếu thuộc tính bắt buộc {match[1]}", f"'{tag}' lacks the attribute {match[1]}"


def _attribute_unknown(violation: _Violation, element: Element, match: re.Match[str]) -> tuple[str, str]:
    tag, name = _plain(violation.tag), _plain(match[1])
    return (
        f"“{tag}” không có thuộc tính {name}; thuộc tính của hãng khác phải có tiền tố riêng",
        f"'{tag}' has no attribute {name}; attributes of other vendors need a prefix of their own",
    )


_TYPES: dict[str, tuple[str, str]] = {
    "ID": (
        "mã riêng (bắt đầu bằng chữ hoặc “_”, không có dấu cách, không trùng)",
        "an id of its own (it begins with a letter or '_', has no spaces, occurs once)",
    ),
    "IDREF": ("mã của một phần tử", "a possible id of an element"),
    "QName": ("mã của một phần tử", "a possible id of an element"),
    "boolean": ("true hoặc false", "true or false"),
    "integer": ("số nguyên", "a whole number"),
    "int": ("số nguyên", "a whole number"),
    "double": ("số", "a number"),
    "anyURI": ("địa chỉ URI", "a URI"),
}


def _value_refused(violation: _Violation, element: Element, match: re.Match[str]) -> tuple[str, str]:
    vi, en = _TYPES.get(_plain(match[2]).rpartition(":")[2], (match[2], match[2]))
    return (
        f"{_of(violation)} = “{_value(match[1])}”, phải là {vi}",
        f"{_of(violation)} is '{_value(match[1])}', not {en}",
    )


def _of(violation: _Violation) -> str:
    return _plain(violation.attribute or violation.tag)


def _not_of_the_list(violation: _Violation, element: Element, match: re.Match[str]) -> tuple[str, str]:
    may = match[2].replace("'", "")
    return (
        f"{_of(violation)} = “{_value(match[1])}”, chỉ được là: {may}",
        f"{_of(violation)} is '{_value(match[1])}', not one of: {may}",
    )


def _prefix_unknown(violation: _Violation, element: Element, match: re.Match[str]) -> tuple[str, str]:
    prefix = _value(match[1].partition(":")[0])
    return (
        f"{_of(violation)} = “{_value(match[1])}”: tiền tố “{prefix}” chưa được khai báo (xmlns:{prefix})",
        f"{_of(violation)} is '{_value(match[1])}': the prefix '{prefix}' is not declared (xmlns:{prefix})",
    )


def _text_refused(violation: _Violation, element: Element, match: re.Match[str]) -> tuple[str, str]:
    tag = _plain(violation.tag)
    return f"“{tag}” không được chứa văn bản", f"'{tag}' may hold no text"


def _abstract(violation: _Violation, element: Element, match: re.Match[str]) -> tuple[str, str]:
    tag = _plain(violation.tag)
    return f"“{tag}” là loại trừu tượng; hãy dùng một loại cụ thể", f"'{tag}' is abstract; use one of its kinds"


def _type_unknown(violation: _Violation, element: Element, match: re.Match[str]) -> tuple[str, str]:
    written = _value(element.get(f"{{{XSI}}}type", ""))
    return f"xsi:type = “{written}” không dùng được ở đây", f"xsi:type '{written}' cannot be used here"


_SENTENCES: tuple[tuple[str, Callable[[_Violation, Element, re.Match[str]], tuple[str, str]]], ...] = (
    (r"This element is not expected\.(?: Expected is (?:one of )?\( (.*) \)\.)?", _unexpected),
    (r"Missing child element\(s\)\.(?: Expected is (?:one of )?\( (.*) \)\.)?", _childless),
    (r"The attribute '([^']*)' is required but missing\.", _attribute_missing),
    (r"The attribute '([^']*)' is not allowed\.", _attribute_unknown),
    (r"The QName value '(.*)' has no corresponding namespace declaration in scope\.", _prefix_unknown),
    (r"'(.*)' is not a valid value of the [\w-]+ type '([^']*)'\.", _value_refused),
    (r"\[facet 'enumeration'\] The value '(.*)' is not an element of the set \{(.*)\}\.", _not_of_the_list),
    (r"Character content .*is not allowed.*", _text_refused),
    (r"The type definition is abstract\.", _abstract),
    (r"The QName value .* of the xsi:type attribute does not resolve.*|The type definition .*specified by xsi:type.*", _type_unknown),
)  # fmt: skip
"""The validator's sentences (libxml2's), and ours for them."""
