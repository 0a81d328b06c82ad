"""The archive: written, read back, verified, and only then let go of; whatever happens in between."""

from __future__ import annotations

import json
from base64 import b64decode
from collections.abc import Callable, Iterator
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import pytest

from adapters.archive.folder import ArchiveFolder
from adapters.database.tables import OF_INSTANCES, TRUTH
from engine.domain.archive import ArchiveFile
from engine.domain.document import Document
from engine.domain.errors import ArchiveDamaged, DeploymentRefused, InstanceArchived, NotFound
from engine.domain.retention import BUILT_IN, Period, Retention, RetentionRefused
from engine.service import history
from engine.service.archive import verify_file
from engine.service.archivist import Archivist, Outcome
from engine.service.attachments import AddDocument
from engine.service.clock import SetVirtualTime
from engine.service.dossiers import OpenDossier
from engine.service.process_instances import StartProcessInstance, SuspendProcessInstance, id_for
from engine.service.rebuild import rebuild
from tests.engine.runtime.models import diagram, end, path, start, user
from tests.engine.service.office import Office

MODEL = diagram(start() + user("a") + end() + path("s", "a", "e"), key="one")
SECRET = "Người khai (mẫu)"


@pytest.fixture(params=["sqlite", "postgresql"])
def office(request: pytest.FixtureRequest, new_store: Callable[[str, Path], str], tmp_path: Path) -> Iterator[Office]:
    """Four dossiers: three ended in two months, one runs."""
    office = Office(new_store(request.param, tmp_path))
    office.deploy(("one.bpmn", MODEL))
    for days in (0, 0, 40):
        office.do(SetVirtualTime(office.clock.now() + timedelta(days=days)))
        office.complete(office.tasks(office.start("one", {"name": SECRET}))[0], {"note": SECRET})
    office.start("one", {"name": SECRET})
    yield office
    office.writer.stop()
    office.store.close()


@pytest.fixture
def folder(tmp_path: Path) -> ArchiveFolder:
    """An archive with nothing in it."""
    return ArchiveFolder(tmp_path / "archive")


def archivist(office: Office, folder: ArchiveFolder, retention: Retention = BUILT_IN) -> Archivist:
    """One that does not wait between two instances."""
    return Archivist(office.store, office.writer, office.clock, folder, retention, pause=0)


def _later(office: Office, days: int) -> None:
    office.do(SetVirtualTime(office.clock.now() + timedelta(days=days)))


def _streams(office: Office) -> list[str]:
    with office.store.read() as queries:
        return list(queries.streams())


def _verified(folder: ArchiveFolder, outcome: Outcome) -> dict[str, bool]:
    found: dict[str, bool] = {}
    for name in outcome.files:
        with (
            (folder.root / f"{name}.ndjson").open("rb") as lines,
            (folder.root / f"{name}.values").open("rb") as values,
        ):
            found |= {id: verification.identical for id, verification in verify_file(lines, values)}
    return found


def test_what_is_past_its_time_goes_and_still_verifies(office: Office, folder: ArchiveFolder) -> None:
    """An auditor proves a history of years ago from its file alone."""
    ids = _streams(office)
    _later(office, 370)

    outcome = archivist(office, folder).run()

    assert (3, 2) == (outcome.archived, len(outcome.files))
    assert dict.fromkeys(ids[:3], True) == _verified(folder, outcome)
    assert [ids[3]] == _streams(office)
    assert [] == folder.pending()


def test_what_is_not_past_its_time_stays(office: Office, folder: ArchiveFolder) -> None:
    """The time runs from the end, and what has not ended has no time."""
    _later(office, 340)  # the first two ended 380 days ago, the third 340

    assert 2 == archivist(office, folder).run().archived
    assert 0 == archivist(office, folder).run().archived
    assert 2 == len(_streams(office))


def test_a_run_by_hand_may_be_earlier(office: Office, folder: ArchiveFolder) -> None:
    """An operator whose disk is full decides for himself."""
    _later(office, 1)

    assert 2 == archivist(office, folder).run(Period.read("P30D")).archived


