"""Events that are sent: signed, in order, until they are taken, and never to where the operator does not want them."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from api.app import make_app
from api.bootstrap import Service, wire
from api.settings import Settings, SettingsRefused
from engine.domain.webhook import Receiver
from engine.service.command import SERVICE
from engine.service.subscriptions import CreateSubscription, NoteDelivered, NoteUndelivered, TakeSubscription
from tests.api.models import chain
from tests.api.office import KEY, Office, refused
from tests.other_system import OtherSystem, Received, answer, cuts_off, other_system

MASTER = b"a-key-that-signs-0123456789-0123456789"
WORK = chain("startEvent|s", 'userTask|t|motcua:candidateGroups="g"', "endEvent|e")
PATIENCE = 20.0


@contextmanager
def sending(*systems: OtherSystem, networks: tuple[str, ...] = ("127.0.0.0/8",)) -> Iterator[Office]:
    """A service that may send events to these systems."""
    hosts = tuple(Receiver(system.url, networks) for system in systems)
    service = wire(
        Settings(
            database_url="sqlite:///:memory:", clock="virtual", admin_key=KEY, webhook_hosts=hosts, webhook_key=MASTER
        )
    )
    service.start()
    yield Office(service, make_app(service).test_client())
    service.stop()


def until(there: Callable[[], Any]) -> Any:
    """What is there, as soon as it is."""
    end = time.monotonic() + PATIENCE
    while not (found := there()):
        assert time.monotonic() < end, "it did not come"
        time.sleep(0.01)
    return found


def subscribe(office: Office, system: OtherSystem, **more: Any) -> Any:
    """Have events sent to a system; what the answer says."""
    made = office.post("/v1/subscriptions", {"url": f"{system.url}/hook", **more})
    assert 201 == made.status_code, made.text
    return made.json


def verified(received: Received, secret: str) -> Any:
    """What the standard's own library takes for ours."""
    return Webhook(secret).verify(received.body, received.headers)


def standing(office: Office, id: str) -> Any:
    """A subscription as it is now."""
    return office.get(f"/v1/subscriptions/{id}")


def test_events_are_sent_in_order_and_signed() -> None:
    """The receiver can tell that they are ours, and knows where each stands."""
    with other_system() as system, sending(system) as office:
        office.deploy("p", WORK)
        made = subscribe(office, system, processDefinitionKey="p")
        id = office.start("p")["id"]
        office.complete(office.tasks(id)[0]["id"])
        told = office.get(f"/v1/events?processInstanceId={id}&limit=200")["items"]

        until(lambda: len(system.received) >= len(told))
        sent = [verified(received, made["secret"]) for received in system.received]

        assert told == sent
        assert [event["id"] for event in told] == [received.headers["webhook-id"] for received in system.received]
        until(lambda: standing(office, made["id"])["position"] >= told[-1]["position"])
        assert standing(office, made["id"])["lastDeliveredAt"] is not None


def test_what_was_changed_on_the_way_is_not_ours() -> None:
    """Nor is what was signed with another's secret."""
    with other_system() as system, sending(system) as office:
        one = subscribe(office, system, **{"from": 0})
        received = until(lambda: system.received)[0]
        other = subscribe(office, system)

        verified(received, one["secret"])
        with pytest.raises(WebhookVerificationError):
            verified(received, other["secret"])
        with pytest.raises(WebhookVerificationError):
            Webhook(one["secret"]).verify(received.body + b" ", received.headers)
        stale = {**received.headers, "webhook-timestamp": "1"}
        with pytest.raises(WebhookVerificationError):
            Webhook(one["secret"]).verify(received.body, stale)


def hangs(connection: socket.socket, request: Received) -> None:
    """Say nothing for longer than anybody waits."""
    connection.settimeout(3)
    while connection.recv(1):
        pass


@pytest.mark.parametrize(
    ("fails", "error"),
    [
        (answer(500), "HTTP 500"),
        (answer(302, None, "Location: http://127.0.0.1:1/"), "HTTP 302"),
        (cuts_off, "answerBroken"),
        (hangs, "noAnswerInTime"),
    ],
)
def test_what_was_not_taken_is_sent_again(monkeypatch: pytest.MonkeyPatch, fails: Any, error: str) -> None:
    """Nothing overtakes it, and the receiver can tell that it is the same."""
    monkeypatch.setattr("engine.service.delivery.TIMEOUT", 1.0)
    with other_system(fails, answer()) as system, sending(system) as office:
        made = subscribe(office, system, **{"from": 0})
        until(lambda: standing(office, made["id"])["failures"] or len(system.received) > 1)
        assert error == standing(office, made["id"])["lastError"]
        end = office.get("/v1/events")["end"]
        office.advance(600)
        until(lambda: len(system.received) >= end + 1)

        ids = [received.headers["webhook-id"] for received in system.received]
        assert ids[0] == ids[1]
        assert len(set(ids)) == len(ids) - 1
        assert ids[1:] == [event["id"] for event in office.get("/v1/events?limit=200")["items"]][: len(ids) - 1]
        until(lambda: 0 == standing(office, made["id"])["failures"])


