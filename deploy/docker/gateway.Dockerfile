# syntax=docker/dockerfile:1
# The HTTP API and the grains that route: no Torch, no shell. Build in the repository's root: docker build -f deploy/docker/gateway.Dockerfile .
ARG SDK=mcr.microsoft.com/dotnet/sdk:10.0-noble
ARG BASE=mcr.microsoft.com/dotnet/aspnet:10.0-noble-chiseled

FROM ${SDK} AS build
WORKDIR /source
COPY global.json Directory.Build.props Directory.Build.targets Directory.Packages.props .editorconfig ./
COPY build build
COPY src src
RUN --mount=type=cache,target=/root/.nuget/packages dotnet publish src/ClipGen.Gateway --configuration Release --output /app && mkdir /data

FROM ${BASE}
LABEL org.opencontainers.image.title="clipgen-gateway" org.opencontainers.image.description="ClipGen.Cluster: HTTP API and routing"
WORKDIR /app
COPY --from=build /app /app
# Nothing is written but under /data, and /tmp where there is one.
COPY --from=build --chown=1654:1654 /data /data
ENV CLIPGEN__Http__Listen=0.0.0.0:8080 CLIPGEN__Cluster__DataFolder=/data HOME=/tmp
VOLUME /data
# HTTP, and the port that silos reach each other at.
EXPOSE 8080 11111
USER 1654:1654
# A gateway without devices is well: it says so to clients.
HEALTHCHECK --interval=10s --timeout=6s --start-period=30s --retries=3 CMD ["/app/clipgen-gateway", "health", "startup"]
# The process itself is number 1 and gets the signals: SIGTERM lets it finish what it has begun.
STOPSIGNAL SIGTERM
ENTRYPOINT ["/app/clipgen-gateway"]
