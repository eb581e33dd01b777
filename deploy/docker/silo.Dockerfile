# syntax=docker/dockerfile:1
# The GPU node. Build in the repository's root: docker build -f deploy/docker/silo.Dockerfile --build-arg TORCH=cuda .
# libtorch comes with its CUDA libraries; of the machine it needs the driver, which NVIDIA's container toolkit brings in.
ARG SDK=mcr.microsoft.com/dotnet/sdk:10.0-noble
# Ubuntu 24.04: TorchSharp asks for a libstdc++ of GCC 13.2 or newer.
ARG BASE=mcr.microsoft.com/dotnet/aspnet:10.0-noble

FROM ${SDK} AS build
# cpu or cuda
ARG TORCH=cpu
WORKDIR /source
COPY global.json Directory.Build.props Directory.Build.targets Directory.Packages.props .editorconfig ./
COPY build build
COPY src src
RUN --mount=type=cache,target=/root/.nuget/packages dotnet publish src/ClipGen.Silo --configuration Release -p:TorchBackend=${TORCH} --output /app && mkdir /data /models

FROM ${BASE}
LABEL org.opencontainers.image.title="clipgen-silo" org.opencontainers.image.description="ClipGen.Cluster: a node with devices"
WORKDIR /app
COPY --from=build /app /app
COPY --from=build --chown=1654:1654 /data /data
COPY --from=build --chown=1654:1654 /models /models
# Models are not in here: mount them at /models.
ENV CLIPGEN__Http__Listen=0.0.0.0:8080 CLIPGEN__Cluster__DataFolder=/data CLIPGEN_MODELS=/models HOME=/tmp CUDA_CACHE_PATH=/tmp/cuda NVIDIA_DRIVER_CAPABILITIES=compute,utility
VOLUME ["/data", "/models"]
EXPOSE 8080 11111
USER 1654:1654
# Weights take their time.
HEALTHCHECK --interval=10s --timeout=6s --start-period=900s --retries=3 CMD ["/app/clipgen-silo", "health", "ready"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["/app/clipgen-silo"]
