"""What the reference says of each thing that the code only names. Something without words here fails ``docs.generate``."""

from __future__ import annotations

from typing import Any

SETTINGS = {
    "MOTCUA_DATABASE_URL": "Where everything is kept. `sqlite:///relative/path.db`, `sqlite:////absolute/path.db`, "
    "`sqlite:///:memory:` (gone when the process ends), or `postgresql://user@host:5432/database`.",
    "MOTCUA_BIND": "Address and port to listen on. Anything but a loopback address also needs `MOTCUA_ADMIN_KEY` "
    "or `MOTCUA_OIDC_ISSUER`.",
    "MOTCUA_ADMIN_KEY": "The administrator's key: 16 visible ASCII characters or more. Without it the first start makes "
    "one and prints it once. Only its SHA-256 is stored. A key set later is added; the one before stays good.",
    "MOTCUA_CLOCK": "`system`: the machine's time. `virtual`: time stands still until `POST /v1/clock/advance` moves it; "
    "where it stands is stored.",
    "MOTCUA_LOG_LEVEL": "`debug`, `info`, `warning` or `error`: what is written to stderr, one JSON object a line. "
    "Neither values of variables nor keys are written.",
    "MOTCUA_BROKER_URL": "Where processes on one PostgreSQL database tell each other of jobs, as `amqp://user:password@host:5672//`. "
    "Any broker that Celery knows will do. Without it each process runs jobs itself; `motcua worker` needs it.",
    "MOTCUA_TENANT": "Whose data this service works on: several provinces can share one database, and see nothing of one another.",
    "MOTCUA_OIDC_ISSUER": "The OpenID provider whose tokens are believed, exactly as they name it in `iss`; https, but on this machine. "
    "Without it only keys open the service.",
    "MOTCUA_OIDC_AUDIENCE": "What tokens must name in `aud`. Needed with an issuer.",
    "MOTCUA_OIDC_JWKS_URL": "Where the issuer's public keys are. Without it the issuer is asked (OpenID Connect Discovery).",
    "MOTCUA_OIDC_ALGORITHMS": "Signatures that are taken, with commas between: RS256 to RS512, PS256 to PS512, ES256 to ES512, EdDSA.",
    "MOTCUA_OIDC_NAME_CLAIM": "The claim that has the user's name. A dot leads into a claim: `realm_access.roles`.",
    "MOTCUA_OIDC_ROLES_CLAIM": "The claim that has the roles. Names that are no role of this service do not count.",
    "MOTCUA_OIDC_UNIT_CLAIM": "The claim that has the code of the user's unit.",
    "MOTCUA_OIDC_GROUPS_CLAIM": "The claim that has the candidate groups.",
    "MOTCUA_RATE_LIMIT": "Requests a second that one caller may send, and so many at once; more are answered 429.",
    "MOTCUA_CONNECTORS": "File in which [connectors](connectors.md) are registered; read at the start.",
    "MOTCUA_SIGNING": "File that says [with what papers are signed](papers.md); read at the start. Without it no paper is made.",
    "MOTCUA_SECRETS_DIR": "Folder of secrets of connectors and of signing: a file for each, named as the secret is.",
    "MOTCUA_WEBHOOK_HOSTS": "Where events may be sent, with commas between: `https://hooks.example.vn`, with `:port` where it is another. "
    "Closed addresses are reached only where they are listed: `https://10.20.0.5`, or `https://hooks.example.vn=10.20.0.0/16`. "
    "`http://` is taken where it is written so. "
    "Without it there are no subscriptions.",
    "MOTCUA_WEBHOOK_KEY": "The key that all secrets of subscriptions are made of: 32 visible ASCII characters or more. "
    "It is stored nowhere; with another key every subscription needs a new secret. Goes with `MOTCUA_WEBHOOK_HOSTS`.",
    "MOTCUA_ARCHIVE": "A folder. Ended instances that are past their class's time go there, once a day. "
    "Without it nothing goes by itself; `motcua archive` does it by hand.",
    "MOTCUA_RETENTION": "A TOML file with retention classes: how long ended instances stay in the database. "
    "Without it there is one class, `default`: a year.",
    "MOTCUA_LARGEST_DOCUMENT": "Megabytes of one document of a dossier, 1 to 100.",
    "MOTCUA_LARGEST_DOSSIER": "Megabytes of all documents of a dossier, 1 to 10,000.",
    "MOTCUA_APPROVAL": "`required`: dossiers of procedures of the catalogue begin with the version that somebody else than its "
    "deployer has [approved](../how-to/approve-a-procedure.md) for the day. `not-required`: with the newest.",
    "MOTCUA_HSTS": "Seconds for which browsers are told to come over https only; 0: they are not told.",
}

OF_CLIENTS = {
    "MOTCUA_URL": "Address of the service that commands talk to. Without it the address of `MOTCUA_BIND` is taken.",
    "MOTCUA_TOKEN": "Key that commands send when neither `--key` nor `MOTCUA_ADMIN_KEY` gives one.",
}