def test_nothing_of_an_archived_instance_is_left_but_its_stub(office: Office, folder: ArchiveFolder) -> None:
    """A row that stays behind would be found by some list, or by who must not find it."""
    ids = _streams(office)
    _later(office, 370)
    archivist(office, folder).run()

    with office.store.begin() as unit:
        connection = unit._connection
        for table, column in OF_INSTANCES.items():
            left = connection.exec_driver_sql(f"SELECT DISTINCT {column} FROM {table.name}").scalars()
            assert set(left).isdisjoint(ids[:3]), table.name
        tasks = "SELECT count(*) FROM user_task_groups WHERE id NOT IN (SELECT id FROM user_tasks)"
        assert 0 == connection.exec_driver_sql(tasks).scalar()
        gone = unit.archived(ids)
    assert set(ids[:3]) == gone.keys()
    assert {"completed"} == {stub.state for stub in gone.values()}


def test_documents_go_where_the_values_go(office: Office, folder: ArchiveFolder) -> None:
    """An identity card that stayed in the database would be in no list, and no erasure would ever find it."""
    own, shared = (Document(sha256(content).hexdigest(), "application/pdf", content) for content in (b"own", b"both"))
    office.deploy(("two.bpmn", diagram(start() + user("a") + end() + path("s", "a", "e"), key="two")))
    ids = [office.do(OpenDossier("two", "counter")).dossier.id for _ in range(2)]
    for id, document in ((ids[0], own), (ids[0], shared), (ids[1], shared)):
        office.do(AddDocument(id, document, "tep.pdf"))
    office.complete(next(task for task in office.tasks(ids[0])))
    _later(office, 370)

    outcome = archivist(office, folder).run()

    with office.store.read() as queries:
        assert (None, b"both") == (queries.document(own.hash), queries.document(shared.hash))
        assert [shared.hash] == [each.hash for each in queries.attachments_of(ids[1])]
    assert _kept(folder, outcome)[ids[0]] == {own.hash: b"own", shared.hash: b"both"}
    assert all(_verified(folder, outcome).values())

    office.complete(next(task for task in office.tasks(ids[1])))
    _later(office, 370)
    last = archivist(office, folder).run()
    with office.store.read() as queries:
        assert queries.document(shared.hash) is None
    assert _kept(folder, last)[ids[1]] == {shared.hash: b"both"}


