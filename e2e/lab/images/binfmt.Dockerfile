FROM scratch
COPY . /
ENV PATH=/usr/bin
ENTRYPOINT ["/usr/bin/binfmt"]