_OF_BATCH = {"batch": "id of the batch", "done": "instances done until then", "failed": "instances refused until then"}

_OF_PACKET = {"packet": "id of the packet", "connector": "who sent it", "service": "which of its packets it is"}
_OF_SUBSCRIPTION = {"subscription": "id of the subscription"}
_OF_FAILURE = {**_OF_SUBSCRIPTION, "error": "why nothing was taken the last time", "failures": "how often in a row"}

PAYLOADS: dict[str, dict[str, str]] = {
    "ProcessInstanceStarted": {
        "definition": "id of the process definition",
        "key": "its key",
        "version": "its version",
        "hash": "its content hash",
        "rules": "version of the execution rules",
        "calendar": "hash of the working calendar",
        "calls": "called keys, each with the definition and hash it is bound to",
        "businessKey": "the dossier's code, or null",
        "values": "variables it began with",
        "startEvent": "place that was triggered, when it did not start plainly",
        "correlationKey": "what messages find it by, when another instance that has that business key began it",
        "unit": "code of the unit whose dossier it is",
        "dossier": "how the dossier was handed in: `channel`, `submittedAt`, and `code` where another system named it",
    },
    "JobBegun": {
        "job": "id of the job",
        "activity": "service task that asked",
        "attempt": "how often it has been begun",
        "until": "when it counts as interrupted, should nothing be recorded of it by then",
    },
    "JobCompleted": {"job": "id of the job", "activity": "service task that asked", "values": "its results"},
    "JobFailed": {
        "job": "id of the job",
        "activity": "service task that asked",
        "message": "what the other system said; not sealed, so it must name no person",
        "retries": "attempts that are left; 0 makes an incident",
        "again": "from when on it may be fetched again",
        "incidentCode": "code of the incident, where it is another than `jobFailed`",
    },
    "JobErrorThrown": {
        "job": "id of the job",
        "activity": "service task that asked",
        "code": "code of the BPMN error",
        "message": "what the other system said; not sealed, so it must name no person",
        "values": "what came with it",
    },
    "JobRequested": {
        "job": "id of the job",
        "activity": "service task that asks",
        "element": "id of the element",
        "name": "name of the element",
        "topic": "whose work it is; `connector:` and the operation, when the service does it by calling another system",
        "values": "variables that the job is given",
        "key": "under which it was asked for before, when nobody knows what became of that",
    },
    "JobCancelled": {"job": "id of the job"},
    "PaperDrafted": {
        "paper": "id of the paper, which is that of its job",
        "activity": "service task that asks for it",
        "element": "id of the element",
        "name": "name of the element",
        "form": "form by which it is made",
        "values": "variables that are printed on it",
        "legalBasis": "legal basis of the element, printed on it",
    },
    "PaperPublished": {
        "paper": "id of the paper",
        "activity": "service task that waited for it",
        "series": "series of its number: form, unit and year",
        "number": "number in the series, without gap from 1",
        "label": "the number as it is printed",
        "hash": "SHA-256 of the signed file",
        "signer": "whom the certificate of the signature names",
    },
    "PaperWithdrawn": {"paper": "id of the paper"},
    "FeeDetermined": {
        "activity": "activity that found it",
        "element": "id of the element; what it says later takes the place of what it said before",
        "amount": "what is due, in whole đồng",
    },
    "ConditionMet": {
        "activity": "activity that waited",
        "element": "place where it waited",
        "values": "what the condition read",
    },
    "CompensationThrown": {
        "activity": "event that threw it",
        "activities": "what will be undone, in this order",
    },
    "UserTaskClaimed": {
        "userTask": "id of the task",
        "activity": "activity it belongs to",
        "assignee": "who has it now",
    },
    "UserTaskReleased": {"userTask": "id of the task", "activity": "activity it belongs to", "assignee": "null"},
    "UserTaskAssigned": {
        "userTask": "id of the task",
        "activity": "activity it belongs to",
        "assignee": "who has it now",
    },
    "UserTaskCompleted": {
        "userTask": "id of the task",
        "activity": "activity it belongs to",
        "values": "what was entered",
    },
    "MessageDelivered": {
        "subscription": "id of the place that waited",
        "activity": "activity that waited",
        "element": "catching element",
        "name": "name of the message",
        "message": "id of the message",
        "values": "variables it brought",
    },
    "SignalDelivered": {
        "signal": "id of the broadcast",
        "name": "name of the signal",
        "receivers": "places in this instance that waited: subscription, activity, element",
        "values": "variables it brought",
    },
    "TimerFired": {
        "timer": "id of the timer",
        "activity": "activity that waited",
        "element": "timer event",
        "due": "when it was due",
        "lateBy": "seconds between due and fired",
    },
    "VariablesMended": {
        "reason": "why, in the operator's words",
        "values": "variables that were set",
        "scope": "activity whose own variables were meant; the process when it is not there",
    },
    "IncidentRetried": {"incident": "id of the incident"},
    "Dispatched": {
        "job": "id of the job that delivered it",
        "outcome": "correlated, started, buffered, broadcast or ambiguousCorrelation",
        "receivers": "ids of the instances reached",
    },
    "DossierAccepted": {
        "code": "what people call the dossier from now on",
        "limit": "the legal limit of its procedure; null where it names none",
        "startedAt": "from when the limit is counted",
        "due": "when the dossier is due by it; null without a limit",
        "calendar": "hash of the working calendar that it was reckoned by",
    },
    "DocumentAdded": {
        "document": "id of the document in its dossier",
        "hash": "SHA-256 of the file",
        "mediaType": "what the file is by its bytes",
        "size": "bytes",
        "component": "which of the procedure's papers it is, from 1; not there for another one",
        "componentName": "what that paper is called",
        "digitised": "whether the office digitised it",
        "reused": "whether it was used in a dossier before",
        "shared": "whether it was taken from the national repository",
        "values": "what the sender calls the file (`fileName`); it is personal",
    },
    "PaymentSettled": {
        "payment": "id of the payment",
        "reference": "the bill's reference, or the number of the counter's receipt",
        "amount": "what was paid, in đồng",
        "channel": "`online`, `counter` or `bank`",
        "method": "at the counter: `cash`, `transfer`, `pos`",
        "connector": "which outside system said so",
        "transaction": "what that system calls it",
    },
    "PaymentRefunded": {
        "payment": "id of the payment",
        "amount": "what was given back, in đồng",
        "channel": "how it had been paid",
        "reason": "why",
    },
    "DossierRated": {
        "rating": "`verySatisfied`, `satisfied` or `dissatisfied`",
        "values": "what the citizen said (`comment`); it is personal",
    },
    "DueTimeExtended": {"due": "the new date", "reason": "why"},
    "DueTimeRecomputed": {"due": "when it is due now", "calendar": "hash of the calendar that came into force"},
    "NoteAdded": {"values": "the note, committed to rather than written"},
    "ProcessInstanceContinued": {"job": "id of the job"},
    "ProcessInstanceModified": {
        "reason": "why, in the operator's words",
        "cancel": "activities that were withdrawn, in this order",
        "start": "where tokens then arrived: `element` or `flow`, and `scope`, the activity around it, where one was named",
    },
    "ProcessInstanceSuspended": {"reason": "why"},
    "ProcessInstanceResumed": {},
    "ProcessInstanceCancelled": {"reason": "why"},
    "ElementEntered": {
        "activity": "id of the activity that begins",
        "element": "id of the element",
        "type": "BPMN tag",
        "name": "name in the diagram",
        "lane": "name of the innermost lane",
        "statusCode": "`motcua:statusCode`",
        "legalBasis": "`motcua:legalBasis`",
        "loop": "`loop` or `multiInstance`, for the body around repetitions",
        "flow": "flow by which the token came",
        "flows": "flows whose tokens met in a join",
    },
    "ElementLeft": {"activity": "id of the activity"},
    "ElementCancelled": {"activity": "id of the activity"},
    "FlowTaken": {
        "activity": "activity that chose",
        "flow": "flow that was chosen",
        "values": "variables that the conditions read",
    },
    "VariablesWritten": {"scope": "activity that owns the scope; empty: the process", "values": "variables written"},
    "UserTaskCreated": {
        "userTask": "id of the task",
        "activity": "activity it belongs to",
        "element": "id of the element",
        "name": "name in the diagram",
        "lane": "name of the lane",
        "candidateGroups": "groups that may do it",
        "assignee": "who it is for",
        "formKey": "form",
        "due": "when its limit is used up",
    },
    "UserTaskCancelled": {"userTask": "id of the task"},
    "TimerArmed": {
        "timer": "id of the timer",
        "activity": "activity that waits",
        "element": "timer event",
        "name": "name in the diagram",
        "due": "when it is due",
        "limit": "`motcua:limit`, where that decides",
    },
    "TimerCancelled": {"timer": "id of the timer"},
    "TimerSkipped": {"timer": "id of the timer", "missed": "how many repetitions were passed over"},
    "SubscriptionOpened": {
        "subscription": "id of the waiting place",
        "activity": "activity that waits",
        "element": "catching element",
        "elementName": "its name",
        "event": "message or signal",
        "name": "name of the message or signal",
        "key": "correlation key",
    },
    "SubscriptionClosed": {"subscription": "id of the waiting place"},
    "MessageSent": {
        "job": "id of the job that delivers it",
        "activity": "activity that sends",
        "name": "name of the message",
        "key": "correlation key",
        "values": "variables it takes along (none)",
    },
    "SignalThrown": {
        "job": "id of the job that spreads it",
        "activity": "activity that throws",
        "name": "name of the signal",
        "values": "variables it takes along (none)",
    },
    "EscalationThrown": {
        "activity": "activity that throws",
        "code": "escalation code",
        "name": "name of the escalation",
        "caught": "activity that catches it, or null",
    },
    "ErrorThrown": {
        "activity": "activity that throws",
        "code": "error code",
        "name": "name of the error",
        "caught": "activity that catches it, or null",
    },
    "ContinuationRequested": {"job": "id of the job that goes on"},
    "ContinuationDropped": {"job": "id of the job that is no longer needed"},
    "IncidentRaised": {
        "incident": "id of the incident",
        "activity": "activity before which the token rests",
        "element": "id of the element",
        "name": "name in the diagram",
        "code": "which kind of failure",
        "detail": "the failure in Vietnamese and English",
        "expression": "what was to be computed",
        "values": "variables that it read",
    },
    "IncidentResolved": {"incident": "id of the incident"},
    "ProcessInstanceCompleted": {},
    "ProcessInstanceFailed": {"code": "error code", "element": "end event that threw it"},
    "ProcessInstanceTerminated": {},
    "DeploymentCreated": {
        "deployment": "id of the deployment",
        "definitions": "new definitions: id, key, version, hash",
        "files": "file names with their content hashes",
    },
    "ApiKeyCreated": {
        "key": "id of the key",
        "name": "its name",
        "prefix": "what it begins with",
        "roles": "what it is let in as",
        "unit": "code of its unit, or null",
        "groups": "candidate groups",
        "topics": "topics of the jobs that it may have; none: all",
        "expiresAt": "when it ends, or null",
    },
    "ApiKeyRevoked": {"key": "id of the key", "name": "its name"},
    "UserPublished": {
        "name": "the user",
        "roles": "what he is let in as",
        "unit": "code of his unit, or null",
        "groups": "candidate groups",
    },
    "DefinitionApproved": {
        "definition": "id of the process definition",
        "key": "its key",
        "version": "its version",
        "code": "code of the procedure",
        "hash": "hash of what was approved",
        "validFrom": "first day on which it counts",
        "validUntil": "last day, or null",
        "reason": "why",
        "legalDocument": "the document that decides it",
    },
    "OrganisationPublished": {"organisation": "hash of the tree"},
    "PersonalDataRead": {
        "route": "what was asked for",
        "id": "the instance, task or incident; null for a list",
        "purpose": "what for, if it was said",
    },
    "CalendarPublished": {"calendar": "hash of the calendar"},
    "JobGivenUp": {
        "job": "id of the job, and of its incident",
        "instance": "whose it is",
        "kind": "`timer`, `continue`, `message` or `signal`",
        "attempts": "how often it failed",
        "error": "name of the last fault; the service's own log has the whole of it",
    },
    "JobRetried": {"job": "id of the job", "instance": "whose it is"},
    "BatchCreated": {
        "batch": "id of the batch; the cause of what is done to each instance",
        "operation": "suspend, resume, cancel, retry or modify",
        "filter": "which instances were meant",
        "reason": "why, in the operator's words",
        "instances": "how many they were",
        "modification": "what to withdraw and start, where the operation is to modify",
    },
    "BatchPaused": _OF_BATCH,
    "BatchResumed": _OF_BATCH,
    "BatchCancelled": _OF_BATCH,
    "BatchCompleted": _OF_BATCH,
    "SubscriptionCreated": {
        **_OF_SUBSCRIPTION,
        "url": "where to",
        "types": "kinds of records; none: all",
        "processDefinitionKey": "of which process, or null",
        "position": "behind which position it begins",
    },
    "SubscriptionPaused": _OF_SUBSCRIPTION,
    "SubscriptionResumed": _OF_SUBSCRIPTION,
    "SubscriptionReplayed": {**_OF_SUBSCRIPTION, "position": "behind which position it goes on"},
    "SubscriptionSecretAdded": {**_OF_SUBSCRIPTION, "secret": "id of the secret"},
    "SubscriptionSecretRemoved": {**_OF_SUBSCRIPTION, "secret": "id of the secret"},
    "SubscriptionFailing": _OF_FAILURE,
    "SubscriptionDisabled": _OF_FAILURE,
    "SubscriptionDeleted": _OF_SUBSCRIPTION,
    "PacketParked": {**_OF_PACKET, "reason": "why it could not be taken"},
    "PacketResolved": {**_OF_PACKET, "reason": "what was done about it, in the operator's words"},
    "InstanceArchived": {
        "instance": "id of the instance",
        "definition": "id of its definition",
        "endedAt": "when it ended",
        "records": "how many records it had",
        "hash": "the last hash of its chain",
        "file": "name of the file in the archive, without its ending",
        "sha256": "SHA-256 of that file's histories",
    },
    "StartTimerFired": {
        "start": "id of the start event",
        "instance": "id of the instance that began; null where no version was in force",
        "due": "when it was due",
        "lateBy": "seconds between due and fired",
        "next": "when it is due again, or null",
        "repeats": "how often it still comes, -1 for ever, or null",
    },
}
"""The fields of each kind of record."""

