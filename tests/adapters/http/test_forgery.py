"""Server-side request forgery: every way of writing an address that the service must not call. A canary on loopback counts who does."""

# ruff: noqa: RUF001, S104 - letters that look alike, and addresses of every kind, are what it is about

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest

from adapters.http.address import may_be_reached
from adapters.http.client import HttpClient
from engine.domain.exchange import Bounds, Refused, Request, Response, Unreached
from tests.other_system import OtherSystem, other_system

OPEN = Bounds(plain=True, seconds=2)
"""Plain http is allowed, so that nothing but the address is refused."""

HOSTS = [
    # the address as it is, and a number in every notation that some resolver reads
    "127.0.0.1", "127.0.0.2", "127.1", "127.0.1", "127.255.255.254", "2130706433", "017700000001", "0177.0.0.1", "0177.1",
    "0x7f000001", "0x7f.0.0.1", "0x7f.1", "0x7f.0x0.0x0.0x1", "0177.0x0.0.1", "127.0x1", "127.0.0.01", "127.000.000.001",
    "00000177.0.0.1", "4294967296", "2130706433.", "127.0.0.1.", "127.0.0.0x1", "0", "0.0.0.0", "0.0", "0x0", "00", "1",
    "127.0.0.1.0x", "0x7f000001.", "0x", "127.0.0.256", "127.0.0.1.1",
    # IPv6, and IPv4 within it
    "[::1]", "[::]", "[0:0:0:0:0:0:0:1]", "[0000:0000:0000:0000:0000:0000:0000:0001]", "[::127.0.0.1]", "[::7f00:1]",
    "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[0:0:0:0:0:ffff:7f00:1]", "[0:0:0:0:0:ffff:127.0.0.1]", "[::ffff:0:127.0.0.1]",
    "[64:ff9b::127.0.0.1]", "[64:ff9b::7f00:1]", "[64:ff9b:1::7f00:1]", "[2002:7f00:1::]", "[2002:7f00:1::1]",
    "[2002:a00:1::]", "[2001:0:0:0:0:0:80ff:fffe]", "[fe80::5efe:127.0.0.1]", "[2001:db8::200:5efe:7f00:1]", "[fe80::1]",
    "[fe80::1%25lo]", "[fe80::1%lo]", "[fc00::1]", "[fd00:ec2::254]", "[fec0::1]", "[ff02::1]", "[2001:db8::1]", "[100::1]",
    "[::ffff:10.0.0.1]", "[::ffff:a9fe:a9fe]", "[64:ff9b::a9fe:a9fe]", "[::ffff:169.254.169.254]", "[v1.a]", "[127.0.0.1]",
    "::1", "[::1", "::1]", "[[::1]]", "[::1]x", "[]",
    # networks that are nobody's business
    "10.0.0.1", "172.16.0.1", "172.31.255.254", "192.168.0.1", "100.64.0.1", "100.100.100.200", "169.254.169.254",
    "169.254.1.1", "168.63.129.16", "192.0.0.192", "192.0.2.1", "198.18.0.1", "198.51.100.1", "203.0.113.1", "192.88.99.1",
    "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255", "0.1.2.3", "2852039166", "0xa9fea9fe", "0251.0376.0251.0376",
    # a user before the host, a fragment, a slash the wrong way, a character that is taken for another
    "a.example@127.0.0.1", "a:b@127.0.0.1", "127.0.0.1@a.example", "a.example%40127.0.0.1", "127.0.0.1#a.example",
    "a.example#@127.0.0.1", "127.0.0.1\\@a.example", "a.example\\.127.0.0.1", "127.0.0.1%00.a.example", "127.0.0.1%2f",
    "127%2e0%2e0%2e1", "%31%32%37.0.0.1", "127。0。0。1", "127．0．0．1", "①②⑦.⓪.⓪.①", "ⓛocalhost", "１２７.0.0.1", "loc\u00adalhost",
    "127.0.0.1\t", " 127.0.0.1", "127.0.0.1 ", "127.0.0.1\r\nX: y", "127.0\n.0.1", "\u202e127.0.0.1", "127.0.0.1;a.example",
    "127.0.0.1,a.example", "a.example..", ".a.example", "a..example", "-a.example", "a.example-", "_", "",
    # names that mean this machine
    "localhost", "LOCALHOST", "Localhost", "localhost.", "localhost6", "ip6-localhost", "a.localhost",
]  # fmt: skip

