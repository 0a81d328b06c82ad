# docker build --tag motcua .
# docker run --init --publish 127.0.0.1:8000:8000 --env MOTCUA_ADMIN_KEY --volume motcua:/var/lib/motcua motcua

FROM python:3.11-slim-bookworm AS build

ENV PIP_DISABLE_PIP_VERSION_CHECK=1 \
    PIP_NO_CACHE_DIR=1

RUN python -m venv /opt/motcua

WORKDIR /src

# The libraries first: they change seldom, and this layer with them.
COPY requirements/build.txt requirements/service.txt requirements/
RUN /opt/motcua/bin/pip install -r requirements/build.txt -r requirements/service.txt

COPY setup.cfg pyproject.toml ./
COPY engine engine
COPY api api
COPY adapters adapters
RUN /opt/motcua/bin/pip install --no-deps --no-build-isolation . \
    && /opt/motcua/bin/pip check \
    && /opt/motcua/bin/pip uninstall --yes setuptools pip


FROM python:3.11-slim-bookworm

RUN groupadd --system --gid 10001 motcua \
    && useradd --system --uid 10001 --gid motcua --no-create-home --home-dir /var/lib/motcua \
        --shell /usr/sbin/nologin motcua \
    && install --directory --owner=motcua --group=motcua --mode=0750 /var/lib/motcua

COPY --from=build /opt/motcua /opt/motcua
COPY bpmn /srv/motcua/bpmn

# Beyond the loopback address the service starts only when MOTCUA_ADMIN_KEY is given: there is no built-in one.
ENV PATH=/opt/motcua/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    MOTCUA_BIND=0.0.0.0:8000 \
    MOTCUA_DATABASE_URL=sqlite:////var/lib/motcua/motcua.db

WORKDIR /srv/motcua
USER motcua
VOLUME /var/lib/motcua
EXPOSE 8000
STOPSIGNAL SIGTERM

# A proxy from the environment must not be asked for the own address; the port is the one of MOTCUA_BIND.
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request as r; port = os.environ['MOTCUA_BIND'].rpartition(':')[2]; r.build_opener(r.ProxyHandler({})).open(f'http://127.0.0.1:{port}/healthz', timeout=4)"]

ENTRYPOINT ["motcua"]
CMD ["serve", "--deploy", "bpmn"]
