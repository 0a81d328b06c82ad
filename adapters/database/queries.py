"""All queries of the engine, on one transaction."""

from __future__ import annotations

from adapters.database.access import AccessQueries
from adapters.database.archived import ArchivedQueries
from adapters.database.batches import BatchQueries
from adapters.database.definitions import DefinitionQueries
from adapters.database.dossiers import DossierQueries
from adapters.database.event_subscriptions import EventSubscriptionQueries
from adapters.database.feed import FeedQueries
from adapters.database.holdings import HoldingQueries
from adapters.database.inbound import InboundQueries
from adapters.database.instances import InstanceQueries
from adapters.database.log import LogQueries
from adapters.database.messages import MessageQueries
from adapters.database.papers import PaperQueries
from adapters.database.settings import SettingQueries
from adapters.database.user_tasks import UserTaskQueries
from adapters.database.waits import WaitQueries


class DatabaseQueries(
    DefinitionQueries,
    InstanceQueries,
    UserTaskQueries,
    WaitQueries,
    MessageQueries,
    LogQueries,
    FeedQueries,
    EventSubscriptionQueries,
    AccessQueries,
    BatchQueries,
    SettingQueries,
    ArchivedQueries,
    PaperQueries,
    DossierQueries,
    InboundQueries,
    HoldingQueries,
):
    """The port ``Queries``, one class for each noun."""
