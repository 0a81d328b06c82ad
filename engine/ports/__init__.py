"""What the engine needs from outside, as protocols; adapters implement them, bootstrap wires them."""

from engine.ports.outside import Archive, Bell, BrokerUnavailable, IssuerKeys, Signer, Typesetter
from engine.ports.queries import Listed, Page, Queries, Waits, every
from engine.ports.store import Changes, Entity, Store, UnitOfWork, WriteConflict
from engine.ports.systems import Arrived, Http, Played, Reply, Sent, Simulator, System, TellsDossiers
from engine.ports.time import Clock, Ids, VirtualClock

__all__ = [
    "Archive",
    "Arrived",
    "Bell",
    "BrokerUnavailable",
    "Changes",
    "Clock",
    "Entity",
    "Http",
    "Ids",
    "IssuerKeys",
    "Listed",
    "Page",
    "Played",
    "Queries",
    "Reply",
    "Sent",
    "Signer",
    "Simulator",
    "Store",
    "System",
    "TellsDossiers",
    "Typesetter",
    "UnitOfWork",
    "VirtualClock",
    "Waits",
    "WriteConflict",
    "every",
]
