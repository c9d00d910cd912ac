"""Names that nobody means well with, and those that people really have."""

from __future__ import annotations

# The sandbox takes 255 code points; these are a kilobyte.
LONGEST = "😀" * 255
# More than it takes, so that it refuses them.
TOO_LONG = "東" * 300

HOSTILE = (
    "rocket 🚀 of a family 👨‍👩‍👧‍👦 under a flag 🇩🇪",
    "東京 ネットワーク 한국어",
    "מזל טוב",
    "gepj.\u202egnp",
    "\u2066isolated\u2069 \u200fright",
    "\x1b[31mred\x1b[0m \x1b]0;title\x07",
    "\x9b31mof C1\x85",
    "tab\there",
    "two\nlines",
    "a return\rover it",
    "zero\u200bwidth\ufeff\u00ad",
    "e\u0301 is not \u00e9",
    "\u0301mark of nothing",
    "variation \u2764\ufe0f and tag \U000e0041",
    "separators \u2028 and \u2029",
    "unassigned \U000e0fff and private \ue000",
    "quotes \" ' ` and \\ backslash \\n",
    "=cmd()",
    "+1",
    "-1 --help",
    "@SUM(A1)",
    "'=quoted",
    "''",
    "a,comma;and\"quote\"",
    "<script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)><!--",
    "&lt;b&gt;&amp;#x1b;",
    "]]> --> </title></svg><svg onload=alert(1)>",
    "\"]; evil -->|x| n0[\"#quot;",
    "$(touch here) `touch here` %0a",
    "x<(touch here)>(touch here)",
    "a[$(touch here)] ~ {1..9} *",
    " spaces around ",
    "null",
    "{{name}}{{{name}}}",
    LONGEST,
)


def here(name: str) -> str:
    """Another name that is as hostile, for a network that is made here."""
    return f"{name[:250]}~"
