import NetsyncFuzzTexts

// netsync-fuzz: every target.
try drive(
  FuzzTarget.texts + [
    // The body of a listing, decoded and taken into a replica.
    FuzzTarget("page", fuzzPage),
    // A command line.
    FuzzTarget("arguments", fuzzArguments),
    // A table to import, and a file of settings.
    FuzzTarget("table", fuzzTable),
    FuzzTarget("settings", fuzzSettings),
    // What happens to a replica: edits, listings, answers, crashes, in any order.
    FuzzTarget("edits", fuzzEdits),
  ]
)
