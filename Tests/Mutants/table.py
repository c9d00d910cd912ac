"""The rules, broken on purpose, one at a time. The simulation must catch each: what it does not catch, it does not check.

To add one, mark its place in the sources, on a line of its own above the statement:

    // mutant: stale-page-brings-back
    case .deleted, .overtook: true

and say here which rule or invariant it breaks, which part of the statement is replaced, and by what:

    Mutant("stale-page-brings-back", "R10", Kind.RESULT, "false")

`ORIGINAL` stands for what is replaced. What is declared stays declared: a `let` that is used later is no statement to replace, but what it
is set to is. A good mutant is a mistake that somebody could make, and compiles without a warning.

Those of a rule stand in Sources/NetsyncReconcile, with at most three exceptions, each with its reason. Those of the carrying out
stand where a decision is carried out: a step left out, two in the wrong order, a transaction split in two.

    Tests/Mutants/build && Tests/Mutants/run --afresh stale-page-brings-back

which also keeps the seed that caught it, in seeds.txt.
"""

from __future__ import annotations

from sites import ORIGINAL, Kind, Mutant

STATEMENT, BEFORE, EXPRESSION = Kind.STATEMENT, Kind.BEFORE, Kind.EXPRESSION
RETURNED, ASSIGNED, RESULT, CONDITION = Kind.RETURNED, Kind.ASSIGNED, Kind.RESULT, Kind.CONDITION


def on_failure(failure: str, decision: str) -> str:
    """A decision for one failure only; the others of its case are settled as they should be."""
    return f"{{ if case .{failure} = failure {{ PushDecision.{decision} }} else {{ PushDecision.doubt }} }}()"


CREATES = [
    Mutant("unanswered-create-sent-again", "R6", RESULT, on_failure("noAnswer", "retry(after: nil)")),
    Mutant("failed-create-sent-again", "R6", RESULT, on_failure("serverFault", "retry(after: nil)")),
    Mutant("unreadable-create-sent-again", "R6", RESULT, on_failure("notUnderstood", "retry(after: nil)")),
    Mutant("crashed-create-sent-again", "R13", RESULT, ".wait"),
    Mutant("found-create-sent-again", "R6", RETURNED, ".sendAgain"),
    Mutant("one-look-is-enough", "R6", CONDITION, "looks >= 1"),
    Mutant("settle-time-cut-short", "R6", CONDITION, "identify(name, doubt, by: look, now: now, clock: clock, settleTime: settleTime / 10)"),
    Mutant("settle-time-by-a-rough-clock", "R6", ASSIGNED, "(clock.serverTime(now), clock.serverTime(now))"),
    Mutant("another-name-adopted", "R6", ASSIGNED, "true"),
    Mutant(
        "known-network-adopted",
        "R6",
        EXPRESSION,
        "likenesses.contains(likeness(of: network, to: forms, arming)) && seen.insert(network.id).inserted",
    ),
    Mutant("contradiction-believed", "R6", CONDITION, "look.siblings > 0"),
    Mutant("contradiction-everywhere-believed", "R6", CONDITION, "everywhere.isWhole || looks > 0"),
    Mutant("armed-upon-a-contradiction", "R6", CONDITION, "listing.networks.count >= 0"),
    Mutant("changed-name-sent-again", "R6", CONDITION, "suspects.count > 99"),
    Mutant("unanswered-create-taken-in", "R6", EXPRESSION, "false"),
    Mutant("first-look-forgotten", "R6", STATEMENT, "flying?.move(to: .inDoubt(Doubt(arming: doubt.arming, looks: looks, nextLook: again)))"),
    Mutant("candidates-forgotten", "R6", STATEMENT),
    Mutant("look-due-on-the-wrong-clock", "R9", ASSIGNED, "notBefore"),
]

