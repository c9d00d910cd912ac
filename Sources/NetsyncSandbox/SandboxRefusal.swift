import HTTPTypes

/// Why a request is refused, and the one place where that becomes words.
///
/// Codes and titles are from the list of error codes in the API's documentation; which of them belongs to which refusal of a
/// network is not documented.
enum SandboxRefusal: Error, Equatable {
  /// 401: no bearer key, or another one.
  case unauthorized
  /// 403: a key that may not do this.
  case forbidden
  /// 404: no such path, or no network of this id.
  case notFound
  /// 405: a resource, but not with this method; `allowed` lists those that it has.
  case methodNotAllowed(allowed: String)
  /// 409: the network has interfaces, and is not deleted with them.
  case hasInterfaces
  /// 413: more than ``SandboxState/maximumBodyBytes``.
  case bodyTooLarge
  /// 400: the query has a broken percent escape, or is not UTF-8.
  case malformedQuery
  /// 400: the body is not one JSON object.
  case malformedBody
  /// 422: a paging parameter that is no number, or out of its range.
  case badParameter(String)
  /// 422: a name that a network cannot have.
  case badName(SandboxNameFault)

  var status: HTTPResponse.Status {
    switch self {
    case .unauthorized: .unauthorized
    case .forbidden: .forbidden
    case .notFound: .notFound
    case .methodNotAllowed: .methodNotAllowed
    case .hasInterfaces: .conflict
    case .bodyTooLarge: .contentTooLarge
    case .malformedQuery, .malformedBody: .badRequest
    case .badParameter, .badName: .unprocessableContent
    }
  }

  /// `{"errors":[…]}`
  var json: [UInt8] {
    SandboxErrorDocument(code: .text(words.code), title: words.title, detail: words.detail, source: source).json
  }

  private var words: (code: String, title: String, detail: String) {
    switch self {
    case .unauthorized:
      ("10009", "Authentication failed", "The required authentication headers were either invalid or not included.")
    case .forbidden:
      ("10010", "Authorization failed", "You do not have permission to perform the requested action.")
    case .notFound:
      ("10005", "Resource not found", "The requested resource or URL could not be found.")
    case .methodNotAllowed(let allowed):
      ("10015", "Method not allowed", "This resource can be asked with \(allowed) only.")
    case .hasInterfaces:
      ("10015", "Network in use", "The network has interfaces; delete them first.")
    case .bodyTooLarge:
      ("10015", "Payload too large", "A body may have at most \(SandboxState.maximumBodyBytes) bytes.")
    case .malformedQuery:
      ("10015", "Bad Request", "The query string is not well-formed.")
    case .malformedBody:
      ("10023", "Invalid JSON", "The body is not a well-formed JSON object.")
    case .badParameter(let parameter):
      ("10015", "Invalid value for \(parameter)", Self.range(of: parameter))
    case .badName(let fault):
      (fault.code, fault.title, fault.detail)
    }
  }

  private var source: SandboxErrorDocument.Source? {
    switch self {
    case .badParameter(let parameter): .parameter(parameter)
    case .badName: .pointer("/name")
    case .unauthorized, .forbidden, .notFound, .methodNotAllowed, .hasInterfaces, .bodyTooLarge, .malformedQuery,
      .malformedBody:
      nil
    }
  }

  private static func range(of parameter: String) -> String {
    parameter == "page[size]" ? "Must be a whole number from 1 to 250." : "Must be a whole number of 1 or more."
  }
}

/// Why a name is refused. The API documents only that a name is required; the rest is the sandbox's choice.
enum SandboxNameFault: Equatable {
  case missing
  case notString
  /// Nothing but white space.
  case blank
  /// More than ``SandboxName/maximumLength``.
  case tooLong
  /// Another network has it, and the sandbox was told to refuse that as a duplicate.
  case duplicate
  /// Another network has it, and the sandbox was told to refuse that as an invalid value.
  case taken

  var code: String {
    switch self {
    case .missing: "10004"
    case .notString: "10020"
    case .blank, .tooLong, .taken: "10015"
    case .duplicate: "10012"
    }
  }

  var title: String {
    switch self {
    case .missing, .notString, .blank, .tooLong, .taken: "Invalid value for name"
    case .duplicate: "Duplicate resource"
    }
  }

  var detail: String {
    switch self {
    case .missing: "A name is required."
    case .notString: "The name must be a string."
    case .blank: "The name must not be blank."
    case .tooLong: "The name must have at most \(SandboxName.maximumLength) characters."
    case .duplicate, .taken: "The name has already been taken."
    }
  }
}

/// The API's error body with one error in it.
struct SandboxErrorDocument {
  /// Codes occur as strings and as integers.
  enum Code {
    case text(String)
    case integer(Int)
  }

  /// Which part of the request is to blame.
  enum Source {
    case pointer(String)
    case parameter(String)
  }

  let code: Code
  let title: String
  let detail: String
  var source: Source?

  var json: [UInt8] {
    let error = SandboxJSON.object { error in
      switch code {
      case .text(let code): error.member("code", string: code)
      case .integer(let code): error.member("code", integer: code)
      }
      error.member("title", string: title)
      error.member("detail", string: detail)
      switch source {
      case .pointer(let pointer): error.object("source") { $0.member("pointer", string: pointer) }
      case .parameter(let parameter): error.object("source") { $0.member("parameter", string: parameter) }
      case nil: break
      }
    }
    return SandboxJSON.object { document in
      document.array("errors") { $0.element(rendered: error) }
    }
  }
}
