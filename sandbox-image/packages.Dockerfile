# The sandbox with packages beside the standard library; they come with the build, nothing is fetched here.
ARG BASE_IMAGE
FROM ${BASE_IMAGE}

COPY packages /opt/packages

# Fails here where they do not fit the base. The root of a sandbox is read-only: compiled now, or at each start.
RUN ["/usr/bin/env", "python3", "-I", "-c", "import sys, compileall; sys.path.append('/opt/packages'); import numpy; compileall.compile_dir('/opt/packages', quiet=2)"]
