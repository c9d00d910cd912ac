"""The rules, broken on purpose, one at a time. The simulation must catch each: what it does not catch, it does not check.

To add one, say which rule or invariant it breaks, and where:

    Mutant("absence-taken-for-deletion", "R4", expression(FILE, "sight = ⟦.read(document)⟧", ".gone"))

The text must occur exactly once in the file. Give as much around it as that takes, with ⟦ ⟧ around what is replaced; without
them all of it is. `expression` puts one expression in place of another of the same type, `statement` puts statements in place
of one, or nothing, and `before` has statements carried out before one that stays. What is declared stays declared: a `let` that is
used later is no statement to replace, but what it is set to is an expression. A mutant may have several sites, and a site
several mutants; sites must not overlap otherwise.

A good mutant is a mistake that somebody could make, and compiles without a warning. Where a change of the sources takes a text
away, the build names the mutant; mend its entry or, where the rule is gone too, delete it.

    Tests/Mutants/build && Tests/Mutants/run absence-taken-for-deletion
"""

from __future__ import annotations

from sites import Mutant, before, expression, statement

RECONCILE = "Sources/NetsyncReconcile/ReconcileNetwork.swift"
NOMINATE = "Sources/NetsyncReconcile/NominateDeletions.swift"
SETTLE = "Sources/NetsyncReconcile/SettlePush.swift"
RESOLVE = "Sources/NetsyncReconcile/ResolveUnknownCreate.swift"
COALESCE = "Sources/NetsyncReconcile/CoalesceOperations.swift"
SIGHTS = "Sources/NetsyncReplica/Replica+Sights.swift"
PAGES = "Sources/NetsyncReplica/Replica+Pages.swift"
EDITS = "Sources/NetsyncReplica/Replica+Edits.swift"
PUSH = "Sources/NetsyncReplica/Replica+Push.swift"
LANDING = "Sources/NetsyncReplica/Replica+Landing.swift"
CONFLICTS = "Sources/NetsyncReplica/Replica+Conflicts.swift"
STATUS = "Sources/NetsyncReplica/Replica+Status.swift"
REQUESTS = "Sources/NetsyncEngine/Requests.swift"
SWEEP = "Sources/NetsyncEngine/Pull/Sweep.swift"
MISSING = "Sources/NetsyncEngine/Pull/Sweep+Missing.swift"
LANE = "Sources/NetsyncEngine/Push/Lane.swift"
RUN = "Sources/NetsyncEngine/Push/PushRun.swift"
CLIENT = "Sources/NetsyncAPI/APIClient.swift"
DECODER = "Sources/NetsyncAPI/ResponseDecoder.swift"
CLASSIFICATION = "Sources/NetsyncAPI/Classification.swift"

# A create without an answer that can be relied on.
CREATE_FAILED = "case .serverFault, .noAnswer, .notUnderstood: ⟦.doubt⟧"
# An edit of a network that is gone there.
RENAMED_AND_GONE = "case .rename: ⟦NetworkDecision(base: .keep, edit: .conflict(.deletedThere))⟧"
ARMED = "try replicaStep({ () throws(ReplicaError) in try engine.replica.arm(operation, arming) })"
LOOK = "let exchange = try await requests.look { await engine.api.network(id) }"
IN_SYNC = "outbox.isEmpty && conflicts == 0 && lastSweep?.isComplete == true && lastSweep?.outcome == .ok"


def on_failure(failure: str, decision: str) -> str:
    """A decision for one failure only; the others of its case are settled as they should be."""
    return f"{{ if case .{failure} = failure {{ PushDecision.{decision} }} else {{ PushDecision.doubt }} }}()"


CREATES = [
    Mutant(
        "unanswered-create-sent-again", "R6",
        expression(SETTLE, CREATE_FAILED, on_failure("noAnswer", "retry(after: nil)")),
    ),
    Mutant(
        "failed-create-sent-again", "R6",
        expression(SETTLE, CREATE_FAILED, on_failure("serverFault", "retry(after: nil)")),
    ),
    Mutant(
        "unreadable-create-sent-again", "R6",
        expression(SETTLE, CREATE_FAILED, on_failure("notUnderstood", "retry(after: nil)")),
    ),
    Mutant(
        "crashed-create-sent-again", "R13",
        expression(
            SETTLE,
            "func recover(_ intent: Intent) -> Recovery {\n  switch intent {\n  case .create: ⟦.doubt⟧",
            ".wait",
        ),
    ),
    Mutant("found-create-sent-again", "R6", expression(RESOLVE, "return ⟦.adopt(oldest)⟧", ".sendAgain")),
    Mutant(
        "one-look-is-enough", "R6",
        expression(RESOLVE, "looks >= looksBeforeSendingAgain && now >= settled", "looks >= 1"),
    ),
    Mutant(
        "settle-time-cut-short", "R6",
        expression(LANE, "now: serverNow, settle: ⟦engine.settle⟧)", "engine.settle / 10"),
    ),
    Mutant(
        "another-name-adopted", "R6",
        expression(RESOLVE, "⟦network.name == name⟧ && !arming.known", "true"),
    ),
    Mutant("known-network-adopted", "R6", expression(RESOLVE, "⟦!create.known.contains($0.id)⟧ && mayBe", "true")),
    Mutant(
        "unanswered-create-taken-in", "R6",
        expression(PAGES, "} else if ⟦mayBeUnanswered(record)⟧ {", "false"),
    ),
]

