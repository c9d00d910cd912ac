"""What is known not to hold, each rule with the breaches that it explains; to be removed once it is mended.

A rule that explains no breach any more is told, so that none stays behind.
"""

from __future__ import annotations

import re

KNOWN = {
    rule: re.compile(pattern) for rule, pattern in {
        "'log --follow' does not fit its table to the window":
            r"log --since 1d --follow \| terminal of .* \| expected a table of",
        "a doctor that finds a fault exits with 1 and tells no error object":
            r"netsync doctor \| -o jsonl?, (pipe|terminal) \| expected an error object",
    }.items()
}
