"""What a hostile server writes to a connection, and the good answers that the bad ones are made from."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

# Of one reply, whatever it is made of: an endless one ends too.
MOST_BYTES = 64 << 20
PAGE_SIZE = 250


@dataclass(frozen=True)
class Flood:
    """The same bytes again and again, with a pause after each."""

    unit: bytes
    times: int
    pause_s: float = 0.0


@dataclass(frozen=True)
class Pause:
    seconds: float


@dataclass(frozen=True)
class Reply:
    """Bytes as they go onto the connection, and what becomes of it then.

    `keep` waits for the next request, `close` ends it, `reset` ends it with a RST, `hold` stays and says nothing.
    """

    pieces: tuple[bytes | Flood | Pause, ...]
    then: Literal["keep", "close", "reset", "hold"] = "keep"


@dataclass(frozen=True)
class Request:
    """What was asked, as the server understands it."""

    method: str
    path: str
    # `page`, `filter`, `record`, `interfaces`, `create`, `rename`, `delete`, or `stray` for what nobody should ask.
    kind: str
    page: int = 1
    network_id: str = ""
    name: str = ""
    # The record as it is after a write that was carried out, or would be after one that was not.
    record: Mapping[str, Any] = field(default_factory=dict)
    # Whoever asks.
    key: str = ""


@dataclass(frozen=True)
class Done:
    """A write is carried out, and then answered so."""

    answer: Reply | Callable[[Request], Reply]


# A reply, or one that depends on what was asked; of several the first request gets the first, and the last one stays.
Answer = Reply | Callable[[Request], Reply] | Done
Script = Answer | Sequence[Answer]
Body = Mapping[str, Any] | bytes | str
Header = tuple[str, str] | bytes


def encoded(document: object) -> bytes:
    """Compact UTF-8 JSON, as the API writes it."""
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


def as_bytes(body: object) -> bytes:
    if isinstance(body, bytes):
        return body
    return body.encode() if isinstance(body, str) else encoded(body)


def head(status: str, headers: Iterable[Header] = (), version: str = "HTTP/1.1") -> bytes:
    """A status line and header fields; a field given in bytes is written as it stands."""
    lines = [f"{version} {status}".encode()]
    lines += [field if isinstance(field, bytes) else f"{field[0]}: {field[1]}".encode() for field in headers]
    return b"\r\n".join(lines) + b"\r\n\r\n"


def http(
    body: object = b"",
    status: int | str = 200,
    *,
    headers: Iterable[Header] = (),
    content_type: str = "application/json",
    then: Literal["keep", "close", "reset", "hold"] = "keep",
) -> Reply:
    """An answer as any server writes it: its length is told and true."""
    content = as_bytes(body)
    text = f"{status:03} Said" if isinstance(status, int) else status
    fields = [("content-type", content_type), ("content-length", str(len(content))), *headers]
    return Reply((head(text, fields) + content,), then)


def as_script(answer: Script | Body) -> Script:
    """Answers as they are; of a body the good answer that has it."""
    return http(answer) if isinstance(answer, Mapping | bytes | str) else answer


def made(build: Callable[[], object], status: int = 200) -> Callable[[Request], Reply]:
    """The same, of a body that is too large to be kept in stock."""
    return lambda _: http(build(), status)


def raw(*pieces: bytes | Flood | Pause, then: Literal["keep", "close", "reset", "hold"] = "close") -> Reply:
    return Reply(pieces, then)


def chunked(*chunks: bytes) -> bytes:
    return b"".join(b"%x\r\n%s\r\n" % (len(chunk), chunk) for chunk in chunks) + b"0\r\n\r\n"


def in_chunks(body: bytes, status: str = "200 OK", version: str = "HTTP/1.1") -> bytes:
    """A whole answer whose body comes as one chunk."""
    return head(status, [("transfer-encoding", "chunked")], version) + chunked(body)


def plain(body: bytes, *headers: Header, status: str = "200 OK", version: str = "HTTP/1.1") -> bytes:
    """A whole answer of a length that is told."""
    return head(status, [("content-length", str(len(body))), *headers], version) + body


def error(code: object = "10015", title: object = "Refused", **more: object) -> dict[str, Any]:
    """The API's own error document."""
    return {"errors": [{"code": code, "title": title, **more}]}


