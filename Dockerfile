# One image: the locked dependencies and Lodeline in a venv, run by a user without rights.
# The root file system may be read-only; only the workspace /data (and a tmpfs /tmp) is written.

FROM python:3.12-slim AS build
ENV PIP_NO_CACHE_DIR=1 \
    PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /src
RUN python -m venv /opt/lodeline
COPY requirements/build.txt requirements/runtime.txt requirements/
RUN /opt/lodeline/bin/pip install --only-binary :all: --require-hashes \
        -r requirements/build.txt -r requirements/runtime.txt
COPY pyproject.toml README.md LICENSE NOTICE ./
COPY schemas schemas
COPY geodata geodata
COPY service service
# What only installs has no place in what runs.
RUN /opt/lodeline/bin/pip install --no-deps --no-build-isolation . \
    && /opt/lodeline/bin/pip uninstall --yes setuptools pip

FROM python:3.12-slim
RUN groupadd --gid 10001 lodeline \
    && useradd --uid 10001 --gid 10001 --no-create-home --no-log-init lodeline \
    && install -d -o lodeline -g lodeline /data
COPY --from=build /opt/lodeline /opt/lodeline
ENV PATH=/opt/lodeline/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    LODELINE_WORKSPACE=/data
USER 10001:10001
WORKDIR /data
VOLUME /data
EXPOSE 8000
# The first start builds a release, which the start period allows for.
HEALTHCHECK --interval=10s --timeout=3s --start-period=90s --retries=3 \
    CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8000/readyz', timeout=2)"]
ENTRYPOINT ["lodeline"]
CMD ["serve", "--host", "0.0.0.0", "--port", "8000"]