FUNCTIONS: dict[str, tuple[str, str]] = {
    "abs": ("The number without its sign.", "abs(-75000)"),
    "add": (
        "A date or moment plus an ISO 8601 duration; `-P3D` goes back. A day that the month does not have is its last.",
        'add("2026-01-31", "P1M")',
    ),
    "add_working_days": (
        "The date so many working days later, or earlier when the number is negative; with 0 the date itself.",
        'add_working_days("2026-11-27", 2)',
    ),
    "all": ("Whether every item is true.", 'all([True, 1, "x"])'),
    "any": ("Whether some item is true.", 'any([False, 0, ""])'),
    "bool": ("True or false: 0, empty and None are false.", 'bool("")'),
    "date": ("The local date of a moment, or the date of a year, month and day.", "date(now())"),
    "day": ("The day of the month.", 'day("2026-11-24")'),
    "days_between": (
        "The days from the first date to the second; negative when that comes before.",
        'days_between("2026-11-24", "2026-12-24")',
    ),
    "due": (
        "When a limit is used up that begins at a date or moment: the same as `motcua:limit`, from any beginning.",
        'due("2026-11-24T08:00:00+07:00", "5 working-days")',
    ),
    "float": ("The number as a decimal one.", 'float("1.5")'),
    "get": (
        "An entry of a map, or None; a third argument is given instead of None.",
        'get({"phi": 5000}, "le_phi", 0)',
    ),
    "int": ("The number without what follows the point; also reads a text.", 'int("42")'),
    "is_empty": ("Whether a value is None, or a text, list or map with nothing in it. 0 is not empty.", 'is_empty("")'),
    "is_working_day": (
        "Whether the calendar of the instance has the date as a working day.",
        'is_working_day("2026-11-28")',
    ),
    "len": ("How many items or characters.", 'len(["a", "b"])'),
    "max": ("The largest of a list or of the arguments.", "max(3, 7)"),
    "min": ("The smallest of a list or of the arguments.", "min([3, 7])"),
    "month": ("The month, 1 to 12.", 'month("2026-11-24")'),
    "now": ("The recorded time of the command, ISO 8601 in UTC. In a replay it is the same.", "now()"),
    "range": ("The integers from 0 up to, but without, the argument.", "range(3)"),
    "round": ("Half to even, to so many digits; without digits an integer.", "round(1234.5)"),
    "row": (
        "The one row of a [data table](procedure.md#data-tables) that holds on a day and has these values, else an incident.",
        'row("le_phi", today(), "loai", "qua_han")["muc"]',
    ),
    "rows": (
        "All rows of a data table that hold on a day and have these values, in the order of the file.",
        'rows("le_phi", "2026-11-24", "loai", "qua_han")',
    ),
    "sorted": ("The list in order.", "sorted([3, 1, 2])"),
    "str": ("A plain value as text; None is the empty text. Not for lists and maps.", "str(15)"),
    "sum": ("The numbers of a list added up.", "sum([5000, 8000])"),
    "time": ("The local time of day of a moment.", "time(now())"),
    "today": ("The local date of the command.", "today()"),
    "weekday": ("The day of the week: 1 is Monday, 7 is Sunday.", 'weekday("2026-11-24")'),
    "working_days_between": (
        "The working days after the first date up to the second, that one included; negative when it comes before.",
        'working_days_between("2026-11-24", "2026-12-01")',
    ),
    "year": ("The year.", 'year("2026-11-24")'),
    "years_between": (
        "The whole years from the first date to the second: from a date of birth, the age.",
        'years_between("2008-11-25", "2026-11-24")',
    ),
}
"""What each function does, and an example."""