def test_a_file_is_not_larger_for_its_documents(
    office: Office, folder: ArchiveFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is read and verified at once has to fit the memory, however much was handed in."""
    monkeypatch.setattr("engine.service.archivist.LARGEST", 1)
    _later(office, 370)

    outcome = archivist(office, folder).run()

    assert (3, 3) == (outcome.archived, len(outcome.files))


def _kept(folder: ArchiveFolder, outcome: Outcome) -> dict[str, dict[str, bytes]]:
    lines = [
        json.loads(line) for name in outcome.files for line in (folder.root / f"{name}.values").read_text().splitlines()
    ]
    return {
        line["processInstanceId"]: {hash: b64decode(text) for hash, text in line.get("documents", {}).items()}
        for line in lines
    }


def test_the_administration_says_where_it_went(office: Office, folder: ArchiveFolder) -> None:
    """The file's hash stands in a chain that is still here: the file cannot be exchanged."""
    _later(office, 370)
    outcome = archivist(office, folder).run()

    with office.store.read() as queries:
        records = history.records(queries, "administration", 0, 1000)
    told = [record.payload for record in records if record.kind == "InstanceArchived"]
    assert set(outcome.files) == {record["file"] for record in told}
    manifests = [json.loads((folder.root / f"{name}.json").read_text()) for name in outcome.files]
    assert {said["sha256"] for said in manifests} == {record["sha256"] for record in told}
    ends = {said["processInstanceId"]: said["hash"] for m in manifests for said in m["processInstances"]}
    assert ends == {record["instance"]: record["hash"] for record in told}


def test_an_archived_instance_says_so(office: Office, folder: ArchiveFolder) -> None:
    """Whoever asks learns where it is; nobody begins it again under the same key."""
    first = id_for("default", "portal", "k")
    office.do(StartProcessInstance(key="one", id=first))
    office.complete(office.tasks(first)[0])
    _later(office, 370)
    archivist(office, folder).run()

    with pytest.raises(InstanceArchived):
        office.do(StartProcessInstance(key="one", id=first))
    with pytest.raises(InstanceArchived):
        office.do(SuspendProcessInstance(first, "late"))
    with pytest.raises(InstanceArchived), office.store.read() as queries:
        history.verify(queries, office.catalog, first)
    with pytest.raises(NotFound), office.store.read() as queries:
        history.verify(queries, office.catalog, "somebody else's")


def test_the_rest_verifies_and_is_rebuilt(office: Office, folder: ArchiveFolder) -> None:
    """Taking some out must not touch the others, nor be undone by a rebuild."""
    (*_, running) = _streams(office)
    _later(office, 370)
    archivist(office, folder).run()

    assert 1 == rebuild(office.store, office.catalog)
    with office.store.read() as queries:
        assert history.verify(queries, office.catalog, running).identical
        assert 3 == len(queries.archived(_archived_ids(folder)))


def _archived_ids(folder: ArchiveFolder) -> list[str]:
    found = [json.loads(file.read_text()) for file in folder.root.glob("*/*.json")]
    return [said["processInstanceId"] for manifest in found for said in manifest["processInstances"]]


def test_the_stubs_are_truth() -> None:
    """Nothing can make them again but the administration's log."""
    assert "archived" in {table.name for table in TRUTH}


def test_histories_hold_nothing_personal_and_erasing_leaves_them_valid(office: Office, folder: ArchiveFolder) -> None:
    """An order to erase reaches the archive without touching what was hashed."""
    _later(office, 370)
    outcome = archivist(office, folder).run()

    for name in outcome.files:
        histories, values = (folder.root / f"{name}{end}" for end in (".ndjson", ".values"))
        assert SECRET not in histories.read_text()
        assert SECRET in values.read_text()
        values.write_text("")
        with histories.open("rb") as lines:
            for _, verification in verify_file(lines, []):
                assert verification.identical
                assert verification.taken_from_record > 0


class Killed(Exception):
    """The process died here."""


class Deadly(ArchiveFolder):
    """An archive during whose work the process dies at the n-th step."""

    def __init__(self, root: Path, step: str) -> None:
        super().__init__(root)
        self.step: str | None = step

    def _die(self, step: str) -> None:
        if step == self.step:
            self.step = None
            raise Killed(step)

    def write(self, file: ArchiveFile) -> None:
        self._die("before writing")
        super().write(file)
        self._die("after writing")

    def read_back(self, name: str) -> bytes | None:
        manifest = super().read_back(name)
        self._die("after reading back")
        return manifest

    def settle(self, name: str) -> None:
        self._die("before settling")
        super().settle(name)


@pytest.mark.parametrize("step", ["before writing", "after writing", "after reading back", "before settling"])
def test_a_run_that_died_goes_on(office: Office, folder: ArchiveFolder, step: str) -> None:
    """Nothing is lost and nothing is archived twice."""
    ids = _streams(office)
    _later(office, 370)
    with pytest.raises(Killed):
        archivist(office, Deadly(folder.root, step)).run()

    archivist(office, folder).run()

    assert sorted(ids[:3]) == sorted(_archived_ids(folder))
    assert [ids[3]] == _streams(office)
    assert [] == folder.pending()
    assert [] == list(folder.root.glob("*/*.part"))


def test_a_run_that_died_among_its_instances_goes_on(office: Office, folder: ArchiveFolder) -> None:
    """Half of a file's instances are gone, the other half is not."""
    ids = _streams(office)
    _later(office, 370)
    dying = archivist(office, folder)
    let_go: Callable[..., bool] = dying._let_go
    asked: list[str] = []

    def die_at_the_second(*args: object) -> bool:
        asked.append("")
        if len(asked) == 2:
            raise Killed
        return let_go(*args)

    dying._let_go = die_at_the_second  # type: ignore[method-assign, assignment]
    with pytest.raises(Killed):
        dying.run()
    assert 1 == len(folder.pending())

    archivist(office, folder).run()

    assert sorted(ids[:3]) == sorted(_archived_ids(folder))
    assert [ids[3]] == _streams(office)


@pytest.mark.parametrize("end", [".ndjson", ".values", ".json"])
def test_nothing_is_deleted_on_the_word_of_a_damaged_file(office: Office, folder: ArchiveFolder, end: str) -> None:
    """A disk that lies costs a run, not a dossier."""
    before = _streams(office)
    _later(office, 370)
    with pytest.raises(Killed):
        archivist(office, Deadly(folder.root, "after writing")).run()
    (name,) = folder.pending()
    file = folder.root / f"{name}{end}"
    file.write_bytes(file.read_bytes().replace(b'"', b"'", 1))

    with pytest.raises(ArchiveDamaged):
        archivist(office, folder).run()
    assert before == _streams(office)


def test_an_unfinished_file_is_thrown_away(office: Office, folder: ArchiveFolder) -> None:
    """Without its histories nothing of it counts."""
    _later(office, 370)
    with pytest.raises(Killed):
        archivist(office, Deadly(folder.root, "after writing")).run()
    (name,) = folder.pending()
    (folder.root / f"{name}.ndjson").unlink()

    assert 3 == archivist(office, folder).run().archived
    assert {True} == {(file.with_suffix(".ndjson")).exists() for file in folder.root.glob("*/*.values")}


@pytest.mark.parametrize("damage", ["x00", None])
def test_a_damaged_history_stays_and_is_named(office: Office, folder: ArchiveFolder, damage: str | None) -> None:
    """It may still be mended from a backup; in the archive nobody would look. The others do not wait for it."""
    damaged = _streams(office)[0]
    with office.store.begin() as unit:
        where = f"WHERE stream = '{damaged}' AND first_seq = 1"
        change = "DELETE FROM log" if damage is None else "UPDATE log SET hash = clear"
        unit._connection.exec_driver_sql(f"{change} {where}")
        unit.commit()
    _later(office, 370)

    outcome = archivist(office, folder).run()

    assert 2 == outcome.archived
    assert [damaged] == [id for id, _ in outcome.unlike]
    with office.store.read() as queries:
        assert damaged in queries.process_instances([damaged])


def test_a_procedure_names_its_class(office: Office, folder: ArchiveFolder) -> None:
    """How long is the operator's decision, for which procedures the analyst's."""
    retention = Retention.read({"short": {"hot": "P10D", "destroyable": True}})
    office.catalog.retention = retention
    model = diagram(start() + user("a") + end() + path("s", "a", "e"), key="quick")
    office.deploy(("quick.bpmn", model), ("procedure.toml", b'[retention]\nclass = "short"\n'))
    office.complete(office.tasks(quick := office.start("quick"))[0])
    _later(office, 11)

    outcome = archivist(office, folder, retention).run()

    assert [quick] == _archived_ids(folder)
    said = json.loads((folder.root / f"{outcome.files[0]}.json").read_text())["processInstances"][0]
    assert {"class": "short", "destroyable": True} == said["retention"]
    assert {"short": 1} == archivist(office, folder).run().unknown


@pytest.mark.parametrize("toml", ['[retention]\nclass = "nobody\'s"\n', "retention = 5\n", "[retention]\nclass = 5\n"])
def test_a_class_that_there_is_not_is_refused(office: Office, toml: str) -> None:
    """A misspelt one would keep dossiers in the database for ever."""
    with pytest.raises(DeploymentRefused):
        office.deploy(("one.bpmn", MODEL + b"\n"), ("procedure.toml", toml.encode()))


@pytest.mark.parametrize("hot", ["P", "1Y", "P1W", "PT5H", "P1D2Y", "P-1D", ""])
def test_a_period_that_is_none_is_refused(hot: str) -> None:
    """A class whose period was read otherwise would empty the database, or never."""
    with pytest.raises(RetentionRefused):
        Retention.read({"a": {"hot": hot}})


def test_periods_are_of_the_calendar(office: Office) -> None:
    """A month before the 31st of March is the last day of February."""
    end_of_march = office.clock.now().replace(month=3, day=31)

    assert (2, 28) == (Period.read("P1M").before(end_of_march).month, Period.read("P1M").before(end_of_march).day)
    assert end_of_march.year - 2 == Period.read("P1Y12M").before(end_of_march).year
