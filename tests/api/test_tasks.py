"""User tasks over HTTP."""

from __future__ import annotations

from tests.api.models import FAILS_WITHOUT_FEE, FORM, ONE_TASK, TWO_TASKS, WITH_FORM
from tests.api.office import Office, refused


def test_a_completion_tells_what_it_led_to(office: Office) -> None:
    """A portal shows the next step at once; it should not have to ask again."""
    office.deploy("p", TWO_TASKS)
    instance = office.start("p")
    first = office.tasks(instance["id"])[0]

    answer = office.complete(first["id"], {"x": 1})

    body = answer.json
    assert 200 == answer.status_code
    assert ("completed", "admin") == (body["task"]["state"], body["task"]["completedBy"])
    assert {"id": instance["id"], "state": "running", "incidents": []} == body["processInstance"]
    assert ["b"] == [task["elementId"] for task in body["tasks"]]
    assert f'"{office.instance(instance["id"])["seq"]}"' == answer.headers["ETag"]


def test_a_task_is_finished_once(office: Office) -> None:
    """Two clicks are one decision; the second is told, not obeyed."""
    office.deploy("p", ONE_TASK)
    task = office.tasks(office.start("p")["id"])[0]
    office.complete(task["id"])

    problem = refused(office.complete(task["id"]), 409, "taskNotOpen")

    assert task["id"] == problem["id"]


def test_what_does_not_fit_the_form_is_named_by_pointer(office: Office) -> None:
    """An officer sees beside which field to look."""
    office.deploy("p", WITH_FORM, tham_dinh=FORM)
    task = office.tasks(office.start("p")["id"])[0]

    problem = refused(office.complete(task["id"], {"dat": "yes", "ghi_chu": "quá dài quá dài"}), 422, "invalidValues")

    assert {"/variables/dat", "/variables/ghi_chu"} == {error["pointer"] for error in problem["errors"]}
    assert "open" == office.get(f"/v1/tasks/{task['id']}")["state"]


def test_a_field_that_the_form_needs_may_not_be_missing(office: Office) -> None:
    """An empty form is not a decision."""
    office.deploy("p", WITH_FORM, tham_dinh=FORM)
    task = office.tasks(office.start("p")["id"])[0]

    refused(office.complete(task["id"]), 422, "invalidValues")


def test_integers_that_json_readers_would_change_are_refused(office: Office) -> None:
    """A fee must not become another fee on its way: 2^53 + 1 is not a double, 2^64 not even an integer to many."""
    office.deploy("p", ONE_TASK)
    task = office.tasks(office.start("p")["id"])[0]
    for number in (2**53 + 1, -(2**53) - 1, 2**64, 10**40):
        problem = refused(office.complete(task["id"], {"fee": number, "ok": 1}), 422, "invalidValues")

        assert [("/variables/fee", "integerTooLarge")] == [(e["pointer"], e["code"]) for e in problem["errors"]]


def test_the_largest_exact_integer_is_kept(office: Office) -> None:
    """The border itself belongs to what can be kept."""
    office.deploy("p", ONE_TASK)
    instance = office.start("p")["id"]

    office.complete(office.tasks(instance)[0]["id"], {"fee": 2**53})

    assert {"fee": 2**53} == office.get(f"/v1/process-instances/{instance}/variables")


def test_names_of_variables_follow_the_rule(office: Office) -> None:
    """Conditions speak of variables by name; a name that they cannot say is no use."""
    office.deploy("p", ONE_TASK)
    task = office.tasks(office.start("p")["id"])[0]

    problem = refused(office.complete(task["id"], {"a/b": 1, "_x": 2}), 422, "invalidValues")

    assert {"/variables/a~1b", "/variables/_x"} == {error["pointer"] for error in problem["errors"]}


def test_a_failure_after_the_completion_is_an_incident_not_a_refusal(office: Office) -> None:
    """What a person finished stays finished."""
    office.deploy("p", FAILS_WITHOUT_FEE)
    instance = office.start("p")["id"]

    body = office.complete(office.tasks(instance)[0]["id"]).json

    [incident] = body["processInstance"]["incidents"]
    assert ("g", "variableMissing", "fee > 10") == (incident["elementId"], incident["code"], incident["expression"])
    assert "completed" == body["task"]["state"]


