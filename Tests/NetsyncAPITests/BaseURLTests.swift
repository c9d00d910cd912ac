import HTTPTypes
import NetsyncAPI
import Testing

/// Where the key may be sent: a table of tricky URLs.
struct BaseURLTests {
  @Test(
    arguments: [
      ("https://api.telnyx.com/v2", "https://api.telnyx.com/v2"),
      ("https://api.telnyx.com/v2/", "https://api.telnyx.com/v2"),
      ("https://api.telnyx.com/v2///", "https://api.telnyx.com/v2"),
      ("https://api.telnyx.com", "https://api.telnyx.com"),
      ("https://api.telnyx.com/", "https://api.telnyx.com"),
      ("HTTPS://API.Telnyx.COM/V2", "https://api.telnyx.com/V2"),
      ("https://api.telnyx.com:8443/v2", "https://api.telnyx.com:8443/v2"),
      ("https://api.telnyx.com:1", "https://api.telnyx.com:1"),
      ("https://api.telnyx.com:65535", "https://api.telnyx.com:65535"),
      ("https://192.0.2.1/v2", "https://192.0.2.1/v2"),
      ("https://[2001:DB8::1]:8443/v2", "https://[2001:db8::1]:8443/v2"),
      ("https://xn--mnchen-3ya.example/v2", "https://xn--mnchen-3ya.example/v2"),
      ("https://a.example/~user/some_api-1.0", "https://a.example/~user/some_api-1.0"),
      ("https://a.example/...", "https://a.example/..."),
      ("https://localhost", "https://localhost"),
      ("http://localhost", "http://localhost"),
      ("http://LocalHost:8080/v2", "http://localhost:8080/v2"),
      ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
      ("http://127.255.255.254", "http://127.255.255.254"),
      ("http://[::1]", "http://[::1]"),
      ("http://[::1]:8080/v2", "http://[::1]:8080/v2"),
    ]
  )
  func `a plain URL is taken, and spelled in one way`(_ text: String, _ spelled: String) throws {
    #expect(try BaseURL(text).description == spelled)
  }

  @Test(
    arguments: [
      "", " ", "/", "//", "api.telnyx.com", "api.telnyx.com/v2", "//api.telnyx.com", "localhost:8080",
      "https", "https:", "https:/", "https:/api.telnyx.com", "https//api.telnyx.com", "https:\\\\api.telnyx.com",
      "ftp://api.telnyx.com", "file:///etc/passwd", "ws://localhost", "httpss://api.telnyx.com",
      " https://api.telnyx.com", "\u{FEFF}https://api.telnyx.com", "\nhttps://api.telnyx.com",
      "javascript:https://api.telnyx.com", "http+unix://socket", "https:/\u{301}/api.telnyx.com",
    ]
  )
  func `what does not begin with https or http is refused`(_ text: String) {
    #expect(throws: BaseURLRefused.scheme) { try BaseURL(text) }
  }

  @Test(
    arguments: [
      "https://", "https:///v2", "https://:8443", "https://:8443/v2", "https://?", "https://#", "https://@",
      "https://user@api.telnyx.com", "https://user:password@api.telnyx.com", "https://:@api.telnyx.com",
      "https://api.telnyx.com@evil.example", "https://api.telnyx.com:443@evil.example/v2",
      "http://localhost@evil.example", "http://localhost:80@evil.example", "http://127.0.0.1:80@evil.example",
      "http://localhost\\@evil.example", "http://evil.example\\localhost", "http://evil.example#localhost",
      "http://evil.example?localhost", "https://api.telnyx.com?x=1", "https://api.telnyx.com#v2",
      "https://api.telnyx.com:", "https://api.telnyx.com:/v2", "https://api.telnyx.com:0",
      "https://api.telnyx.com:65536", "https://api.telnyx.com:99999999999999999999", "https://api.telnyx.com:-1",
      "https://api.telnyx.com:+443", "https://api.telnyx.com:443:443", "https://api.telnyx.com:https",
      "https://api.telnyx.com:４４３", "https://api.telnyx.com ", "https://api.telnyx.com\n",
      "https://api.telnyx.com\r\nx-evil: 1", "https://api.telnyx.com\t/v2", "https://api.telnyx.com\0",
      "https://api telnyx.com", "https://münchen.example", "https://api。telnyx。com", "https://аpi.telnyx.com",
      "https://api%2Etelnyx.com", "https://%6Cocalhost", "https://under_score.example", "https://a,b.example",
      "http://１２７.0.0.1", "http://127。0。0。1", "http://[::1", "http://::1", "http://[::1]8080", "http://[::1].",
      "http://[::1]@evil.example", "http://[::1%25lo]", "http://[::1%lo]", "http://[::ffff:127.0.0.1]",
      "http://[localhost]", "https://[api.telnyx.com]", "https://]", "https://[",
    ]
  )
  func `a host with decoration is refused, for who reads it otherwise gets the key`(_ text: String) {
    #expect(throws: BaseURLRefused.host) { try BaseURL(text) }
  }

  @Test(arguments: ["https://[]", "https://[]:443/v2", "http://[]", "https://[cafe]"])
  func `brackets around no address are no host`(_ text: String) {
    #expect(throws: BaseURLRefused.host) { try BaseURL(text) }
  }

  @Test(
    arguments: [
      "http://api.telnyx.com/v2", "HTTP://api.telnyx.com", "http://192.168.0.1", "http://10.0.0.1:8080",
      "http://localhost.", "http://localhost.evil.example", "http://evil.localhost", "http://notlocalhost",
      "http://localhost-evil.example", "http://127.0.0.1.evil.example", "http://127.0.0.1.", "http://127.0.0.",
      "http://127.1", "http://127", "http://127.0.1", "http://127.0.0.256", "http://127.0.0.01", "http://127.0.00.1",
      "http://0127.0.0.1", "http://128.0.0.1", "http://126.255.255.255", "http://127.0.0.1.1", "http://127..0.1",
      "http://2130706433", "http://0x7f.0.0.1", "http://0x7f000001", "http://017700000001", "http://0.0.0.0",
      "http://0", "http://[::]", "http://[::2]", "http://[0:0:0:0:0:0:0:1]", "http://[::01]", "http://[::7f00:1]",
      "http://[fe80::1]",
    ]
  )
  func `the key never travels in the clear to what may be another machine`(_ text: String) {
    #expect(throws: BaseURLRefused.plainText) { try BaseURL(text) }
  }

  @Test(
    arguments: [
      "https://a.example/v2?x=1", "https://a.example/?", "https://a.example/v2#top", "https://a.example/#",
      "https://a.example/%76%32", "https://a.example/v2%00", "https://a.example/.", "https://a.example/..",
      "https://a.example/v2/../v3", "https://a.example/v2/./", "https://a.example/../", "https://a.example/v 2",
      "https://a.example/v2;x", "https://a.example/v2:1", "https://a.example/@b", "https://a.example/v2\\",
      "https://a.example/v2\r\nx-evil: 1", "https://a.example/v2\n", "https://a.example/\0", "https://a.example/é",
      "https://a.example/v2/\u{301}", "https://a.example/a+b", "https://a.example/a,b", "http://localhost/v2?x",
    ]
  )
  func `a path that is not spelled out is refused`(_ text: String) {
    #expect(throws: BaseURLRefused.path) { try BaseURL(text) }
  }

  @Test func `the default is the API's own address`() throws {
    #expect(try BaseURL("https://api.telnyx.com/v2") == .telnyx)
  }
}