def test_who_wants_nothing_more_is_left_alone() -> None:
    """410 is an answer, not a failure; an operator can begin again."""
    with other_system(answer(410), answer()) as system, sending(system) as office:
        made = subscribe(office, system, **{"from": 0})
        until(lambda: "disabled" == standing(office, made["id"])["state"])
        assert 1 == len(system.received)

        office.post(f"/v1/subscriptions/{made['id']}/resume")
        until(lambda: len(system.received) > 2)


def failed_since(office: Office, id: str, failures: int) -> bool:
    """Whether it failed more often than that."""
    return bool(standing(office, id)["failures"] > failures)


def test_a_receiver_that_fails_for_days_is_given_up() -> None:
    """Somebody must look, and sees why; what waits is not lost."""
    with other_system(answer(503)) as system, sending(system) as office:
        made = subscribe(office, system, **{"from": 0})
        until(lambda: standing(office, made["id"])["failures"])
        for _ in range(2):
            before = standing(office, made["id"])["failures"]
            office.advance(2 * 24 * 3600)
            until(partial(failed_since, office, made["id"], before))

        found = standing(office, made["id"])
        assert ("failing", "HTTP 503", 0) == (found["state"], found["lastError"], found["position"])
        assert [made["id"]] == [row["id"] for row in office.get("/v1/subscriptions?state=failing")["items"]]
        assert office.get("/v1/records?kind=SubscriptionFailing", purpose="kiem tra")["items"]


def test_a_secret_is_replaced_without_a_gap() -> None:
    """For a day both sign; who has the old one and who has the new one can tell."""
    with other_system() as system, sending(system) as office:
        made = subscribe(office, system)
        new = office.post(f"/v1/subscriptions/{made['id']}/secrets").json
        assert new["secret"] not in (None, made["secret"])
        received = until(lambda: [r for r in system.received if b"SubscriptionSecretAdded" in r.body])[0]
        assert verified(received, made["secret"]) == verified(received, new["secret"])

        removed = office.call("DELETE", f"/v1/subscriptions/{made['id']}/secrets/{made['secrets'][0]['id']}")
        assert 200 == removed.status_code, removed.text
        office.deploy("p", WORK)
        last = until(lambda: [r for r in system.received if b"DeploymentCreated" in r.body])[0]
        verified(last, new["secret"])
        with pytest.raises(WebhookVerificationError):
            verified(last, made["secret"])
        refused(
            office.call("DELETE", f"/v1/subscriptions/{made['id']}/secrets/{new['secrets'][-1]['id']}"),
            422,
            "invalidValues",
        )


def test_an_old_secret_ends_by_itself() -> None:
    """After a day, whether or not somebody remembers it."""
    with other_system() as system, sending(system) as office:
        made = subscribe(office, system)
        new = office.post(f"/v1/subscriptions/{made['id']}/secrets").json
        office.advance(24 * 3600 + 1)
        office.deploy("p", WORK)
        last = until(lambda: [r for r in system.received if b"DeploymentCreated" in r.body])[0]

        assert 1 == len(last.headers["webhook-signature"].split())
        with pytest.raises(WebhookVerificationError):
            verified(last, made["secret"])
        assert new["secret"]


def test_what_was_sent_is_sent_again_when_asked_for() -> None:
    """A receiver that lost what it had gets it back, and can tell what it has from what it has not."""
    with other_system() as system, sending(system) as office:
        made = subscribe(office, system, types=["ApiKeyCreated", "CalendarPublished"], **{"from": 0})
        until(lambda: len(system.received) == 2)
        office.post(f"/v1/subscriptions/{made['id']}/replay", {"after": 0})
        until(lambda: len(system.received) == 4)

        ids = [received.headers["webhook-id"] for received in system.received]
        assert ids[:2] == ids[2:]


def test_a_pause_loses_nothing() -> None:
    """A receiver that is mended gets what happened meanwhile."""
    with other_system() as system, sending(system) as office:
        made = subscribe(office, system, types=["DeploymentCreated"])
        office.post(f"/v1/subscriptions/{made['id']}/pause")
        office.deploy("p", WORK)
        assert "paused" == standing(office, made["id"])["state"]
        assert [] == system.received
        office.post(f"/v1/subscriptions/{made['id']}/resume")
        until(lambda: len(system.received) == 1)


def test_a_slow_receiver_holds_up_no_other() -> None:
    """Each has a place of its own in the feed."""
    with other_system(hangs) as slow, other_system() as quick, sending(slow, quick) as office:
        subscribe(office, slow, **{"from": 0})
        until(lambda: slow.received)
        subscribe(office, quick, **{"from": 0})

        until(lambda: quick.received)


