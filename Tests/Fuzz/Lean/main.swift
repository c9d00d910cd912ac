import NetsyncFuzzTexts

// netsync-fuzz-texts: the targets that link little, for a fuzzer that is to make up much.
try drive(FuzzTarget.texts)
