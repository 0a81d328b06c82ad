"""As much of curl as the pages use, for machines that have none: -s, -X, -H, -d and an address."""

from __future__ import annotations

import argparse
import sys
from urllib.error import HTTPError
from urllib.request import ProxyHandler, Request, build_opener


def main() -> None:
    """Ask, and write the answer to the standard output."""
    parser = argparse.ArgumentParser(prog="curl")
    parser.add_argument("-s", action="store_true")
    parser.add_argument("-X", dest="method")
    parser.add_argument("-H", dest="headers", action="append", default=[])
    parser.add_argument("-d", dest="body")
    parser.add_argument("url")
    asked = parser.parse_args()
    headers = dict(header.split(": ", 1) for header in asked.headers)
    body = None if asked.body is None else asked.body.encode()
    request = Request(asked.url, body, headers, method=asked.method)
    try:
        answer = build_opener(ProxyHandler({})).open(request, timeout=30)
    except HTTPError as error:
        answer = error
    with answer:
        sys.stdout.buffer.write(answer.read())


if __name__ == "__main__":
    main()
