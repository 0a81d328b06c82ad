"""What cannot be made again: the log, and what never stood in it."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, LargeBinary, PrimaryKeyConstraint, Table

from adapters.database.tables.columns import METADATA, OPEN, RUNNING, Json, blob, index, json, key, maybe, number, text

log = Table(
    "log",
    METADATA,
    *key("stream"),
    Column("first_seq", BigInteger, primary_key=True),
    number("count"),
    text("command"),
    text("recorded_at"),
    text("actor"),
    maybe("on_behalf_of"),
    text("kinds"),
    blob("hash"),
    blob("body"),
    Column("clear", LargeBinary),
)
index(log, "recorded_at", "recorded_at", "stream", "first_seq")
index(log, "actor", "actor", "recorded_at", "stream", "first_seq")
index(log, "beginnings", "recorded_at", "stream", where=log.c.first_seq == 1)

feed = Table(
    "feed",
    METADATA,
    text("tenant"),
    number("position", BigInteger),
    text("stream"),
    number("first_seq", BigInteger),
    number("count"),
    PrimaryKeyConstraint("tenant", "position"),
)
"""One order over the records of all streams: a row for each row of the log, a position for each of its records."""
index(feed, "stream", "stream", "first_seq", unique=True)

unnumbered = Table(
    "unnumbered",
    METADATA,
    *key("stream"),
    Column("first_seq", BigInteger, primary_key=True),
    number("count"),
    text("recorded_at"),
)
"""Rows of the log that wait for their positions, where several processes write."""

contents = Table("contents", METADATA, *key("hash"), blob("content"))

deployments = Table("deployments", METADATA, *key("id"), text("created_at"), text("created_by"), json("resources"))

process_definitions = Table(
    "process_definitions",
    METADATA,
    *key("id"),
    text("key"),
    number("version"),
    text("hash"),
    text("name"),
    text("deployment_id"),
    text("file"),
    json("files"),
    json("calls"),
    text("created_at"),
    json("procedure"),
)
index(process_definitions, "version", "key", "version", unique=True)
index(process_definitions, "created_at", "created_at", "id")

messages = Table(
    "messages",
    METADATA,
    *key("id"),
    text("name"),
    maybe("key"),
    maybe("message_id"),
    json("values"),
    text("outcome"),
    json("instance_ids", tuple),
    text("received_at"),
    text("expires_at"),
)
index(messages, "message_id", "name", "message_id", unique=True)
index(messages, "buffered", "received_at", "id", where=messages.c.outcome == "buffered")
index(messages, "buffered_name", "name", "received_at", "id", where=messages.c.outcome == "buffered")
index(messages, "expires_at", "expires_at", "id")

answers = Table(
    "answers",
    METADATA,
    text("tenant"),
    text("principal"),
    text("key"),
    blob("fingerprint"),
    number("status"),
    json("headers"),
    blob("body"),
    text("created_at"),
    # The key before the principal: it is as good as unique, so each answer of a batch is one probe.
    PrimaryKeyConstraint("tenant", "key", "principal"),
)
index(answers, "created_at", "created_at")

api_keys = Table(
    "api_keys",
    METADATA,
    *key("id"),
    text("name"),
    blob("hash"),
    text("created_at"),
    text("prefix"),
    json("roles", tuple),
    maybe("unit"),
    json("groups", tuple),
    json("topics", tuple),
    maybe("expires_at"),
    maybe("revoked_at"),
)
index(api_keys, "hash", "hash", unique=True)
index(api_keys, "name", "name")

users = Table(
    "users",
    METADATA,
    *key("id"),
    json("roles", tuple),
    maybe("unit"),
    json("groups", tuple),
    text("published_at"),
)

instance_keys = Table("instance_keys", METADATA, *key("instance_id"), blob("key"))

settings = Table("settings", METADATA, *key("name"), text("value"))

batches = Table(
    "batches",
    METADATA,
    *key("id"),
    text("operation"),
    json("filter"),
    json("modification"),
    text("reason"),
    text("state"),
    number("total", BigInteger),
    text("created_at"),
    text("created_by"),
    maybe("on_behalf_of"),
    maybe("ended_at"),
)
index(batches, "created_at", "created_at", "id")
index(batches, "running", "id", where=batches.c.state == RUNNING)

batch_items = Table(
    "batch_items",
    METADATA,
    *key("batch_id", "instance_id"),
    text("state"),
    maybe("code"),
    maybe("vi"),
    maybe("en"),
    maybe("decided_at"),
)
index(batch_items, "state", "batch_id", "state", "instance_id")

event_subscriptions = Table(
    "event_subscriptions",
    METADATA,
    *key("id"),
    text("url"),
    json("types", tuple),
    maybe("key"),
    text("description"),
    text("state"),
    number("position", BigInteger),
    text("due_at"),
    maybe("sender"),
    number("failures"),
    maybe("failing_since"),
    maybe("last_error"),
    maybe("delivered_at"),
    json("secrets", tuple),
    text("created_at"),
    text("created_by"),
)

inbound_packets = Table(
    "inbound_packets",
    METADATA,
    *key("id"),
    text("connector"),
    text("service"),
    text("reference"),
    text("print"),
    text("state"),
    maybe("reason"),
    maybe("key"),
    json("notice"),
    json("instance_ids", tuple),
    text("received_at"),
    maybe("resolved_at"),
    maybe("resolved_by"),
    maybe("resolution"),
)
index(inbound_packets, "reference", "connector", "service", "reference")
index(inbound_packets, "state", "state", "received_at", "id")

expectations = Table(
    "expectations",
    METADATA,
    *key("id"),
    text("connector"),
    text("reference"),
    maybe("dossier"),
    Column("amount", BigInteger),
    maybe("instance_id"),
    text("state"),
    maybe("settled_by"),
    text("created_at"),
)
index(expectations, "dossier", "connector", "dossier")
index(expectations, "open", "instance_id", "created_at", where=expectations.c.state == OPEN)

outbox = Table(
    "outbox",
    METADATA,
    *key("instance_id", "connector"),
    maybe("origin"),
    text("state"),
    number("wanted", BigInteger),
    number("told", BigInteger),
    maybe("print"),
    number("tries"),
    *(maybe(name) for name in ("due_at", "sender", "last_error", "incident_at")),
    json("tellings", tuple),
)
index(outbox, "due", "connector", "due_at", "instance_id", where=outbox.c.due_at.is_not(None))
index(outbox, "incident", "connector", "incident_at", where=outbox.c.incident_at.is_not(None))

archived = Table(
    "archived",
    METADATA,
    *key("id"),
    text("definition_id"),
    text("key"),
    maybe("business_key"),
    text("state"),
    maybe("unit"),
    maybe("starter"),
    text("started_at"),
    text("ended_at"),
    text("archived_at"),
    number("records", BigInteger),
    blob("hash"),
    text("file"),
    text("sha256"),
    Column("counted", Json),
    maybe("counted_at"),
)
index(archived, "counted", "counted_at", "id", where=archived.c.counted.is_not(None))

counters = Table("counters", METADATA, *key("series"), number("value", BigInteger))
"""The last number given of each series; a number is given in the commit of what it is for, so that none is missing."""

documents = Table("documents", METADATA, *key("hash"), blob("content"))
"""Files that belong to dossiers, papers among them, by the SHA-256 of their bytes."""