OUTBOX = [
    Mutant(
        "drop-on-refusal", "R11",
        statement(
            PUSH,
            "try database.refuse(operation, detail, evidence, at: settledAt)",
            "try database.removeOperation(operation.edit)",
        ),
    ),
    Mutant(
        "drop-on-conflict", "R11",
        statement(
            SIGHTS,
            "try setState(.conflict(kind), of: operation.edit, at: now)",
            "try removeOperation(operation.edit)",
        ),
    ),
    Mutant(
        "yielded-edit-without-a-word", "R8",
        statement(SIGHTS, "try journalOutcome(.yielded, of: operation, after: theirs, verdict(), at: now)"),
    ),
    Mutant(
        "merged-edit-without-a-word", "R11",
        statement(EDITS, "try journalOutcome(.superseded, of: queued, Evidence(supersededBy: edit), at: now)"),
    ),
    Mutant(
        "discarded-edit-without-a-word", "R11",
        statement(
            EDITS,
            "try journalOutcome(kind, of: operation, after: isGone ? nil : left, evidence, at: now)",
        ),
    ),
    Mutant(
        "resolved-edit-without-a-word", "R8",
        statement(
            CONFLICTS,
            "after: operation.intent.name\n    )\n    ⟦try journal(entry, evidence: \"{}\", at: now)⟧",
        ),
    ),
    Mutant(
        "merged-under-the-old-number", "R11",
        expression(PUSH, "edit: ⟦follower.edit⟧,\n        intent,", "operation.edit"),
    ),
    Mutant(
        "delete-of-unsent-create-sent", "R11",
        expression(
            COALESCE,
            "case (.create, .delete):\n    return ⟦.cancel⟧",
            ".queue(.delete, base: nil, conflict: nil)",
        ),
    ),
    Mutant(
        "approval-ignored", "R5",
        expression(PUSH, 'held ? ("waiting", "held") : ("held", "waiting")', '("waiting", "held")'),
    ),
]

SETTLING = [
    Mutant(
        "settle-in-two-transactions", "R13",
        before(
            PUSH,
            "⟦let settledAt = now()⟧\n    return try write(.settle) { database in",
            "if case .landed(let document?) = decision {\n"
            "  _ = try? write(.settle) { database in\n"
            "    try database.setBase(document, of: try database.open(edit).network)\n"
            "  }\n"
            "}",
        ),
    ),
    Mutant("recovery-left-out", "R13", expression(PUSH, "guard ⟦isNeeded⟧ else { return }\n    let recoveredAt", "false")),
    Mutant("sent-unarmed", "R13", expression(LANE, f"guard ⟦{ARMED}⟧ else {{", "true")),
    Mutant("sent-though-edited-meanwhile", "R13", expression(LANE, f"guard ⟦{ARMED}⟧ else {{", f"{ARMED} || true")),
    Mutant(
        "landed-edit-stays", "R11",
        statement(
            LANDING,
            "throw ReplicaError.idTaken(document.id) }\n    ⟦try removeOperation(operation.edit)⟧",
        ),
    ),
    Mutant(
        "satisfied-edit-stays", "R11",
        statement(SIGHTS, "case .satisfied:\n      ⟦try removeOperation(operation.edit)⟧"),
    ),
    Mutant("landing-moves-no-base", "R1", statement(LANDING, "try setBase(document, of: operation.network)")),
    Mutant(
        "unanswered-delete-lands", "R12",
        expression(
            SETTLE,
            "case .gone: .landed(nil)\n"
            "  case .refused(let detail): .deadLetter(detail)\n"
            "  case .credentials, .notUnderstood: .stop\n"
            "  case .slowDown(let wait, _): .retry(after: wait)\n"
            "  case .serverFault, .unreachable, .noAnswer: ⟦.retry(after: nil)⟧",
            ".landed(nil)",
        ),
    ),
    Mutant("unread-delete-believed", "R12", expression(DECODER, "guard ⟦!body.isEmpty⟧ else { return }", "false")),
    Mutant(
        "credentials-taken-for-refusal", "R12",
        expression(
            CLASSIFICATION,
            "return ⟦.credentials(detail ?? APIErrorDetail(status: status))⟧",
            ".refused(detail ?? APIErrorDetail(status: status))",
        ),
    ),
    Mutant(
        "answer-for-another-believed", "R4",
        expression(CLIENT, "guard ⟦network.id == asked⟧ else", "true"),
    ),
]