METHODS: dict[str, tuple[str, Any]] = {
    "append": ("One item more, at the end of a list.", ('["to_khai"]', 'giay_to.append("cccd")')),
    "endswith": ("Whether a text ends so.", '"HS-2026".endswith("2026")'),
    "extend": ("The items of another list, at the end.", ('["to_khai"]', 'giay_to.extend(["cccd", "anh"])')),
    "get": ("As the function `get`.", '{"phi": 5000}.get("le_phi", 0)'),
    "insert": ("One item more, before the one with this index.", ('["cccd"]', 'giay_to.insert(0, "to_khai")')),
    "items": ("Names and values of a map, as a list of lists of two.", '{"phi": 5000}.items()'),
    "join": ("The texts of a list as one, with this text between.", '", ".join(giay_to)'),
    "keys": ("The names in a map, in the order in which they were set.", '{"phi": 5000}.keys()'),
    "lower": ("The text in small letters.", '"TỜ KHAI".lower()'),
    "pop": (
        "Without the item with this index (the last, when none is given), or without the entry of this name.",
        ('["to_khai", "cccd"]', "giay_to.pop(0)"),
    ),
    "remove": (
        "Without the first item that is equal; there must be one.",
        ('["to_khai", "cccd"]', 'giay_to.remove("cccd")'),
    ),
    "replace": ("The text with one part of it exchanged, wherever it occurs.", '"075.000".replace(".", "")'),
    "split": ("The pieces of a text between these separators, or between white space.", '"HS-2026-15".split("-")'),
    "startswith": ("Whether a text begins so.", '"HS-2026".startswith("HS-")'),
    "strip": ("The text without white space at its ends, or without these characters.", '" Lê An ".strip()'),
    "update": (
        "The entries of another map, new or instead of the old ones.",
        ('{"to_khai": 1}', 'giay_to.update({"cccd": 2})'),
    ),
    "upper": ("The text in capital letters.", '"tờ khai".upper()'),
    "values": ("The values in a map, in the order of its names.", '{"phi": 5000}.values()'),
}
"""What each method does, and an example; of one that changes a variable, what it held before and the change."""

