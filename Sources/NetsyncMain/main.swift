import NetsyncCLI

// The program `netsync`. All that it does stands in NetsyncCLI, which other programs of this package link too.
await NetsyncCommand.main()
