import HTTPTypes
import NetsyncSandbox
import Testing

/// Answers that are made to order, for tests that decide the fate of a request themselves.
struct FailureAnswerTests {
  @Test(
    arguments: [
      (.retryAfterSeconds, "5", nil), (.retryAfterDate, "Fri, 02 Jan 2026 03:04:10 GMT", nil),
      (.resetSeconds, nil, "5"), (.resetEpoch, nil, "1767323050"), (.absent, nil, nil), (.malformed, "soon", "5.5s"),
      (.negative, "-5", "-5"), (.past, "Fri, 02 Jan 2026 03:04:00 GMT", "1767323040"),
      (.absurd, "99999999999999999999", "315360000"),
    ] as [(SandboxWaitForm, String?, String?)]
  )
  func `a 429 says in every form when to come back`(
    _ form: SandboxWaitForm,
    _ retryAfter: String?,
    _ reset: String?
  ) throws {
    let answer = Answer(SandboxResponse.tooMany(form, at: ManualTime.start))
    #expect(answer.status == 429)
    #expect(answer["content-type"] == "application/json")
    #expect(answer["date"] == "Fri, 02 Jan 2026 03:04:05 GMT")
    #expect(answer["retry-after"] == retryAfter)
    #expect(answer["x-ratelimit-reset"] == reset)
    #expect(try answer.error().code == "10011")
    #expect(try !answer.error().codeIsInteger)
  }

  @Test
  func `a 429 waits as long as it is told, and its code can be an integer`() throws {
    let answer = Answer(.tooMany(.retryAfterSeconds, seconds: 60, codeIsInteger: true, at: ManualTime.start))
    #expect(answer["retry-after"] == "60")
    #expect(try answer.error().code == "10011")
    #expect(try answer.error().codeIsInteger)
  }

  @Test(arguments: [500, 502, 503, 504, 599])
  func `a failure is an error body or a page for people`(_ status: Int) throws {
    let document = Answer(.failed(status, at: ManualTime.start))
    #expect(document.status == status)
    #expect(document["content-type"] == "application/json")
    #expect(try document.error().code == "10007")

    let page = Answer(.failed(status, isHTML: true, at: ManualTime.start))
    #expect(page.status == status)
    #expect(page["content-type"] == "text/html")
    #expect(!page.isJSON)
  }

  @Test
  func `a key can be refused, and so can what it asks for`() throws {
    let unauthorized = Answer(.unauthorized(at: ManualTime.start))
    #expect(unauthorized.status == 401)
    #expect(try unauthorized.error().code == "10009")
    let forbidden = Answer(.forbidden(at: ManualTime.start))
    #expect(forbidden.status == 403)
    #expect(try forbidden.error().code == "10010")
  }
}