NOT_FOUND = error("10005", "Resource not found")
HTML = b"<!DOCTYPE html><html><head><title>Sign in</title></head><body><h1>502 Bad Gateway</h1></body></html>"


def network_id(number: int) -> str:
    return f"00000000-0000-4000-8000-{number:012x}"


def network(number: int, name: Any = None, **more: Any) -> dict[str, Any]:
    """A network as the API answers it. A field that is `...` is left out."""
    record = {
        "id": network_id(number),
        "record_type": "network",
        "name": f"net-{number}" if name is None else name,
        "created_at": f"2026-01-02T03:04:{number % 60:02}.678901Z",
        "updated_at": f"2026-02-03T04:05:{number % 60:02}.123456Z",
    }
    return without_ellipses(record | more)


def interface(number: int, network_number: Any = 1, **more: Any) -> dict[str, Any]:
    record = {
        "id": f"00000000-0000-4000-9000-{number:012x}",
        "record_type": "network_interface",
        "network_id": network_id(network_number),
        "name": f"if-{number}",
        "type": "wireguard_interface",
        "status": "provisioned",
        "region_code": "ashburn-va",
        "region": {"code": "ashburn-va", "name": "Ashburn", "record_type": "region"},
        "created_at": "2026-01-02T03:04:05Z",
        "updated_at": "2026-01-03T00:00:00Z",
    }
    return without_ellipses(record | more)


def without_ellipses(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not ...}


def meta(total: int, page: Any = 1, pages: Any = None, **more: Any) -> dict[str, Any]:
    """What a page says of its listing. A field that is `...` is left out."""
    pages = max(1, -(-total // PAGE_SIZE)) if pages is None else pages
    fields = {"page_number": page, "page_size": PAGE_SIZE, "total_pages": pages, "total_results": total}
    return without_ellipses(fields | more)


def listing(records: Sequence[object], **more: object) -> dict[str, Any]:
    """One page that is the whole listing, unless `meta` says otherwise."""
    return without_ellipses({"data": list(records), "meta": meta(len(records)), **more})


# The networks that every replica but an empty one knows, as the server has them.
KNOWN = range(1, 7)


def known() -> list[dict[str, Any]]:
    return [network(number) for number in KNOWN]


def page_with(*records: object, **more: object) -> dict[str, Any]:
    """The whole listing: what is known, and these behind it."""
    return listing([*known(), *records], **more)


def walk(total: int, *pages: Sequence[object]) -> dict[str, Reply]:
    """A listing in so many pages, each of which speaks of so many records in all."""
    return {
        f"page {page}": http(listing(records, meta=meta(total, page, len(pages))))
        for page, records in enumerate(pages, 1)
    }


def six_missing(answer: Answer) -> dict[str, Answer]:
    """The listing is whole without the sixth network, which is then asked for by its id."""
    return {"page": http(listing(known()[:5])), "record 6": answer}


def document(record: Mapping[str, Any], **more: object) -> dict[str, object]:
    """What the replica holds of a record whose fields are of the expected types."""
    return {name: value for name, value in record.items() if name != "id"} | more


GOOD = encoded(page_with())
# The same, and a network that is in no good answer: what was taken in shows where it came from.
OTHER = encoded(page_with(network(7)))
SEVEN = {7: document(network(7))}
# Such a page, around the name of that network.
NAME = "NAME-OF-SEVEN"
PAGE = encoded(page_with(network(7, NAME)))
BEFORE, AFTER = PAGE.split(NAME.encode())
