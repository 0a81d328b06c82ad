"""Every outside system against its simulator: what is sent byte for byte, and every trouble at every request of an exchange."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path

import pytest

from adapters.sandbox.server import Trouble, sandbox
from engine.domain.call import Done, Failed
from engine.domain.packet import PacketRefused
from engine.domain.waiting import OUTCOME_UNKNOWN
from tests.adapters.golden import is_golden
from tests.adapters.samples import SAMPLES, Sample
from tests.adapters.systems import asked, asked_until_done, incoming, site_of

GOLDEN = Path(__file__).with_name("golden")
BY_NAME = pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name.replace(" ", "_"))


@contextmanager
def beside(sample: Sample, *troubles):
    """The system of a sample, played."""
    played = sample.played()
    with sandbox(played) as place:
        place.slowness = 1
        place.troubles.extend(troubles)
        yield played, place, sample.system(), site_of(place.url, sample.settings, **sample.secrets)


@BY_NAME
def test_what_is_sent_is_golden_and_is_taken(sample):
    """Both ways: the client's bytes are those of the file, and the simulator, which reads strictly, takes them."""
    with beside(sample) as (played, place, system, site):
        assert isinstance(asked(system, site, sample.operation, sample.values), Done)
        assert (sample.there(played), played.refused) == (1, [])
        for number, request in enumerate(place.arrived):
            is_golden(GOLDEN / f"{sample.name.replace(' ', '_')}-{number + 1}.txt", request.body)
        assert len(place.arrived) == sample.requests


CASES = [(sample, trouble, at) for sample in SAMPLES for trouble in Trouble for at in range(sample.requests)]


@pytest.mark.parametrize(
    ("sample", "trouble", "at"), CASES, ids=lambda case: getattr(case, "name", str(case)).replace(" ", "_")
)
def test_nothing_is_lost_doubled_or_false(sample, trouble, at):
    """Either it is there once and we know it, or it is not known and a person is told; never twice, never a false yes."""
    with beside(sample, *[None] * at, trouble) as (played, _, system, site):
        result = asked_until_done(system, site, sample.operation, sample.values)
        there = sample.there(played)
        if system.idempotent:
            assert (isinstance(result, Done), there) == (True, 1), result
        elif trouble is Trouble.DOUBLED:
            assert isinstance(result, Done)  # who doubles on the way cannot be kept from it by us
        else:
            assert there <= 1
            assert (isinstance(result, Done) and there == 1) or (
                isinstance(result, Failed) and result.incident == OUTCOME_UNKNOWN
            )


@BY_NAME
def test_a_wrong_secret_is_no_success(sample):
    """Refused over there is refused here."""
    with beside(sample) as (played, place, system, _):
        site = site_of(place.url, sample.settings, **dict.fromkeys(sample.secrets, "sai"))
        result = asked(system, site, sample.operation, sample.values)
        assert isinstance(result, Failed)
        assert (result.again, sample.there(played)) == (False, 0)


@BY_NAME
def test_every_needed_value_is_needed(sample):
    """One left out after the other: nothing leaves, and the field is named."""
    with beside(sample) as (_, place, system, site):
        for name in system.offers[sample.operation].needs:
            values = {**sample.values, name: [] if isinstance(sample.values[name], list) else None}
            with pytest.raises((PacketRefused, KeyError)):
                asked(
                    system, site, sample.operation, {key: value for key, value in values.items() if value is not None}
                )
        assert place.arrived == []


@BY_NAME
def test_what_is_asked_fits_what_is_offered(sample):
    """A diagram that gives what the operation says it needs can call it."""
    offer = sample.system().offers[sample.operation]
    assert set(offer.needs) <= sample.values.keys() <= {*offer.needs, *offer.takes}


@BY_NAME
def test_systems_that_send_nothing_take_nothing(sample):
    """A door that is not meant to be there stays closed."""
    system = sample.system()
    if not system.services:
        with pytest.raises(PacketRefused, match="serviceUnknown"):
            system.receive(site_of("http://x", {}), incoming("x", b"{}"))