URLS = [
    "ftp://127.0.0.1:{port}/", "file:///etc/passwd", "file://127.0.0.1:{port}/etc/passwd", "gopher://127.0.0.1:{port}/_x",
    "dict://127.0.0.1:{port}/x", "ldap://127.0.0.1:{port}/", "ws://127.0.0.1:{port}/", "tftp://127.0.0.1:{port}/",
    "jar:http://127.0.0.1:{port}!/", "unix:///run/x.sock", "data:text/plain,x", "javascript:x", "HTTP://127.0.0.1:{port}/",
    "http:127.0.0.1:{port}/", "http:/127.0.0.1:{port}/", "http:///127.0.0.1:{port}/", "http:\\\\127.0.0.1:{port}/",
    "//127.0.0.1:{port}/", "/\\127.0.0.1:{port}", "127.0.0.1:{port}", "\thttp://127.0.0.1:{port}/", "h\nttp://127.0.0.1:{port}/",
    "http://127.0.0.1:0{port}/", "http://127.0.0.1:{port}:{port}/", "http://127.0.0.1:+{port}/", "http://127.0.0.1:{port}\\x",
    "http://127.0.0.1:99999/", "http://127.0.0.1:0/", "http://127.0.0.1:/", "http://127.0.0.1:{port}?x", "http://127.0.0.1:{port}#x",
    "http://127.0.0.1:{port}/ x", "http://127.0.0.1:{port}/\r\nHost: a.example", "http://127.0.0.1:{port}/đ", "http://", "",
    "url:http://127.0.0.1:{port}/", "view-source:http://127.0.0.1:{port}/", "http+unix://127.0.0.1:{port}/",
]  # fmt: skip


@pytest.fixture(scope="module")
def canary() -> Iterator[OtherSystem]:
    """Hears every connection."""
    with other_system() as system:
        yield system


def as_the_machine_would(host: str, port: int) -> Sequence[str]:
    """Every name means this machine: whoever connects to a name without looking would be counted."""
    return ["127.0.0.1"]


@pytest.mark.parametrize("host", HOSTS, ids=range(len(HOSTS)))
def test_no_form_of_a_closed_address_is_called(canary, host):
    """However an address is written: refused before anything is connected."""
    outcome = HttpClient(as_the_machine_would).send(
        Request("GET", f"http://{host}:{canary.port}/".replace(":0/", "/"), bounds=OPEN)
    )
    assert isinstance(outcome, Refused), outcome
    assert canary.connects == 0


@pytest.mark.parametrize("url", URLS, ids=range(len(URLS)))
def test_no_other_scheme_and_no_crooked_url_is_called(canary, url):
    """What one program reads as another host than the next is not called at all."""
    outcome = HttpClient(as_the_machine_would).send(
        Request("GET", url.replace("{port}", str(canary.port)), bounds=OPEN)
    )
    assert isinstance(outcome, Refused), outcome
    assert canary.connects == 0


def test_there_are_enough_forms():
    """So that nobody shortens the lists unseen."""
    assert len({*HOSTS}) + len({*URLS}) >= 120


@pytest.mark.parametrize(
    "addresses",
    [
        ["127.0.0.1"], ["::1"], ["93.184.215.14", "127.0.0.1"], ["127.0.0.1", "93.184.215.14"], ["::ffff:127.0.0.1"],
        ["2002:7f00:1::"], ["64:ff9b::7f00:1"], ["169.254.169.254"], ["fe80::1%lo"], ["10.0.0.1"], ["0.0.0.0"], ["::"],
    ],
)  # fmt: skip
def test_what_a_name_means_is_checked_before_anything_is_connected(canary, addresses):
    """One closed address among public ones spoils the name."""
    client = HttpClient(lambda host, port: addresses)
    assert isinstance(client.send(Request("GET", f"http://a.example:{canary.port}/", bounds=OPEN)), Refused)
    assert canary.connects == 0


def test_a_name_that_changes_its_meaning_is_asked_once(canary):
    """DNS rebinding: public while it is checked, this machine while it is connected."""
    asked: list[str] = []

    def rebinding(host: str, port: int) -> Sequence[str]:
        asked.append(host)
        return ["192.0.2.1"] if len(asked) == 1 else ["127.0.0.1"]

    bounds = Bounds(networks=("192.0.2.0/24",), plain=True, seconds=0.3)
    assert isinstance(
        HttpClient(rebinding).send(Request("GET", f"http://a.example:{canary.port}/", bounds=bounds)), Unreached
    )
    assert (asked, canary.connects) == (["a.example"], 0)


def test_the_canary_is_heard_when_the_operator_lists_its_network():
    """Otherwise none of the above would show anything."""
    with other_system() as system:
        bounds = Bounds(networks=("127.0.0.1/32",), plain=True)
        for url in (f"http://127.0.0.1:{system.port}/", f"http://a.example:{system.port}/"):
            assert isinstance(HttpClient(as_the_machine_would).send(Request("GET", url, bounds=bounds)), Response)
        assert system.connects == 2


def test_plain_http_is_refused_unless_it_is_allowed(canary):
    """Keys would travel readable."""
    bounds = Bounds(networks=("127.0.0.1/32",))
    assert isinstance(HttpClient().send(Request("GET", canary.url, bounds=bounds)), Refused)
    assert canary.connects == 0


@pytest.mark.parametrize(
    "address", ["8.8.8.8", "1.1.1.1", "2606:4700:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808", "2002:808:808::1"]
)
def test_public_addresses_may_be_reached(address):
    """The guard shuts out no system of the internet, also behind NAT64."""
    assert may_be_reached(address, ())


@pytest.mark.parametrize("address", ["224.0.0.1", "0.0.0.0", "::", "ff02::1"])
def test_no_list_opens_what_is_no_machine(address):
    """A list of everything is no list of these."""
    assert not may_be_reached(address, ("0.0.0.0/0", "::/0"))