OUTBOX = [
    Mutant("drop-on-refusal", "R11", STATEMENT),
    Mutant("drop-on-conflict", "R11", STATEMENT, "queued = nil"),
    Mutant("yielded-edit-without-a-word", "R8", STATEMENT),
    Mutant("merged-edit-without-a-word", "R11", STATEMENT),
    Mutant("discarded-edit-without-a-word", "R11", STATEMENT),
    Mutant("resolved-edit-without-a-word", "R8", STATEMENT),
    Mutant("merged-under-the-old-number", "R11", STATEMENT, "queued = sent.moved(to: waiting)\nqueued?.intent = intent"),
    Mutant("delete-of-unsent-create-sent", "R11", RETURNED, ".queue(.delete, base: nil, conflict: nil)"),
    Mutant("second-rename-dropped", "R1", RETURNED, ".nothing"),
    Mutant("approval-ignored", "R5", STATEMENT),
    Mutant("retried-edit-lost", "R11", STATEMENT),
    Mutant("unsent-network-stays", "R11", STATEMENT),
    Mutant("armed-though-edited-meanwhile", "R13", CONDITION, "true"),
]

SETTLING = [
    Mutant("landed-edit-stays", "R11", STATEMENT),
    Mutant("satisfied-edit-stays", "R11", STATEMENT),
    Mutant("landing-moves-no-base", "R1", STATEMENT),
    Mutant("edit-keeps-its-old-base", "R1", STATEMENT),
    Mutant("unanswered-delete-lands", "R12", RESULT, ".landed(nil)"),
    Mutant("create-refused-by-credentials", "R12", RESULT, ".deadLetter(APIErrorDetail(status: 401))"),
    Mutant("rename-of-a-gone-network-lands", "R7", RESULT, ".landed(nil)"),
    Mutant("refused-rename-tried-for-ever", "R12", RESULT, "{ _ = detail; return PushDecision.retry(after: nil) }()"),
    Mutant("rename-answered-with-another-name-lands", "R12", ASSIGNED, "true"),
    Mutant("write-not-acknowledged", "R10", STATEMENT),
    Mutant(
        "unread-delete-believed", "R12", CONDITION, "false",
        reason="which bytes are an answer is for the wire to say",
    ),
    Mutant(
        "credentials-taken-for-refusal", "R12", RETURNED, ".refused(detail ?? APIErrorDetail(status: status))",
        reason="answers are classified where they are read, by their status",
    ),
    Mutant(
        "answer-for-another-believed", "R4", CONDITION, "true",
        reason="an answer is held against its request where both are",
    ),
]

LOOKING = [
    Mutant("absence-taken-for-deletion", "R4", RESULT, "{ _ = document; return RemoteSight?.some(.gone) }()"),
    Mutant("failure-taken-for-absence", "R4", RETURNED, "true"),
    Mutant("removal-without-evidence", "R4", STATEMENT, "journal(.remote, .deleted, before: base?.name, Evidence())"),
    Mutant("later-pages-left-out", "R4", ASSIGNED, "true"),
    Mutant("stale-page-brings-back", "R10", RESULT, "false"),
    Mutant("own-deletion-forgotten", "R10", RETURNED, ".changed"),
    Mutant(
        "equal-stamps-taken-for-unchanged", "R3", CONDITION,
        "remote == base || (remote.updatedAt != nil && remote.updatedAt == base.updatedAt)",
    ),
    Mutant("listing-went-back-without-a-word", "I9", RETURNED, ".accept(remote, .changed)"),
    Mutant("answer-went-back-without-a-word", "I9", STATEMENT),
    Mutant("unreadable-record-taken-for-none", "R15", EXPRESSION, "isFinished && isWhole"),
    Mutant("missing-name-taken-for-a-change", "R15", CONDITION, "name == nil && known == nil"),
]

