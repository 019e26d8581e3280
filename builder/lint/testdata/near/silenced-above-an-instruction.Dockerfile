FROM debian:13
# check=skip=SpelledArchitecture
RUN curl -fsSL https://example.com/tool-linux-amd64 -o /usr/bin/tool
