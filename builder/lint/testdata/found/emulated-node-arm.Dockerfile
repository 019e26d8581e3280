FROM node:24
COPY . /app
RUN cd /app && npm ci --omit=dev
# platforms: linux/amd64,linux/arm64,linux/arm/v7
