"""The corpus of hostile answers: `case` says what a case is, `server` gives the answers, `corpus` has all cases.

What is common to many of them is in `replies`, `values` and `edits`; each other module is a family of cases.
"""