SYNTAX: dict[str, tuple[str, str]] = {
    "Constant": ("Numbers, texts in quotes, `True`, `False`, `None`", "75000"),
    "Name": ("A variable; its name must not begin with `_`", "le_phi"),
    "BoolOp": ("`and`, `or`; the second side is looked at only when it matters", "hop_le and le_phi > 0"),
    "UnaryOp": ("`not`, `-`, `+`", "not hop_le"),
    "Compare": (
        "`==` `!=` `<` `<=` `>` `>=` `in` `not in`, also in a chain; `is None`, `is not None`",
        "0 < le_phi <= 75000",
    ),
    "IfExp": ("One value or another", "0 if mien_phi else le_phi"),
    "BinOp": ("`+` `-` `*` `/` `//` `%`", "le_phi * 2 + 500"),
    "Subscript": ("An item of a list, from 0, or an entry of a map", "giay_to[0]"),
    "List": ("A list", "[1, 2]"),
    "Tuple": ("The same as a list", "(1, 2)"),
    "Dict": ("A map", '{"so": 1}'),
    "Call": ("One of the functions or methods below", "len(giay_to)"),
    "Assign": (
        "Set a variable, or an item or entry in it; of a script only",
        'tong = le_phi + 500\ngiay_to[0] = "don"',
    ),
    "AugAssign": ("`+=` `-=` `*=` `/=` `//=` `%=`; of a script only", "tong += 500"),
    "If": ("`if`, `elif`, `else`; of a script only", "if mien_phi:\n    le_phi = 0"),
    "For": (
        "Once for each item of a list, or for the parts of each item; of a script only",
        'for ten, gia in {"to_khai": 1}.items():\n    so = gia',
    ),
    "Break": ("Leave the loop; of a script only", "for giay in giay_to:\n    break"),
    "Continue": ("Go on with the next item; of a script only", "for giay in giay_to:\n    continue"),
    "Expr": (
        "Change a variable by a method, or throw a BPMN error; of a script only",
        'giay_to.append("bien_lai")\nbpmn_error("THIEU_GIAY_TO")',
    ),
    "Pass": ("Nothing; of a script only", "pass"),
}
"""Python's names of the syntax that is let through, in words, with an example."""

