FROM amd64/debian:13
COPY app.py /app.py
