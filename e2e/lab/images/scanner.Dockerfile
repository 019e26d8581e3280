FROM scratch
COPY . /
ENTRYPOINT ["/bin/scanner"]