REFUSED: tuple[tuple[str, str, str], ...] = (
    ("Attributes", "ho_so.ten", "They are the way out of every sandbox."),
    ("Imports", "import os", "A procedure has no code of its own, and no reach."),
    (
        "Functions that are not listed",
        'open("x")',
        "No input and output, no clock, no chance: replay could not repeat it.",
    ),
    ("Methods that are not listed", 'giay_to.apend("x")', "Each must have its place in the budget."),
    (
        "A change inside a value",
        'x = giay_to.append("x")',
        "A change is a write of its variable and stands in the log as one.",
    ),
    ("Names with an underscore first", "__builtins__", "They are Python's and the engine's own."),
    ("Comprehensions", "[x for x in giay_to]", "A script's `for` does the same and is counted."),
    ("Functions of one's own", "lambda x: x", "What calls itself has no bound."),
    ("Powers", "2 ** 3", "They outgrow every budget in one step."),
    ("Slices", "giay_to[0:2]", "Copies without bound; an index is enough for decisions."),
    ("Texts with values in them", 'f"{le_phi}"', "`+` and `str()` do it, within their limits."),
    ("Named arguments", "round(1.5, digits=1)", "Arguments go by position."),
    ("A wrong number of values", 'add("2026-11-24")', "It could only fail later, before the citizen."),
    ("Computed error codes", "if hop_le:\n    bpmn_error(le_phi)", "The log keeps code and message for ever."),
    ("Endless loops", "while True:\n    pass", "`for` over a list always ends."),
)
"""What is not let through, an example, and why."""

