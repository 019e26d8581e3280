FROM scratch
COPY . /
ENV PATH=/bin
LABEL moby.buildkit.frontend.network.none=true
LABEL moby.buildkit.frontend.caps=moby.buildkit.frontend.inputs,moby.buildkit.frontend.subrequests,moby.buildkit.frontend.contexts
ENTRYPOINT ["/bin/dockerfile-frontend"]