def test_claim_release_assign(office: Office) -> None:
    """A claimed task is its holder's until it is given back; whoever leads the office may give it on."""
    office.deploy("p", ONE_TASK)
    path = f"/v1/tasks/{office.tasks(office.start('p')['id'])[0]['id']}"

    assert "lan" == office.post(f"{path}/claim", on_behalf_of="lan").json["assignee"]
    assert "lan" == office.post(f"{path}/claim", on_behalf_of="lan").json["assignee"]
    assert "lan" == refused(office.post(f"{path}/claim", on_behalf_of="minh"), 409, "heldByAnother")["assignee"]
    refused(office.post(f"{path}/complete", {}, on_behalf_of="minh"), 409, "heldByAnother")
    refused(office.post(f"{path}/release", on_behalf_of="minh"), 409, "heldByAnother")
    assert "minh" == office.post(f"{path}/assign", {"assignee": "minh"}).json["assignee"]
    assert office.post(f"{path}/release", on_behalf_of="minh").json["assignee"] is None
    assert "lan" == office.post(f"{path}/complete", {}, on_behalf_of="lan").json["task"]["completedBy"]


def test_no_claim_is_needed_before_a_completion(office: Office) -> None:
    """Most tasks are done in one go; a claim would be a ceremony."""
    office.deploy("p", ONE_TASK)
    task = office.tasks(office.start("p")["id"])[0]

    assert 200 == office.complete(task["id"], on_behalf_of="lan").status_code


def test_a_stale_state_stops_a_completion(office: Office) -> None:
    """Who decides on what he saw is told when it is no longer so."""
    office.deploy("p", ONE_TASK)
    instance = office.start("p")
    task = office.tasks(instance["id"])[0]
    seen = f'"{instance["seq"]}"'
    office.post(f"/v1/tasks/{task['id']}/claim")

    for etag in (seen, '"not-ours"', '"99999999999999999999"'):
        refused(office.complete(task["id"], if_match=etag), 412, "stale")
    assert 200 == office.complete(task["id"], if_match=f'"{office.instance(instance["id"])["seq"]}"').status_code


def test_any_state_will_do(office: Office) -> None:
    """``If-Match: *`` asks only that the thing exists (RFC 9110, 13.1.1)."""
    office.deploy("p", ONE_TASK)
    task = office.tasks(office.start("p")["id"])[0]

    assert 200 == office.complete(task["id"], if_match="*").status_code


def test_the_form_of_a_task(office: Office) -> None:
    """The front end draws the form from its schema."""
    office.deploy("p", WITH_FORM, tham_dinh=FORM)
    office.deploy("q", ONE_TASK)
    with_form, without = (office.tasks(office.start(key)["id"])[0]["id"] for key in ("p", "q"))

    assert {"dat", "ghi_chu"} == set(office.get(f"/v1/tasks/{with_form}/form")["properties"])
    refused(office.call("GET", f"/v1/tasks/{without}/form"), 404, "notFound")
    refused(office.call("GET", "/v1/tasks/nobody/form"), 404, "notFound")


def test_the_worklist_by_who_what_and_where(office: Office) -> None:
    """Each officer sees his own part of it."""
    office.deploy("p", ONE_TASK)
    office.deploy("q", TWO_TASKS)
    p = office.start("p")["id"]
    office.advance(1)
    q = office.start("q")["id"]
    of_p, of_q = office.tasks(p)[0]["id"], office.tasks(q)[0]["id"]
    office.post(f"/v1/tasks/{of_q}/assign", {"assignee": "lan"})

    def listed(query: str) -> list[str]:
        return [task["id"] for task in office.get(f"/v1/tasks?{query}")["items"]]

    assert [of_p] == listed("candidateGroup=tham_dinh")
    assert [of_q] == listed("assignee=lan")
    assert [of_q] == listed("elementId=a")
    assert [of_p, of_q] == listed("sort=createdAt")
    assert [of_q, of_p] == listed("sort=-createdAt")
    assert 2 == len(listed("sort=dueAt")) == len(listed("sort=-dueAt"))
    office.complete(of_p)
    assert [of_q] == listed("")
    assert [of_p] == listed("state=completed")
    assert 2 == len(listed("state=all"))


def test_a_task_says_what_an_officer_must_know(office: Office) -> None:
    """Whose, what, since when, of which dossier."""
    office.deploy("p", ONE_TASK)
    instance = office.start("p", businessKey="H62-1")
    [task] = office.tasks(instance["id"])

    assert task == office.get(f"/v1/tasks/{task['id']}")
    shown = {name: task[name] for name in ("name", "elementId", "businessKey", "candidateGroups", "state", "assignee")}
    assert {
        "name": "Thẩm định hồ sơ",
        "elementId": "check",
        "businessKey": "H62-1",
        "candidateGroups": ["tham_dinh"],
        "state": "open",
        "assignee": None,
    } == shown
    assert instance["processDefinitionId"] == task["processDefinitionId"]


def test_unknown_tasks(office: Office) -> None:
    """Nobody learns from an id what exists."""
    for method, path in (("GET", ""), ("POST", "/claim"), ("POST", "/release"), ("POST", "/complete")):
        refused(office.call(method, f"/v1/tasks/none{path}"), 404, "notFound")
    refused(office.post("/v1/tasks/none/assign", {"assignee": "lan"}), 404, "notFound")