ATTRIBUTES: dict[str, tuple[str, str, str]] = {
    "candidateGroups": (
        "User task, lane",
        "Groups that may do it, comma-separated. A task has its lane's, a lane its id, without them; else everybody.",
        'motcua:candidateGroups="mot_cua, tham_dinh"',
    ),
    "assignee": ("User task", "The one person the work is for.", 'motcua:assignee="lan"'),
    "fourEyes": (
        "User task",
        "Other user tasks of the process, by id: whoever completed one of them in this dossier may not do this one.",
        'motcua:fourEyes="tham_dinh"',
    ),
    "formKey": (
        "User task, plain start event",
        "The form to fill in: `forms/<key>.json` of the same deployment.",
        'motcua:formKey="tiep_nhan"',
    ),
    "statusCode": (
        "Every flow node",
        "National status of the dossier from here on (1 to 10).",
        'motcua:statusCode="4"',
    ),
    "legalBasis": (
        "Every flow node",
        "The law that the step rests on, as people cite it.",
        'motcua:legalBasis="Nghị định 61/2018/NĐ-CP"',
    ),
    "limit": (
        "User task, timer event",
        "Time allowed, by the working calendar. A task gets its due time from it, a timer event its moment.",
        'motcua:limit="5 working-days"',
    ),
    "missedCycle": (
        "Timer event with a cycle, not interrupting",
        "What becomes of repetitions missed while the service was down: `once` (default), `all`, `skip`.",
        'motcua:missedCycle="skip"',
    ),
    "calledVersion": (
        "Call activity",
        "The version called: the newest when the instance starts (`atStart`, default) or at deploy (`deployment`).",
        'motcua:calledVersion="deployment"',
    ),
    "correlationKey": (
        "Message event, receive task, send task",
        "Expression for the key of the message. Without it the key is the instance's business key.",
        'motcua:correlationKey="so_bien_lai"',
    ),
    "dataIn": (
        "Call activity, service task, send task, throwing message or signal event",
        (
            "Variables that go out, with commas between. Without it a called process is given what its `ioSpecification` takes, "
            "else all; a job, a message and a signal are given nothing."
        ),
        'motcua:dataIn="chu_ho_so, thua_dat"',
    ),
    "dataOut": (
        "Call activity, service task",
        (
            "Variables that come back. Without it a called process gives what its `ioSpecification` says, else what it changed; "
            "a job gives all its results."
        ),
        'motcua:dataOut="so_tien"',
    ),
    "clock": (
        "Every flow node",
        (
            "What the wait does to the [legal clock](../how-to/hand-in-dossiers.md) of the dossier: `run` (nothing, as without it), "
            "`pause` (it does not count), `restart` (the whole limit begins again after it), `stop-late` (from here on "
            "nothing makes the dossier late)."
        ),
        'motcua:clock="pause"',
    ),
    "fee": (
        "Task, user task, script, service task, task that sends or receives",
        (
            "Expression for what is due by this step, in whole đồng, reckoned when it is left, with all its repetitions. The fee of "
            "a dossier is the sum over the elements of its own process; an element that is passed again says it anew."
        ),
        "motcua:fee=\"row('le_phi', ngay_nop, 'loai', 'ban_sao')['muc'] * so_ban\"",
    ),
    "topic": (
        "Service task",
        (
            "Whose work it is, in 1 to 255 printable characters: systems fetch jobs by it. Needed, unless the task names an "
            "operation of a service."
        ),
        'motcua:topic="thue"',
    ),
    "paper": (
        "Service task",
        (
            "Form of the [paper](papers.md) that is made here, numbered, signed and published; the token waits until it is out. "
            "`dataIn` names the variables that are printed on it. In place of a topic."
        ),
        'motcua:paper="mau_01"',
    ),
    "connector": (
        "Service task",
        (
            "Operation of a [connector](../how-to/call-another-system.md) that the service calls, as `connector.operation`. Where "
            "the system is and with which key it is called the operator registers; `dataIn` says what leaves the dossier. "
            "In place of a topic."
        ),
        'motcua:connector="thue_dat.gui_phieu"',
    ),
    "location": (
        "Task, sub-process, call, lane",
        "Where the work is done; a task has its lane's unless it says otherwise. `centre` is the one-stop centre: see `phase`.",
        'motcua:location="centre"',
    ),
    "phase": (
        "Task, sub-process, call",
        (
            "Which of the four steps it is, several with commas: `intake`, `appraisal`, `approval`, `return`. Where each of the "
            "four is there and all of them have the location `centre`, the procedure has its four steps at one place: "
            "`motcua lint` and `fourAtOnePlace` of a process definition say so."
        ),
        'motcua:phase="intake, appraisal"',
    ),
}
"""Each extension attribute: where it may stand, what it means, an example."""

NOT_EXECUTED: dict[str, str] = {
    "businessRuleTask": "decision tables (DMN) are not executed yet; a script or a gateway decides",
    "complexGateway": "its activation rules are not executed",
    "callChoreography": "choreographies are not executed",
    "subChoreography": "choreographies are not executed",
    "choreographyTask": "choreographies are not executed",
}
"""Flow nodes of BPMN 2.0.2 that are refused, and why."""