CONTESTED = [
    Mutant("rename-of-a-gone-network-stuck", "R8", RESULT, "NetworkDecision(base: .remove, edit: .none)"),
    Mutant("rename-satisfied-by-absence", "R8", RESULT, "NetworkDecision(base: .remove, edit: .satisfied)"),
    Mutant("rename-satisfied-by-any-change", "R8", CONDITION, "remote.name == name || remote.name != baseName"),
    Mutant("pending-delete-undone-by-a-look", "I4", RETURNED, ".yields"),
    Mutant("mine-yields-under-client", "R8", RETURNED, ".yields"),
    Mutant("mine-prevails-under-server", "R8", RETURNED, "stands"),
    Mutant("mine-prevails-under-hold", "R8", RETURNED, "stands"),
    Mutant("host-time-taken-for-the-servers", "R9", ASSIGNED, "editedAt.since(theirs)"),
    Mutant("too-close-to-call-decided", "R8", CONDITION, "lead > .zero"),
    Mutant("the-other-side-taken", "R8", CONDITION, "side == .mine ? ConflictSide.theirs : .mine"),
    Mutant("undo-overwrites-a-later-name", "R8", CONDITION, "true"),
    Mutant("undo-deletes-what-was-renamed-since", "R8", CONDITION, "true"),
]

GUARDS = [
    Mutant("other-account-unnoticed", "R5", RETURNED, "false"),
    Mutant("strangers-taken-for-our-own", "R5", CONDITION, f"{ORIGINAL} && page.number > 1"),
    Mutant("removals-never-held", "R5", BEFORE, "return .confirmEach"),
    Mutant("restored-server-believed", "R5", STATEMENT),
    Mutant("deletes-never-held", "R5", EXPRESSION, "nil"),
    Mutant("in-sync-always", "R17", EXPRESSION, "true"),
    Mutant("in-sync-after-a-partial-pull", "R17", EXPRESSION, "outbox.isEmpty && conflicts == 0"),
    Mutant("pages-of-an-earlier-sweep-left-out", "R4", ASSIGNED, "rest.filter { !reached.contains($0) }"),
    Mutant("budget-exceeded", "R12", CONDITION, "onTheWay < most"),
    Mutant("daemon-asks-without-need", "R12", ASSIGNED, "interval / 100"),
    Mutant("daemon-thinks-it-is-offline", "R14", RESULT, "false"),
]

# Decisions that are not carried out as they were made.
CARRYING_OUT = [
    Mutant(
        "settle-in-two-transactions", "R13", BEFORE,
        "if case .success(let document?) = answer {\n"
        "  _ = try? write(.settle) { database in\n"
        "    try database.run(\n"
        '      "UPDATE network SET remote_id = ?, name = ? WHERE network_key = (SELECT network_key FROM operation WHERE edit = ?)",\n'
        "      arguments: [document.id.text, document.name?.text, edit.rawValue]\n"
        "    )\n"
        "  }\n"
        "}",
    ),
    Mutant("recovery-left-out", "R13", CONDITION, "false"),
    Mutant("sent-unarmed", "R13", RETURNED, "true"),
    Mutant("sent-though-edited-meanwhile", "R13", RETURNED, f"{ORIGINAL} || true"),
    Mutant(
        "rename-without-a-look", "R7", BEFORE,
        "if operation.intent.action == .rename { return try await deliver(operation, nil, seen: nil, request) }",
    ),
    Mutant(
        "delete-without-a-look", "R7", BEFORE,
        "if operation.intent.action == .delete { return try await deliver(operation, nil, seen: nil, request) }",
    ),
    Mutant("absence-of-other-account-believed", "R5", STATEMENT),
    Mutant("absence-of-one-in-other-account-believed", "R5", STATEMENT),
    Mutant("create-in-other-account", "R5", STATEMENT),
    Mutant("silence-not-kept", "R12", RETURNED, "nil"),
    Mutant("glance-not-taken", "R14", STATEMENT),
    Mutant("acknowledgement-not-written", "R10", STATEMENT),
    Mutant("lane-not-written", "R11", STATEMENT),
    Mutant("journal-not-written", "R11", STATEMENT),
    Mutant("base-not-written", "R1", STATEMENT),
    Mutant("arrivals-untold", "R11", STATEMENT),
    Mutant("first-pull-forgets-what-it-put-in", "R13", STATEMENT),
]

RULES = [*CREATES, *OUTBOX, *SETTLING, *LOOKING, *CONTESTED, *GUARDS]
MUTANTS = [*RULES, *CARRYING_OUT]
