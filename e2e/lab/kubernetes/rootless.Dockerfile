# BuildKit for pods without privileges, as moby/buildkit:buildx-stable-1-rootless is made
ARG BASE
FROM ${BASE}
COPY . /
# Debian's are setuid: root without CAP_SYS_ADMIN, which a pod has not, may not map the namespace of somebody else
RUN chmod 755 /usr/bin/newuidmap /usr/bin/newgidmap && setcap cap_setuid=ep /usr/bin/newuidmap && \
    setcap cap_setgid=ep /usr/bin/newgidmap && chmod 1777 /tmp && mkdir -p /home/user/.local/share/buildkit /home/user/.local/tmp /run/user/1000 && \
    echo user:x:1000:1000::/home/user:/bin/sh >>/etc/passwd && echo user:x:1000: >>/etc/group && \
    echo user:100000:65536 >/etc/subuid && cp /etc/subuid /etc/subgid && chown -R 1000:1000 /home/user /run/user/1000
USER 1000:1000
ENV HOME=/home/user USER=user XDG_RUNTIME_DIR=/run/user/1000 TMPDIR=/home/user/.local/tmp \
    BUILDKIT_HOST=unix:///run/user/1000/buildkit/buildkitd.sock
ENTRYPOINT ["rootlesskit", "buildkitd"]
