FROM node:24
COPY . /app
RUN cd /app && npm ci --omit=dev
