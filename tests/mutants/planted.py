"""Bugs that somebody could make, each with the test that must find it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Mutant:
    """A bug: in ``file``, ``before`` is replaced by ``after``; ``test`` must then fail."""

    name: str
    file: str
    before: str
    after: str
    test: str


PLANTED = (
    Mutant(
        "addresses not checked",
        "adapters/http/client.py",
        "if not all(may_be_reached(address, bounds.networks) for address in found):",
        "if False:",
        "tests/adapters/http/test_forgery.py",
    ),
    Mutant(
        "one good address is enough",
        "adapters/http/client.py",
        "if not all(may_be_reached(",
        "if not any(may_be_reached(",
        "tests/adapters/http/test_forgery.py::test_what_a_name_means_is_checked_before_anything_is_connected",
    ),
    Mutant(
        "carried addresses not looked at",
        "adapters/http/address.py",
        "address = _carried(ipaddress.ip_address(text))",
        "address = ipaddress.ip_address(text)",
        "tests/adapters/http/test_forgery.py",
    ),
    Mutant(
        "what was sent counts as not sent",
        "adapters/http/stream.py",
        "self.sent = self.sent or bool(buffer)",
        "pass",
        "tests/adapters/http/test_client.py::test_whether_the_other_side_has_done_it_is_not_known_once_it_had_the_request",
    ),
    Mutant(
        "interrupted calls made again",
        "engine/service/calls.py",
        "if job.worker is not None and not _may_be_repeated(command.operation, job):",
        "if False:",
        "tests/engine/service/test_calls.py::test_an_interrupted_call_counts_as_unknown",
    ),
    Mutant(
        "a begun call not in the log",
        "engine/domain/projection.py",
        '"run_at": p["until"], "worker": s.actor, "attempt"',
        '"attempt"',
        "tests/engine/service/test_calls.py::test_the_same_job_is_begun_once",
    ),
    Mutant(
        "unknown outcomes taken for failures",
        "engine/runtime/connectors.py",
        "return Failed(reason, OUTCOME_UNKNOWN, again=self.connector.idempotent)",
        "return Failed(reason, again=True)",
        "tests/engine/service/test_calls.py::test_what_may_have_been_done_is_not_asked_again_by_itself",
    ),
    Mutant(
        "another key after an unknown outcome",
        "engine/runtime/specs/services.py",
        "if code == OUTCOME_UNKNOWN:",
        "if False:",
        "tests/engine/service/test_calls.py::test_who_calls_again_after_an_unknown_outcome_uses_the_same_key",
    ),
    Mutant(
        "secrets kept in answers",
        "engine/runtime/connectors.py",
        'value = value.replace(secret, "***")',
        "pass",
        "tests/engine/service/test_calls.py::test_a_secret_is_nowhere_but_in_the_request",
    ),
    Mutant(
        "values lead upwards",
        "engine/runtime/templates.py",
        "if any(step in _UPWARDS for step in re.split",
        "if False and any(step in _UPWARDS for step in re.split",
        "tests/engine/runtime/test_connectors.py::test_no_value_leads_upwards",
    ),
    Mutant(
        "workers are given the service's own calls",
        "engine/service/command.py",
        "return not topic.startswith(CONNECTOR) and (",
        "return (",
        "tests/engine/service/test_calls.py::test_no_worker_is_given_a_call",
    ),
    Mutant(
        "fence removed",
        "engine/service/jobs.py",
        "job.worker != by.person or command.attempt not in (None, job.attempt)",
        "job.worker != by.person",
        "tests/engine/service/test_jobs.py::test_programs_with_one_key_are_told_apart_by_their_attempt",
    ),
    Mutant(
        "holder not asked for",
        "engine/service/jobs.py",
        "if job.worker != by.person or",
        "if False and",
        "tests/engine/service/test_jobs.py::test_only_who_has_fetched_a_job_may_answer",
    ),
    Mutant(
        "jobs not locked",
        "adapters/database/unit_of_work.py",
        "_JOBS_LOCKED = Statement(by_ids(JOBS).with_for_update())",
        "_JOBS_LOCKED = Statement(by_ids(JOBS))",
        "tests/contracts/test_store_waits.py::test_a_locked_job_is_as_the_last_unit_left_it",
    ),
    Mutant(
        "instances not locked",
        "adapters/database/unit_of_work.py",
        "_HEADS_LOCKED = Statement(by_ids(INSTANCES).with_for_update())",
        "_HEADS_LOCKED = Statement(by_ids(INSTANCES))",
        "tests/contracts",
    ),
    Mutant(
        "taken jobs not passed over",
        "adapters/database/waits.py",
        "with_for_update(skip_locked=True, of=jobs)",
        "with_for_update(of=jobs)",
        "tests/contracts/test_store_waits.py::test_what_is_being_taken_is_passed_over",
    ),
    Mutant(
        "lease not written",
        "engine/service/own_jobs.py",
        "run_at=written(now + command.lease), worker=by.actor",
        "worker=by.actor",
        "tests/engine/service/test_own_jobs.py::test_what_one_process_has_taken_the_other_leaves",
    ),
    Mutant(
        "failures not counted",
        "engine/service/own_jobs.py",
        "failures = work.clock.now(), job.attempt + 1",
        "failures = work.clock.now(), 1",
        "tests/engine/service/test_own_jobs.py::test_what_fails_too_often_is_given_up_with_its_last_error",
    ),
    Mutant(
        "timer early",
        "engine/service/timers.py",
        "or moment(timer.due_at) > cause.at",
        "",
        "tests/engine/service/test_timers.py",
    ),
    Mutant(
        "idempotency not checked",
        "engine/service/writer.py",
        "if (key := _key(envelope)) is not None and key in kept:",
        "if (key := _key(envelope)) is not None and key in {}:",
        "tests/api/test_idempotency.py",
    ),
    Mutant(
        "another request under the same key",
        "engine/service/command.py",
        "if answer.fingerprint != self.fingerprint:",
        "if False:",
        "tests/api/test_idempotency.py",
    ),
    Mutant(
        "document types let in",
        "engine/xml.py",
        "    _check_no_doctype(root)\n",
        "",
        "tests/engine/runtime/test_checks.py",
    ),
    Mutant(
        "salt forgotten",
        "engine/runtime/sealing.py",
        'salt = self._salt(f"{seq}|{name}".encode())',
        'salt = b""',
        "tests/engine/service/test_golden_histories.py",
    ),
    Mutant(
        "chain not chained",
        "engine/runtime/sealing.py",
        "return sha256(previous + stream.encode()",
        "return sha256(stream.encode()",
        "tests/engine/service/test_golden_histories.py",
    ),
    Mutant(
        "snapshot not written",
        "engine/service/heads.py",
        'fields["tokens"] = tokens',
        "pass",
        "tests/engine/service/test_process_instances.py",
    ),
    Mutant(
        "unique business key dropped",
        "engine/service/process_instances.py",
        "if (other := work.holder_of(business_key)) is not None:",
        "if (other := None) is not None:",
        "tests/engine/service/test_process_instances.py tests/api/test_process_instances.py",
    ),
    Mutant(
        "form not checked",
        "engine/service/process_instances.py",
        'check_values(command.values, loaded.form(loaded.compiled.start_form), "/variables")',
        'check_values(command.values, None, "/variables")',
        "tests/api/test_process_instances.py::test_the_start_form_is_checked",
    ),
    Mutant(
        "suspended instances go on",
        "engine/service/work.py",
        "if live.head.state == instance.SUSPENDED:",
        "if False:",
        "tests/engine/service/test_process_instances.py",
    ),
    Mutant(
        "stale state accepted",
        "engine/service/process_instances.py",
        "if live.head.seq != command.expected_seq:",
        "if False:",
        "tests/api/test_process_instances.py",
    ),
    Mutant(
        "revoked key lets in",
        "api/identities.py",
        "key is None or key.revoked_at is not None or",
        "key is None or",
        "tests/api/test_rights.py::test_a_key_ends",
    ),
    Mutant(
        "expired key lets in",
        "api/identities.py",
        "if known.expires is not None and known.expires <= self._clock.now():",
        "if False:",
        "tests/api/test_rights.py::test_a_key_ends",
    ),
    Mutant(
        "one right too many",
        "api/policy.py",
        "Role.APPROVER: frozenset({_OF.ORGANISATION, _OF.DEFINITIONS}),",
        "Role.APPROVER: frozenset({_OF.ORGANISATION, _OF.DEFINITIONS, _OF.OPERATE}),",
        "tests/api/test_rights.py::test_every_route_has_its_roles",
    ),
    Mutant(
        "other units' dossiers are there",
        "engine/service/reaching.py",
        "or head.unit in reach.units:",
        "or head.unit is not None:",
        "tests/api/test_rights.py::test_what_is_not_theirs_is_not_there",
    ),
    Mutant(
        "two eyes are enough",
        "engine/service/user_tasks.py",
        "        if done.completed_by == person:",
        "        if False:",
        "tests/api/test_rights.py::test_two_steps_need_two_persons",
    ),
    Mutant(
        "reading not recorded",
        "api/policy.py",
        "return policy in RECORDED and roles_for",
        "return False and roles_for",
        "tests/api/test_rights.py::test_looking_at_a_dossier_leaves_a_record",
    ),
    Mutant(
        "deeper walks forgotten",
        "adapters/database/walks.py",
        "        if not deeper:",
        "        if True:",
        "tests/contracts/test_store_reach.py",
    ),
    Mutant(
        "refusals quote what was entered",
        "engine/service/forms.py",
        ', mask="the value")',
        ")",
        "tests/crash/test_canaries.py",
    ),
    Mutant(
        "events carry what was entered",
        "engine/domain/feed.py",
        "for name in SHOWN.get(record.kind, ()) if name in record.payload",
        "for name in record.payload",
        "tests/crash/test_canaries.py",
    ),
    Mutant(
        "a bomb in a zip",
        "engine/service/bundle.py",
        "if size > left or (size > most and size > _CHUNK):",
        "if False:",
        "tests/engine/service/test_deployments.py",
    ),
    Mutant(
        "two messages for one place",
        "engine/service/messages.py",
        "if len(receivers) > 1:",
        "if False:",
        "tests/engine/service/test_messages.py",
    ),
    Mutant(
        "ended instances take inputs",
        "engine/runtime/execution.py",
        'if top.state != "running" and kind not in _AFTER_THE_END:',
        "if False:",
        "tests/engine/runtime/test_inputs.py",
    ),
)