LOOKING = [
    Mutant(
        "rename-without-a-look", "R7",
        before(
            LANE,
            LOOK,
            "if operation.intent.action == .rename { return try await deliver(operation, nil, request) }",
        ),
    ),
    Mutant(
        "delete-without-a-look", "R7",
        before(
            LANE,
            LOOK,
            "if operation.intent.action == .delete { return try await deliver(operation, nil, request) }",
        ),
    ),
    Mutant(
        "absence-taken-for-deletion", "R4",
        expression(MISSING, "case .success(let document): sight = ⟦.read(document)⟧", ".gone"),
    ),
    Mutant(
        "failure-taken-for-absence", "R4",
        statement(
            MISSING,
            "if case .failure(.gone) = exchange.result { gone = exchange }",
            "if case .failure = exchange.result { gone = exchange }",
        ),
        statement(
            MISSING,
            "if case .api(.gone, _, _) = error, let gone { return gone }",
            "if let gone { return gone }",
        ),
    ),
    Mutant(
        "removal-without-evidence", "R4",
        expression(
            SIGHTS,
            "try journal(entry, evidence: ⟦evidence⟧, at: now)\n    try markGone(network, .deletedThere",
            '"{}"',
        ),
    ),
    Mutant(
        "later-pages-left-out", "R4",
        expression(
            SWEEP,
            "engine.api.isLast(number, of: page.listed.totalPages, rows: page.rows)",
            "true",
        ),
    ),
    Mutant("stale-page-brings-back", "R10", expression(RECONCILE, "case .deleted, .overtook: ⟦true⟧", "false")),
    Mutant(
        "own-deletion-forgotten", "R10",
        expression(SIGHTS, "return ⟦wasDeletedHere ? .deleted : .changed⟧", ".changed"),
    ),
    Mutant(
        "equal-stamps-taken-for-unchanged", "R3",
        expression(
            RECONCILE,
            "if ⟦remote == base⟧ { return .keep }",
            "remote == base || (remote.updatedAt != nil && remote.updatedAt == base.updatedAt)",
        ),
    ),
    Mutant(
        "listing-went-back-without-a-word", "I9",
        expression(RECONCILE, "return .accept(remote, ⟦.wentBack⟧)", ".changed"),
    ),
    Mutant(
        "answer-went-back-without-a-word", "I9",
        expression(
            LANDING,
            "let base = try base(of: operation.network), ⟦isOlder(document.updatedAt, than: base.updatedAt)⟧",
            "false",
        ),
    ),
]

CONTESTED = [
    Mutant(
        "rename-of-a-gone-network-stuck", "R8",
        expression(RECONCILE, RENAMED_AND_GONE, "NetworkDecision(base: .remove, edit: .none)"),
    ),
    Mutant(
        "rename-satisfied-by-absence", "R8",
        expression(RECONCILE, RENAMED_AND_GONE, "NetworkDecision(base: .remove, edit: .satisfied)"),
    ),
    Mutant(
        "rename-satisfied-by-any-change", "R8",
        expression(
            RECONCILE,
            "if ⟦remote.name == name⟧ { return .satisfied }",
            "remote.name == name || remote.name != baseName",
        ),
    ),
    Mutant(
        "pending-delete-undone-by-a-look", "I4",
        expression(
            RECONCILE,
            "case .delete(let baseName, let editedAt):\n    if remote.name == baseName { return ⟦.goesOn⟧ }",
            ".yields",
        ),
    ),
    Mutant("mine-yields-under-client", "R8", expression(RECONCILE, "case .client: return ⟦stands⟧", ".yields")),
    Mutant("mine-prevails-under-hold", "R8", expression(RECONCILE, "case .hold: return ⟦.conflict(kind)⟧", "stands")),
    Mutant(
        "the-other-side-taken", "R8",
        expression(CONFLICTS, "switch ⟦side⟧ {\n      case .theirs:", "side == .mine ? .theirs : .mine"),
    ),
]

GUARDS = [
    Mutant(
        "other-account-unnoticed", "R5",
        expression(NOMINATE, "return ⟦sight.known > 0 && sight.listed > 0 && !sight.overlaps⟧", "false"),
    ),
    Mutant("absence-of-other-account-believed", "R5", statement(LANE, "try await engine.checkAccount(requests)")),
    Mutant("create-in-other-account", "R5", statement(RUN, "try await engine.checkAccount(requests)")),
    Mutant(
        "removals-never-held", "R5",
        before(
            NOMINATE,
            "⟦if let approved {⟧\n    return sweep.missing <= approved",
            "return .confirmEach",
        ),
    ),
    Mutant("silence-not-kept", "R12", statement(REQUESTS, "try await keepQuiet()")),
    Mutant("in-sync-always", "R17", expression(STATUS, IN_SYNC, "true")),
    Mutant("in-sync-after-a-partial-pull", "R17", expression(STATUS, IN_SYNC, "outbox.isEmpty && conflicts == 0")),
]

MUTANTS = [*CREATES, *OUTBOX, *SETTLING, *LOOKING, *CONTESTED, *GUARDS]
