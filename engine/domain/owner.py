"""The owner of a dossier (chủ hồ sơ): which variables of a procedure say who he is, where papers and packets have it from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.domain.reading import Reading

KINDS = ("1", "2", "3", "4")
"""Citizen, enterprise, public body, other organisation, as the national portal numbers them."""
NAME, ID, PHONE, EMAIL, ADDRESS = "name", "id", "phone", "email", "address"
SUBMITTER, ACCOUNT, SUBJECT, REASON, RETURNED = "submitter", "account", "subject", "reason", "returned"
DATA: Mapping[str, str] = {
    NAME: "his name",
    ID: "the number of his identity card, or of the enterprise",
    PHONE: "his telephone",
    EMAIL: "his e-mail",
    ADDRESS: "where he lives, or has his seat",
    SUBMITTER: "who handed the dossier in, where that is another",
    ACCOUNT: "his account at the national portal",
    SUBJECT: "what the dossier is about",
    REASON: "why it was refused, stopped, or has to be supplemented",
    RETURNED: "how he wants the result",
}
"""What a variable can be named for."""
ON_PAPERS: Mapping[str, str] = {
    "chu_ho_so": NAME, "nguoi_nop": SUBMITTER, "dia_chi": ADDRESS, "so_giay_to": ID, "so_dien_thoai": PHONE, "email": EMAIL,
}  # fmt: skip
"""What the forms of papers call it."""


@dataclass(frozen=True, slots=True)
class Owner:
    """The table ``[owner]`` of procedure.toml: what kind of owner, and the variable that has each datum.

    ``by_post`` is the value of the variable ``returned`` that means the post; without it every result is fetched.
    """

    kind: str = ""
    variables: Mapping[str, str] = field(default_factory=dict)
    by_post: str = ""

    def said(self, values: Mapping[str, Any]) -> dict[str, str]:
        """What is known of the owner, by :data:`DATA`; what nobody said is not there."""
        found = {datum: values.get(name) for datum, name in self.variables.items()}
        return {datum: str(value) for datum, value in found.items() if value not in (None, "")}

    def on_paper(self, values: Mapping[str, Any]) -> dict[str, str]:
        """The same under the names that papers have for it."""
        known = self.said(values)
        return {name: known[datum] for name, datum in ON_PAPERS.items() if datum in known}

    def wants_post(self, values: Mapping[str, Any]) -> bool:
        """Whether the result is to be sent by the public post."""
        return bool(self.by_post) and self.said(values).get(RETURNED) == self.by_post


def read_owner(reading: Reading | None) -> Owner:
    """The table, read key by key; an empty one where there is none."""
    if reading is None:
        return Owner()
    kind = reading.one_of("kind", KINDS)
    named = {datum: reading.text(datum, required=datum == NAME, most=100) for datum in DATA}
    owner = Owner(kind, {datum: name for datum, name in named.items() if name}, reading.text("by_post", most=100))
    if not kind and "kind" not in reading.content:
        reading.refuse("kind", "thiếu khóa bắt buộc này: 1–4", "this key is missing; add one of 1 to 4")
    reading.end()
    return owner
