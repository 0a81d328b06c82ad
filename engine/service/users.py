"""Users: people who come with a token, and what the administrator lets them in as."""

from __future__ import annotations

from dataclasses import dataclass

from engine.domain.access import User
from engine.domain.errors import NameTaken
from engine.domain.values import written
from engine.service.command import SERVICE, Command, Sender
from engine.service.work import Work


@dataclass(frozen=True, slots=True)
class PublishUser(Command):
    """Lay down what a user is let in as; no roles: as nobody."""

    name: str
    roles: tuple[str, ...] = ()
    unit: str | None = None
    groups: tuple[str, ...] = ()


def publish(work: Work, command: PublishUser, by: Sender) -> User:
    """Put a user in the place of what was published before.

    Raises:
        NameTaken: a key has the name, or the service itself.
    """
    work.flush()
    if command.name == SERVICE.actor or work.unit.api_key_named(command.name) is not None:
        raise NameTaken(name=command.name, what="a key")
    cause = work.cause(by)
    user = User(command.name, command.roles, command.unit, command.groups, written(cause.at))
    if work.unit.user(command.name) is not None:
        work.current.delete(User, user.id)
    work.current.insert(user)
    said = {"name": user.id, "roles": list(user.roles), "unit": user.unit, "groups": list(user.groups)}
    work.administer("UserPublished", said, cause)
    return user
