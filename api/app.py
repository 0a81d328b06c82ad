"""The web application: every route, who may call it, and what becomes of what goes wrong."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from time import perf_counter

import orjson
import structlog
from flask import Flask, Response, g, request
from flask_smorest import Api  # type: ignore[import-untyped]
from werkzeug.exceptions import HTTPException

from api import answers, openapi, problems
from api.bootstrap import Service
from api.caller import admit, authorise, language_header
from api.health import DESCRIPTION, METRICS, health
from api.language import preferred
from api.logs import note_request
from api.metrics import Metrics
from api.policy import Policy, policies
from api.rates import FAILURES, FAILURES_AT_ONCE, Rates
from api.refusals import BadRequest, Bug, NoRoute, TooLarge, WrongContentType, WrongMethod
from api.serving import EXTENSION
from api.settings import Settings
from api.v1.api_keys import api_keys
from api.v1.attachments import attachments
from api.v1.batches import batches
from api.v1.calendars import calendars
from api.v1.clock import clock
from api.v1.connectors import connectors
from api.v1.deployments import deployments
from api.v1.dossiers import dossiers
from api.v1.events import events
from api.v1.histories import histories
from api.v1.inbound import inbound, parked_packets
from api.v1.incidents import incidents
from api.v1.indicators import indicators
from api.v1.jobs import jobs
from api.v1.messages import messages
from api.v1.modification import modification
from api.v1.organisation import organisation
from api.v1.outbox import outbox
from api.v1.papers import of_instances as papers_of_instances
from api.v1.papers import papers
from api.v1.payments import payments
from api.v1.procedures import procedures
from api.v1.process_definitions import process_definitions
from api.v1.process_instances import process_instances
from api.v1.public import public
from api.v1.records import records
from api.v1.reports import reports
from api.v1.signals import signals
from api.v1.subscriptions import subscriptions
from api.v1.tasks import tasks
from api.v1.users import users
from api.v1.why import waits
from engine.domain.errors import EngineError, NotFound
from engine.service.command import Sender

LARGEST_BODY = 2 * 1024 * 1024
RESOURCES = (
    deployments,
    process_definitions,
    process_instances,
    waits,
    modification,
    batches,
    histories,
    tasks,
    messages,
    signals,
    jobs,
    connectors,
    inbound,
    parked_packets,
    incidents,
    records,
    reports,
    events,
    subscriptions,
    api_keys,
    users,
    organisation,
    calendars,
    dossiers,
    indicators,
    public,
    procedures,
    papers,
    papers_of_instances,
    attachments,
    payments,
    outbox,
    clock,
    health,
)

log = structlog.get_logger()


def make_app(service: Service) -> Flask:
    """The application on a service.

    Raises:
        LookupError: a route declares no policy.
    """
    app = Flask(__name__, static_folder=None)
    app.config.update(MAX_CONTENT_LENGTH=LARGEST_BODY, MAX_FORM_PARTS=200)
    app.extensions[EXTENSION] = service
    app.extensions[METRICS] = Metrics(service.writer, service.clock, service.waiting_room)
    for resource in RESOURCES:
        app.register_blueprint(resource)
    app.extensions[DESCRIPTION] = description
    _guard(app, service)
    _answer_errors(app)
    return app


@cache
def description() -> bytes:
    """The description of the API in JSON, made when somebody first asks for it: it takes as long as all else of a start."""
    app = Flask(__name__, static_folder=None)
    app.config.update(API_TITLE=openapi.TITLE, API_VERSION=openapi.VERSION, OPENAPI_VERSION="3.1.0")
    api = Api(app)
    for resource in RESOURCES:
        api.register_blueprint(resource)
    return orjson.dumps(openapi.document(api.spec.to_dict()))


def _guard(app: Flask, service: Service) -> None:
    """Before a view: who is it, and may he? After it: headers, counters, a line in the log."""
    policy = policies(app)
    metrics: Metrics = app.extensions[METRICS]
    rates = Rates(service.settings.rate_limit, service.settings.rate_limit)
    failures, strangers = Rates(FAILURES, FAILURES_AT_ONCE), Rates(FAILURES, FAILURES_AT_ONCE)
    always = _headers(service.settings)

    @app.before_request
    def begin() -> None:
        g.began, g.trace = perf_counter(), service.ids.new()
        endpoint = request.endpoint
        if request.blueprint == public.name:
            strangers.count(request.remote_addr or "")
        if endpoint is None or policy[endpoint] is not Policy.OPEN:
            principal = admit(service.identities, failures, request)
            rates.count(principal.name)
            if endpoint is not None:
                authorise(principal, policy[endpoint], request)
            else:
                g.sender = Sender(principal.name)
        if "\0" in request.path:
            raise NotFound(what="resource", id="")

    @app.after_request
    def finish(response: Response) -> Response:
        headers = response.headers
        headers["Trace-Id"] = g.trace
        for name, text in always:
            headers.setdefault(name, text)
        metrics.count_request(response)
        note_request(response)
        return response


def _headers(settings: Settings) -> list[tuple[str, str]]:
    """What every answer has, unless its view says otherwise: nothing is kept, and nothing in it is run by a browser."""
    headers = [
        ("X-Content-Type-Options", "nosniff"),
        ("Server", "motcua"),  # else granian puts its own name there
        ("Cache-Control", "no-store"),
        ("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"),
        ("Referrer-Policy", "no-referrer"),
    ]
    if settings.hsts:
        headers.append(("Strict-Transport-Security", f"max-age={settings.hsts}"))
    return headers


_HTTP: dict[int, Callable[[], EngineError]] = {
    404: NoRoute,
    405: WrongMethod,
    413: TooLarge,
    415: lambda: WrongContentType(expected="application/json"),
}


def _answer_errors(app: Flask) -> None:
    @app.errorhandler(EngineError)
    def refusal(error: EngineError) -> Response:
        if problems.KINDS[error.code].status >= 500:
            log.warning("refused", code=error.code, traceId=g.trace)
        return _problem(error)

    @app.errorhandler(HTTPException)
    def web(error: HTTPException) -> Response:
        response = _problem(_HTTP.get(error.code or 400, BadRequest)())
        if error.code == 405:
            response.headers["Allow"] = dict(error.get_headers()).get("Allow", "")
        return response

    @app.errorhandler(Exception)
    def bug(error: Exception) -> Response:
        log.error("bug", traceId=g.trace, exc_info=error)
        return _problem(Bug())


def _problem(error: EngineError) -> Response:
    return answers.response(problems.rendered(error, preferred(language_header()), g.trace))