EVENT_KINDS = (
    "none", "message", "timer", "signal", "conditional", "error", "escalation", "compensate", "cancel", "terminate", "link",
    "multiple", "parallelMultiple",
)  # fmt: skip
"""Events of BPMN 2.0.2; ``multiple`` is one with several definitions."""

INCIDENTS: dict[str, tuple[str, str]] = {
    "variableMissing": ("A condition or script reads a variable that has no value.", "Set it, then retry."),
    "limitReached": (
        "A condition or script needs more than its budget.",
        "Set smaller values, then retry; or change the diagram.",
    ),
    "expressionFailed": (
        "It cannot be computed with these values: a text where a number is needed, a division by 0.",
        "Set the value, then retry.",
    ),
    "valueNotStorable": (
        "A script or message gives a value that JSON readers would not agree about.",
        "Set the values it reads, then retry.",
    ),
    "feeWrong": (
        "What an element finds to be due is no whole number of đồng, or is negative.",
        "Set the values that it reads, then retry; or change the diagram.",
    ),
    "noFlowTaken": (
        "No condition is true, and there is no default flow.",
        "Set the variable that decides, then retry.",
    ),
    "notInCalendar": (
        "A limit runs into a year that the working calendar does not cover.",
        "An instance keeps its calendar: cancel it, and start again under one that has the year.",
    ),
    "loopWithoutEnd": (
        "So many steps without a wait can only be a loop without end.",
        "Set the variable that ends it, then retry; or cancel.",
    ),
    "calledTooDeep": (
        "Processes call one another deeper than any procedure needs; mostly one that calls itself.",
        "The diagram is wrong: cancel, correct it, start again.",
    ),
    "deadlock": (
        "A join waits for a branch that can no longer come.",
        "The diagram is wrong: cancel, correct it, start again.",
    ),
    "badKey": (
        "A correlation key is too long, has control characters, or is a list or map.",
        "Set the values it reads, then retry.",
    ),
    "notATime": ("A timer's expression gives no ISO 8601 time.", "Set the variable, then retry."),
    "notAList": (
        "A multi-instance activity goes through something that is no list.",
        "Set the variable to a list, then retry.",
    ),
    "notACount": ("The number of repetitions is no whole number, or below 0.", "Set the variable, then retry."),
    "jobFailed": (
        "Another system says that it could not do a service task's work, and no attempt is left.",
        "Mend what it names, then retry: the job is asked for again.",
    ),
    "outcomeUnknown": (
        "A call of another system was sent, or begun and interrupted, and no usable answer came: it may have been done.",
        (
            "Ask the other side. If it was not done, retry: the call is made again under the same `Idempotency-Key`. If it "
            "was, set the variables to its results and [move the token past the step](how-to/modify-an-instance.md)."
        ),
    ),
    "callRefused": (
        "A call was not sent: a value cannot stand where it would go, or the address is not allowed.",
        "Set the value, or have the connector's registration mended, then retry.",
    ),
    "paperFailed": (
        "A paper was not made: it could not be set, not be signed, or came back without a valid signature. Nothing of it is out.",
        "Do what the incident says: shorten the values, mend the signer. Then retry.",
    ),
    "paperFormMissing": (
        "There is no form of that name for papers, or none that is in force today.",
        "Mend `motcua:paper` in the diagram, or have the form added, then retry.",
    ),
    "signerMissing": (
        "A paper is to be made and the service has nothing to sign it with.",
        "Register a signer in the file of `MOTCUA_SIGNING`, restart the service, then retry.",
    ),
    "connectorMissing": (
        "The service has no connector operation of that name.",
        "Register it, restart the service, then retry.",
    ),
    "errorNotCaught": (
        "A job ended in a BPMN error that no boundary event or event sub-process catches.",
        "Retry the job, or correct the diagram and start again.",
    ),
    "tooManyInstances": ("More repetitions than one activity may have.", "Set fewer, then retry."),
}
"""What makes a step fail, and what to do."""

UPLOADS: dict[str, str] = {
    "notXml": "The file is not well-formed XML.",
    "doctype": "The file has a DOCTYPE or entities: they can read files and fill memory.",
    "xmlInclusion": "The file includes content from elsewhere.",
    "xmlTooLarge": "More bytes, elements, attributes or flow nodes than a diagram has.",
    "empty": "No file was sent.",
    "fileTwice": "Two files of the upload have one name.",
    "notAZip": "The zip cannot be opened.",
    "zipName": "A name in the zip leads outside of it, or is a link.",
    "zipInZip": "The zip holds another archive.",
    "zipTooLarge": "The zip unpacks to too much: bytes, files, or ratio.",
}
"""Why a file is refused before its diagram is looked at."""
