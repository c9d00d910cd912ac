import Testing

@testable import NetsyncCLI

struct NearNamesTests {
  @Test(
    arguments: [
      ("lab", ["prod", "LAB", "my-lab", "lba", "lab-eu-west", "lab-eu"], ["LAB", "lab-eu", "lab-eu-west"]),
      ("produciton", ["production", "staging", "product"], ["production", "product"]),
      ("stagin", ["production", "staging"], ["staging"]),
      ("prdo", ["prod", "lab"], ["prod"]),
      ("office", ["berlin-office", "lab"], ["berlin-office"]),
      ("lab", ["lib", "lob", "lub", "leb"], ["leb", "lib", "lob"]),
      ("lab", ["lib", "lib", "lib"], ["lib"]),
      ("b", ["lab"], []),
      ("lab", ["production"], []),
      ("", ["lab"], []),
      ("lab", ["", "l"], []),
      ("über", ["Uber", "ÜBER"], ["ÜBER", "Uber"]),
    ]
  )
  func `the names that may be meant come best first`(word: String, names: [String], nearest: [String]) {
    #expect(NearNames.nearest(to: word, among: names) == nearest)
    #expect(NearNames.nearest(to: word, among: names.reversed()) == nearest)
  }

  @Test func `a very long word is no trouble`() {
    let word = String(repeating: "x", count: 500)
    #expect(NearNames.nearest(to: word, among: [word + "y", String(repeating: "y", count: 500)]) == [word + "y"])
  }
}
