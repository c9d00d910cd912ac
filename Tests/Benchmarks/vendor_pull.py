"""A pull as a script does it with the vendor's client: every network that is listed becomes a row.

    vendor_pull.py BASE_URL FILE
"""

import sqlite3
import sys

import telnyx


def main(base_url: str, path: str) -> None:
    database = sqlite3.connect(path)
    database.execute("CREATE TABLE network (id TEXT PRIMARY KEY, name TEXT, created_at TEXT, updated_at TEXT)")
    with telnyx.Telnyx(api_key="KEY_bench", base_url=base_url) as client:
        for page in client.networks.list(page_size=250).iter_pages():
            rows = [(row.id, row.name, str(row.created_at), str(row.updated_at)) for row in page.data]
            database.executemany("INSERT INTO network VALUES (?, ?, ?, ?)", rows)
    database.commit()


if __name__ == "__main__":
    main(*sys.argv[1:])
