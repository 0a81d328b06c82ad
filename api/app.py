"""The web application: every route, who may call it, and what becomes of what goes wrong."""

from __future__ import annotations

from collections.abc import Callable
from time import perf_counter

import orjson
import structlog
from flask import Flask, Response, g, request
from flask_smorest import Api  # type: ignore[import-untyped]
from werkzeug.exceptions import HTTPException

from api import answers, openapi, problems
from api.bootstrap import Service
from api.caller import Keys, admit, language_header
from api.health import DESCRIPTION, METRICS, health
from api.language import preferred
from api.logs import note_request
from api.metrics import Metrics
from api.policy import Policy, policies
from api.refusals import BadRequest, Bug, NoRoute, TooLarge, WrongContentType, WrongMethod
from api.serving import EXTENSION
from api.v1.batches import batches
from api.v1.clock import clock
from api.v1.deployments import deployments
from api.v1.histories import histories
from api.v1.incidents import incidents
from api.v1.jobs import jobs
from api.v1.messages import messages
from api.v1.modification import modification
from api.v1.process_definitions import process_definitions
from api.v1.process_instances import process_instances
from api.v1.records import records
from api.v1.signals import signals
from api.v1.tasks import tasks
from engine.domain.errors import EngineError, NotFound

LARGEST_BODY = 2 * 1024 * 1024
RESOURCES = (
    deployments,
    process_definitions,
    process_instances,
    modification,
    batches,
    histories,
    tasks,
    messages,
    signals,
    jobs,
    incidents,
    records,
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
    app.config.update(
        API_TITLE=openapi.TITLE,
        API_VERSION=openapi.VERSION,
        OPENAPI_VERSION="3.1.0",
        MAX_CONTENT_LENGTH=LARGEST_BODY,
        MAX_FORM_PARTS=200,
    )
    app.extensions[EXTENSION] = service
    app.extensions[METRICS] = Metrics(service.writer, service.clock, service.waiting_room)
    api = Api(app)
    for resource in RESOURCES:
        api.register_blueprint(resource)
    app.extensions[DESCRIPTION] = orjson.dumps(openapi.document(api.spec.to_dict()))
    _guard(app, Keys(service.store), service)
    _answer_errors(app)
    return app


def _guard(app: Flask, keys: Keys, service: Service) -> None:
    """Before a view: who is it? After it: headers, counters, a line in the log."""
    policy = policies(app)
    metrics: Metrics = app.extensions[METRICS]

    @app.before_request
    def begin() -> None:
        g.began, g.trace = perf_counter(), service.ids.new()
        endpoint = request.endpoint
        if endpoint is None or policy[endpoint] is not Policy.OPEN:
            admit(keys, request)
        if "\0" in request.path:
            raise NotFound(what="resource", id="")

    @app.after_request
    def finish(response: Response) -> Response:
        headers = response.headers
        headers["Trace-Id"] = g.trace
        headers["X-Content-Type-Options"] = "nosniff"
        headers["Server"] = "motcua"  # else granian puts its own name there
        metrics.count_request(response)
        note_request(response)
        return response


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
