FROM debian:13-slim
RUN if true; then echo a
RUN ["/bin/bash", "-c", "echo 'a"]
SHELL ["pwsh", "-Command"]
RUN if (Test-Path x) { y }
