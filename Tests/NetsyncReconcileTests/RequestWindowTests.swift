import NetsyncReconcile
import Testing

/// How many requests may be on their way at once (R12).
struct RequestWindowTests {
  @Test func `it doubles with every round that is answered well, up to the most that there may be`() {
    var window = RequestWindow(most: 50)
    #expect([window.places, window.round(), window.round(), window.round(), window.round()] == [8, 16, 32, 50, 50])
  }

  @Test func `it never begins with more than there may be`() {
    #expect(RequestWindow(most: 1).places == 1)
    #expect(RequestWindow(most: 8).places == 8)
    #expect(RequestWindow(most: 200).places == 8)
  }

  @Test func `it does not grow by requests that were too few to try it`() {
    var window = RequestWindow(most: 50)
    for _ in 1...100 { window.exchange() }
    #expect(window.places == 8)
  }

  @Test func `it halves once a round, however many of it fail, and then grows by one a round`() {
    var window = RequestWindow(most: 64)
    _ = (window.round(), window.round())
    #expect(window.places == 32)
    #expect(window.round(.overloaded) == 16)
    #expect(window.round(.overloaded) == 8)
    #expect(window.round() == 9)
    #expect(window.round() == 10)
  }

  @Test func `one request is always allowed`() {
    var window = RequestWindow(most: 64)
    for _ in 1...10 { _ = window.round(.overloaded) }
    #expect(window.places == 1)
    #expect(window.round() == 2)
    window.exchange(remaining: 0)
    #expect(window.send() != nil)
    #expect(window.send() == nil)
  }

  @Test func `no more leave than the server says it will still take, until it says otherwise`() {
    var window = RequestWindow(most: 64)
    window.exchange(remaining: 2)
    #expect([window.send(), window.send(), window.send()] == [2, 3, nil])
    window.answered(2, .well, after: .zero, remaining: 1)
    #expect(window.send() == nil, "one is on its way")
    window.answered(3, .well, after: .zero, remaining: 500)
    #expect([window.send(), window.send(), window.send()] == [4, 5, 6])
    window.answered(4, .well, after: .zero, remaining: 0)
    window.answered(5, .overloaded, after: .zero)
    #expect(window.send() == nil, "no answer says nothing")
    window.answered(6, .well, after: .zero)
    #expect([window.send(), window.send()] == [7, 8])
  }

  @Test func `an answer of which nothing can be read says nothing`() {
    var window = RequestWindow(most: 64)
    window.exchange(remaining: 2)
    let before = window.places
    #expect([window.send(), window.send(), window.send()] == [2, 3, nil])
    window.answered(2, .unread, after: .zero)
    #expect([window.send(), window.send()] == [4, nil])
    #expect(window.places == before)
  }

  @Test func `slower answers shrink it, and not below where it began`() {
    var window = RequestWindow(most: 64)
    _ = (window.round(), window.round(), window.round())
    #expect(window.places == 64)
    #expect(window.round(after: .milliseconds(90)) == 64, "within the tolerance")
    #expect(window.round(after: .milliseconds(91)) == 56)
    for _ in 1...30 { _ = window.round(after: .seconds(1)) }
    #expect(window.places == 8)
    window = RequestWindow(most: 64)
    _ = (window.round(.overloaded), window.round(.overloaded))
    #expect(window.places == 2)
    _ = window.round(after: .seconds(1))
    #expect(window.places == 3, "the quickest so far is the measure")
    #expect(window.round(after: .seconds(9)) == 3)
  }

  @Test func `a place that is taken is free again when it is given back`() {
    var window = RequestWindow(most: 2)
    #expect([window.enter(), window.enter(), window.enter()] == [true, true, false])
    window.leave()
    #expect([window.enter(), window.enter()] == [true, false])
  }
}

extension RequestWindow {
  /// As many requests as it allows, all answered.
  fileprivate mutating func round(_ ease: ServerEase = .well, after time: Duration = .milliseconds(20)) -> Int {
    var numbers: [Int] = []
    while enter(), let number = send() { numbers.append(number) }
    for number in numbers { answered(number, ease, after: time) }
    for _ in numbers { leave() }
    return places
  }

  /// One request with nothing beside it.
  fileprivate mutating func exchange(remaining: Int? = nil) {
    _ = enter()
    if let number = send() { answered(number, .well, after: .milliseconds(20), remaining: remaining) }
    leave()
  }
}
