# syntax=docker/dockerfile:1
# Model bundles under /models, to be copied into a volume. Build in a folder with bundles: docker build -f deploy/docker/models.Dockerfile src/ClipGen.Cli/models
ARG BASE=docker.io/library/busybox:1.37.0
FROM ${BASE}
LABEL org.opencontainers.image.title="clipgen-models" org.opencontainers.image.description="ClipGen.Cluster: model bundles"
COPY . /models
USER 1654:1654
# It copies and ends.
HEALTHCHECK NONE
CMD ["cp", "-R", "/models/.", "/target"]
