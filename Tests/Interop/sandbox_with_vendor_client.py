"""Shows that `netsync sandbox` is a Networks API to the vendor's own client.

All six operations are called: listings with the client's automatic paging and with a filter, create, retrieve, update,
delete, a network's interfaces, and the errors that the client turns into its own exceptions.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import telnyx
from telnyx.types import Network, NetworkCreateParam, NetworkListInterfacesResponse

from sandbox import Checks, main, running_sandbox, vendor_client

NETWORKS = 613
KEY = "KEY0123_interop"
STATUSES = {"created", "provisioning", "provisioned", "deleting"}


def show(binary: str, checks: Checks) -> None:
    with running_sandbox(binary, "--networks", str(NETWORKS), "--seed", "5", "--api-key", KEY) as base_url:
        with vendor_client(base_url, KEY) as client:
            listing(client, checks)
            filters(client, checks)
            one_network(client, checks)
            interfaces(client, checks)
            refusals(client, checks)
        with vendor_client(base_url, "KEY_of_somebody_else") as stranger:
            wrong_key(stranger, checks)


def listing(client: telnyx.Telnyx, checks: Checks) -> None:
    checks.did(f"list {NETWORKS} networks, the client pages by itself")
    networks = list(client.networks.list())
    ids = [network.id for network in networks]
    checks.equal("the default page size finds all", len(networks), NETWORKS)
    checks.equal("ids are unique", len(set(ids)), NETWORKS)
    wrong = [network for network in networks if not is_network(network)]
    checks.equal("every network has the documented fields, their types, and no others", wrong, [])

    for size in (7, 100, 250):
        pages = list(client.networks.list(page_size=size).iter_pages())
        full, rest = divmod(NETWORKS, size)
        sizes = [len(page.data) for page in pages]
        checks.equal(f"page size {size}: the sizes of pages", sizes, [size] * full + [rest])
        checks.equal(f"page size {size}: the same networks", [row.id for page in pages for row in page.data], ids)
        found = [page.meta.to_dict() if page.meta else None for page in pages]
        expected = [meta(number, size, full + 1) for number in range(1, full + 2)]
        checks.equal(f"page size {size}: meta of each page", found, expected)

    third = client.networks.list(page_number=3, page_size=50)
    checks.equal("page 3 of size 50 is rows 101 to 150", [network.id for network in third.data], ids[100:150])


def filters(client: telnyx.Telnyx, checks: Checks) -> None:
    checks.did("list with a filter by name")
    for name in ("filter by one space", "1+1 = 2 & 100%", "naïve “東京” 🛰"):
        made = create(client, name)
        found = [(network.id, network.name) for network in client.networks.list(filter={"name": name})]
        checks.equal(f"a filter finds {name!r} and nothing else", found, [(made.id, name)])
        client.networks.delete(made.id or "")
    nothing = list(client.networks.list(filter={"name": str(uuid4())}))
    checks.equal("a filter that nothing passes finds nothing", nothing, [])


def one_network(client: telnyx.Telnyx, checks: Checks) -> None:
    checks.did("create, retrieve, update and delete one network")
    made = create(client, "interop lab")
    checks.true("create answers with a network", is_network(made), repr(made))
    checks.equal("create keeps the name", made.name, "interop lab")
    network_id = made.id or ""
    checks.equal("retrieve answers with what create did", client.networks.retrieve(network_id).data, made)
    checks.equal("the new network is listed once", listed(client).count(network_id), 1)

    renamed = client.networks.update(network_id, network_create={"name": "interop lab-eu"}).data
    assert renamed is not None
    checks.equal("update answers with the new name", renamed.name, "interop lab-eu")
    checks.equal("update keeps id and created_at", (renamed.id, renamed.created_at), (made.id, made.created_at))
    moved = instant(renamed.updated_at) > instant(made.updated_at)
    checks.true("update moves updated_at", moved, f"{made.updated_at} -> {renamed.updated_at}")
    checks.equal("retrieve answers with what update did", client.networks.retrieve(network_id).data, renamed)

    checks.equal("delete answers with the deleted network", client.networks.delete(network_id).data, renamed)
    retrieve = lambda: client.networks.retrieve(network_id)
    refused(checks, "retrieve after delete", retrieve, telnyx.NotFoundError, "10005")
    checks.equal("the network is not listed any more", listed(client).count(network_id), 0)
    checks.equal("as many networks as at first", len(listed(client)), NETWORKS)


def interfaces(client: telnyx.Telnyx, checks: Checks) -> None:
    checks.did("list the interfaces of the first 100 networks")
    networks = listed(client)[:100]
    found = [(network, row) for network in networks for row in client.networks.list_interfaces(network, page_size=2)]
    checks.true("some networks have interfaces", len(found) > 0)
    checks.equal("ids of interfaces are unique", len({row.id for _, row in found}), len(found))
    strays = [row for network, row in found if row.network_id != network]
    checks.equal("each belongs to the network that was asked", strays, [])
    wrong = [row for _, row in found if not is_interface(row)]
    checks.equal("every interface has the documented fields, their types, and no others", wrong, [])

    owner, kind = found[0][0], found[0][1].type or ""
    expected = [row.id for network, row in found if network == owner and row.type == kind]
    by_type = [row.id for row in client.networks.list_interfaces(owner, filter={"type": kind})]
    checks.equal(f"a filter by type {kind}", by_type, expected)
    made = create(client, "no interfaces yet")
    checks.equal("a new network has none", list(client.networks.list_interfaces(made.id or "")), [])
    client.networks.delete(made.id or "")


def refusals(client: telnyx.Telnyx, checks: Checks) -> None:
    checks.did("ask for what is not there")
    nobody = str(uuid4())
    not_found: dict[str, Callable[[], object]] = {
        "retrieve": lambda: client.networks.retrieve(nobody),
        "update": lambda: client.networks.update(nobody, network_create={"name": "x"}),
        "delete": lambda: client.networks.delete(nobody),
        "list_interfaces": lambda: client.networks.list_interfaces(nobody),
    }
    for name, call in not_found.items():
        refused(checks, f"{name} of an unknown id", call, telnyx.NotFoundError, "10005")

    checks.did("send names that no network can have")
    before = list(client.networks.list(page_size=250))
    target = before[0].id or ""
    for text in ("", " \t"):
        body: NetworkCreateParam = {"name": text}
        for verb, call in (
            ("create", lambda: client.networks.create(network_create=body)),
            ("update", lambda: client.networks.update(target, network_create=body)),
        ):
            what = f"{verb} with the name {text!r}"
            error = refused(checks, what, call, telnyx.UnprocessableEntityError, "10015")
            checks.equal("it points at the name", error.get("source"), {"pointer": "/name"})
    nameless = lambda: client.networks.create(network_create={})
    refused(checks, "create without a name", nameless, telnyx.UnprocessableEntityError, "10004")
    checks.equal("nothing was changed", list(client.networks.list(page_size=250)), before)


def wrong_key(client: telnyx.Telnyx, checks: Checks) -> None:
    checks.did("come with a wrong key")
    refused(checks, "list", lambda: client.networks.list(), telnyx.AuthenticationError, "10009")
    refused(checks, "create", lambda: create(client, "x"), telnyx.AuthenticationError, "10009")


def refused(
    checks: Checks, what: str, call: Callable[[], object], kind: type[telnyx.APIStatusError], code: str
) -> dict[str, Any]:
    """Checks that a call raises this exception with one error of this code; that error."""
    expected = f"{what} raises {kind.__name__} with code {code}"
    try:
        answer = call()
    except telnyx.APIStatusError as error:
        errors = error.body.get("errors") if isinstance(error.body, dict) else None
        one = errors[0] if isinstance(errors, list) and len(errors) == 1 else {}
        right = type(error) is kind and one.get("code") == code and bool(one.get("title"))
        checks.true(expected, right, f"{error!r} {error.body!r}")
        return one
    checks.true(expected, False, f"it answered {answer!r}")
    return {}


def create(client: telnyx.Telnyx, name: str) -> Network:
    made = client.networks.create(network_create={"name": name}).data
    assert made is not None
    return made


def listed(client: telnyx.Telnyx) -> list[str]:
    return [network.id or "" for network in client.networks.list(page_size=250)]


def meta(number: int, size: int, pages: int) -> dict[str, int]:
    return {"page_number": number, "page_size": size, "total_pages": pages, "total_results": NETWORKS}


def instant(text: str | None) -> datetime:
    return datetime.fromisoformat(text or "")


def is_record(row: Network | NetworkListInterfacesResponse, record_type: str) -> bool:
    """Whether the fields that both kinds of record have are right, and none is there that the client does not know."""
    return (
        not row.model_extra
        and str(UUID(row.id)) == row.id
        and row.record_type == record_type
        and isinstance(row.name, str)
        and instant(row.created_at) <= instant(row.updated_at)
    )


def is_network(row: Network) -> bool:
    return is_record(row, "network")


def is_interface(row: NetworkListInterfacesResponse) -> bool:
    return (
        is_record(row, "network_interface")
        and isinstance(row.type, str)
        and row.status in STATUSES
        and row.region is not None
        and not row.region.model_extra
        and row.region.code == row.region_code
        and isinstance(row.region.name, str)
        and row.region.record_type == "region"
    )


if __name__ == "__main__":
    main(show)
