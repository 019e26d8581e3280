FROM python:3.13
SHELL ["python", "-c"]
RUN print("https://example.com/x-linux-amd64")
RUN <<EOT
#!/usr/bin/env python3
print("/lib/x86_64-linux-gnu")
EOT