def test_a_secret_is_shown_once() -> None:
    """It stands neither in the database nor in an answer that is kept."""
    with other_system() as system, sending(system) as office:
        key = {"idempotency_key": "k"}
        first = office.post("/v1/subscriptions", {"url": f"{system.url}/hook"}, **key)
        again = office.post("/v1/subscriptions", {"url": f"{system.url}/hook"}, **key)

        assert first.json["secret"].startswith("whsec_")
        assert (None, first.json["id"]) == (again.json["secret"], again.json["id"])
        assert "secret" not in standing(office, first.json["id"])


@pytest.mark.parametrize("url", ["https://evil.example/hook", "http://127.0.0.1:1/hook", "ftp://127.0.0.1/", "x"])
def test_nothing_is_sent_where_the_operator_does_not_want_it(office: Office, url: str) -> None:
    """Who can subscribe could otherwise have the service knock at doors that he cannot reach himself."""
    [fault] = refused(office.post("/v1/subscriptions", {"url": url}), 422, "invalidValues")["errors"]

    assert "receiverNotAllowed" == fault["code"]


def test_a_name_that_leads_into_a_closed_network_is_not_called() -> None:
    """A host that is allowed may come to mean another machine."""
    with other_system() as system, sending(system, networks=()) as office:
        made = subscribe(office, system, **{"from": 0})

        until(lambda: "addressClosed" == standing(office, made["id"])["lastError"])
        assert 0 == system.connects


def test_who_changed_a_subscription_is_on_record() -> None:
    """To send events elsewhere is a thing that somebody answers for."""
    with other_system() as system, sending(system) as office:
        id = subscribe(office, system)["id"]
        for verb in ("pause", "resume", "secrets"):
            office.post(f"/v1/subscriptions/{id}/{verb}")
        office.post(f"/v1/subscriptions/{id}/replay", {"after": 0})
        office.call("DELETE", f"/v1/subscriptions/{id}")

        found = office.get("/v1/records?limit=200", purpose="kiem tra")["items"]
        kinds = [record["kind"] for record in found if record["payload"].get("subscription") == id]
        assert [
            "SubscriptionDeleted", "SubscriptionReplayed", "SubscriptionSecretAdded", "SubscriptionResumed",
            "SubscriptionPaused", "SubscriptionCreated",
        ] == kinds  # fmt: skip
        refused(office.call("GET", f"/v1/subscriptions/{id}"), 404, "notFound")


def test_one_process_at_a_time_sends(service: Service) -> None:
    """Two would send events out of order; one that was too slow must not move the place of the one that came after it."""
    do = partial(service.writer.do, by=SERVICE)
    id = do(CreateSubscription("https://hooks.example.vn/", (), None, "")).id
    lease = timedelta(seconds=60)

    assert do(TakeSubscription(id, "a", lease, alone=False)) is not None
    assert do(TakeSubscription(id, "b", lease, alone=False)) is None
    service.runner.advance(61, SERVICE)
    assert do(TakeSubscription(id, "b", lease, alone=False)) is not None
    assert not do(NoteDelivered(id, "a", 10**6, None))
    assert not do(NoteUndelivered(id, "a", "HTTP 500"))
    assert do(NoteDelivered(id, "b", 7, None))
    assert do(TakeSubscription(id, "a", lease, alone=False)).position == 7


def test_who_has_the_store_alone_waits_for_nobody_who_is_gone(service: Service) -> None:
    """After a crash the next start goes on at once."""
    do = partial(service.writer.do, by=SERVICE)
    id = do(CreateSubscription("https://hooks.example.vn/", (), None, "")).id
    do(TakeSubscription(id, "before the crash", timedelta(seconds=60), alone=True))

    assert do(TakeSubscription(id, "after it", timedelta(seconds=60), alone=True)) is not None


@pytest.mark.parametrize("alone", ["MOTCUA_WEBHOOK_HOSTS", "MOTCUA_WEBHOOK_KEY"])
def test_settings_go_together(alone: str) -> None:
    """Without a key nothing could be signed; without places nothing could be sent."""
    both = {
        "MOTCUA_WEBHOOK_HOSTS": "hooks.example.vn, http://127.0.0.1:9, https://x.vn=10.0.0.0/8",
        "MOTCUA_WEBHOOK_KEY": "k" * 32,
    }

    assert (
        Receiver("https://hooks.example.vn"),
        Receiver("http://127.0.0.1:9", ("127.0.0.1/32",)),
        Receiver("https://x.vn", ("10.0.0.0/8",)),
    ) == Settings.of(both).webhook_hosts
    with pytest.raises(SettingsRefused):
        Settings.of({alone: both[alone]})


@pytest.mark.parametrize(
    "text", ["https://x.vn/path", "https://u@x.vn", "ftp://x.vn", "https://x.vn=all", "https://X.vn"]
)
def test_places_are_named_exactly(text: str) -> None:
    """A place that can be read in two ways opens more than was meant."""
    with pytest.raises(SettingsRefused):
        Settings.of({"MOTCUA_WEBHOOK_HOSTS": text, "MOTCUA_WEBHOOK_KEY": "k" * 32})
