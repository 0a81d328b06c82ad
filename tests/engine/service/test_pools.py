"""Pools: each executable one is a definition of its own, and what flows between them crosses instances."""

from __future__ import annotations

from engine.ports import Page
from tests.engine.runtime.constructs import executes
from tests.engine.runtime.models import NAMESPACES, end, node, path, start, user

TWO_POOLS = f"""<definitions {NAMESPACES} id="d"><message id="m_fee" name="le phi"/>
<collaboration id="c">
  <participant id="P1" name="Một cửa" processRef="office"/><participant id="P2" name="Kho bạc" processRef="treasury"/>
  <participant id="P3" name="Người dân"/>
  <messageFlow id="ask" name="yêu cầu thu" sourceRef="send" targetRef="begin"/>
  <messageFlow id="answer" sourceRef="paid" targetRef="wait" messageRef="m_fee"/>
  <messageFlow id="seen" sourceRef="P3" targetRef="P1"/>
</collaboration>
<process id="office">{
    start() + node("sendTask", "send") + node("receiveTask", "wait") + user("u") + path("s", "send", "wait", "u")
}</process>
<process id="treasury">{
    start("begin", "<messageEventDefinition/>")
    + user("collect")
    + end("paid", "<messageEventDefinition/>")
    + path("begin", "collect", "paid")
}</process>
</definitions>""".encode()


@executes("Data and structure", "pools")
@executes("Across instances", "messageFlow between pools")
def test_a_message_flow_is_a_message(office):
    """A message flow between two pools is sent by one instance and starts or reaches another, named by itself where nothing else names it."""
    deployed = office.deploy(("two.bpmn", TWO_POOLS))
    assert sorted(d.key for d in deployed.definitions) == ["office", "treasury"]

    asking = office.start("office", business_key="H01")
    office.settle()
    (told,) = [id for id in instances(office) if id != asking]
    assert [s.name for s in office.subscriptions(asking)] == ["le phi"]
    assert office.head(told).business_key != "H01"
    office.complete(office.tasks(told)[0])
    office.settle()

    assert office.head(told).state == "completed"
    assert [task.element_id for task in office.tasks(asking)] == ["u"]
    assert all(office.verify(id).identical for id in (asking, told))


def instances(office) -> list[str]:
    """Every instance there is."""
    with office.store.read() as queries:
        return [head.id for head in queries.list_process_instances(None, None, None, Page(50, None)).rows]
