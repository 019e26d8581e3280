FROM scratch
COPY . /
ENV PATH=/usr/bin:/bin
VOLUME /var/lib/buildkit
ENTRYPOINT ["buildkitd"]
