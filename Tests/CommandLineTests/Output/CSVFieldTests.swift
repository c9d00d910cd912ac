import Testing

@testable import NetsyncCLI

struct CSVFieldTests {
  @Test(
    arguments: [
      ("", ""), ("prod", "prod"), ("a=b", "a=b"), (" =1", " =1"), ("=1+1", "'=1+1"), ("+1", "'+1"), ("-1", "'-1"),
      ("@SUM(A1)", "'@SUM(A1)"), ("\t=1", "'\t=1"), ("\r=1", "'\r=1"), ("\r\n", "'\r\n"), ("=\u{301}", "'=\u{301}"),
      ("'", "'"), ("'prod", "'prod"), ("'=1", "''=1"), ("''=1", "'''=1"),
    ]
  )
  func `a name is never a formula and comes back as it was`(text: String, guarded: String) {
    #expect(CSVField.guarded(text).unicodeScalars.elementsEqual(guarded.unicodeScalars))
    #expect(CSVField.unguarded(CSVField.guarded(text)).unicodeScalars.elementsEqual(text.unicodeScalars))
  }

  @Test(
    arguments: [
      ("", "\"\""), ("prod", "prod"), ("a b", "a b"), ("a,b", "\"a,b\""), ("a\"b", "\"a\"\"b\""), ("\"", "\"\"\"\""),
      ("a\nb", "\"a\nb\""), ("a\rb", "\"a\rb\""), ("a\r\nb", "\"a\r\nb\""), ("\"\u{301}", "\"\"\"\u{301}\""),
    ]
  )
  func `a field is quoted where the format asks for it`(text: String, quoted: String) {
    #expect(CSVField.quoted(text).unicodeScalars.elementsEqual(quoted.unicodeScalars))
  }
}
