# syntax=docker/dockerfile:1
# Training, evaluation and model import: the whole of clipgen. Build in the repository's root: docker build -f deploy/docker/training.Dockerfile --build-arg TORCH=cuda .
# Run with the data and the results mounted: docker run --gpus all -v $PWD/work:/work clipgen-training train shapes --work /work --out /work/shapes
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
RUN --mount=type=cache,target=/root/.nuget/packages dotnet publish src/ClipGen.Cli --configuration Release -p:TorchBackend=${TORCH} --output /app && mkdir /work

FROM ${BASE}
LABEL org.opencontainers.image.title="clipgen-training" org.opencontainers.image.description="ClipGen.Cluster: training, evaluation, model import"
COPY --from=build /app /app
COPY --from=build --chown=1654:1654 /work /work
WORKDIR /work
ENV HOME=/tmp CUDA_CACHE_PATH=/tmp/cuda NVIDIA_DRIVER_CAPABILITIES=compute,utility
VOLUME /work
USER 1654:1654
# It runs to its end and has nothing to be asked; a training that is stopped goes on from its last checkpoint.
HEALTHCHECK NONE
STOPSIGNAL SIGTERM
ENTRYPOINT ["/app/clipgen"]
CMD ["train", "--help"]
