import NetsyncFuzzTexts

// netsync-fuzz: every target.
try drive(
  FuzzTarget.texts + [
    // The body of a listing, decoded and taken into a replica.
    FuzzTarget("page", fuzzPage),
    // A command line.
    FuzzTarget("arguments", fuzzArguments),
    // What happens to a replica: edits, listings, answers, crashes, in any order.
    FuzzTarget("edits", fuzzEdits),
  ]
)
