FROM node:24
ARG TARGETPLATFORM
WORKDIR /app
COPY package.json package-lock.json ./
RUN --mount=type=cache,id=modules-$TARGETPLATFORM,target=/app/node_modules npm ci && cp -r node_modules /deps
