import Foundation
import HTTPTypes
import NetsyncSandbox
import Testing

/// An answer as a client has it.
struct Answer {
  var status: Int
  var fields: HTTPFields
  var body: [UInt8]

  /// The body, read as this type.
  func read<Document: Decodable>(_: Document.Type) throws -> Document {
    try JSONDecoder().decode(Document.self, from: Data(body))
  }

  /// The one error of an error body.
  func error() throws -> APIError {
    let errors = try read(ErrorDocument.self).errors
    #expect(errors.count == 1)
    return try #require(errors.first)
  }

  /// Whether the body is JSON at all.
  var isJSON: Bool { (try? JSONSerialization.jsonObject(with: Data(body), options: .fragmentsAllowed)) != nil }

  subscript(field: String) -> String? {
    HTTPField.Name(field).flatMap { fields[$0] }
  }

  /// Every complete answer in what a connection has sent. Enough of HTTP/1.1 for a server that always says `Content-Length`.
  static func all(in received: [UInt8]) throws -> [Answer] {
    var answers: [Answer] = []
    var rest = received[...]
    while !rest.isEmpty {
      let end = try #require(rest.firstRange(of: Array("\r\n\r\n".utf8)))
      let lines = String(decoding: rest[..<end.lowerBound], as: UTF8.self).components(separatedBy: "\r\n")
      var fields = HTTPFields()
      for line in lines.dropFirst() {
        let parts = line.split(separator: ":", maxSplits: 1)
        let name = try #require(HTTPField.Name(String(parts[0])))
        fields.append(HTTPField(name: name, value: parts[1].trimmingCharacters(in: .whitespaces)))
      }
      let length = try #require(fields[.contentLength].flatMap { Int($0) })
      let status = try #require(lines.first?.split(separator: " ").dropFirst().first.flatMap { Int($0) })
      let body = rest[end.upperBound...].prefix(length)
      try #require(body.count == length, "an answer was cut short")
      answers.append(Answer(status: status, fields: fields, body: Array(body)))
      rest = rest[body.endIndex...]
    }
    return answers
  }
}

extension Answer {
  /// An answer that never went over a wire.
  init(_ answer: SandboxResponse) {
    self.init(status: answer.response.status.code, fields: answer.response.headerFields, body: answer.body)
  }
}

struct NetworkDocument: Decodable {
  var data: APINetwork
}

struct APINetwork: Decodable, Equatable {
  var id: String
  var record_type: String
  var name: String
  var created_at: String
  var updated_at: String
}

struct Listing<Row: Decodable>: Decodable {
  var data: [Row]
  var meta: PagingMeta
}

struct PagingMeta: Decodable, Equatable {
  var page_number: Int
  var page_size: Int
  var total_pages: Int
  var total_results: Int
}

struct APIInterface: Decodable {
  struct Region: Decodable {
    var code: String
    var name: String
    var record_type: String
  }

  var id: String
  var record_type: String
  var name: String
  var network_id: String
  var status: String
  var type: String
  var region_code: String
  var region: Region
  var created_at: String
  var updated_at: String
}

struct ErrorDocument: Decodable {
  var errors: [APIError]
}

struct APIError: Decodable {
  struct Source: Decodable {
    var pointer: String?
    var parameter: String?
  }

  /// As text, whichever of the two forms it came in.
  var code: String
  var codeIsInteger: Bool
  var title: String
  var detail: String
  var source: Source?

  private enum CodingKeys: CodingKey {
    case code, title, detail, source
  }

  init(from decoder: any Decoder) throws {
    let members = try decoder.container(keyedBy: CodingKeys.self)
    if let number = try? members.decode(Int.self, forKey: .code) {
      (code, codeIsInteger) = (String(number), true)
    } else {
      (code, codeIsInteger) = (try members.decode(String.self, forKey: .code), false)
    }
    title = try members.decode(String.self, forKey: .title)
    detail = try members.decode(String.self, forKey: .detail)
    source = try members.decodeIfPresent(Source.self, forKey: .source)
  }
}
