FROM --platform=linux/amd64 example.com/vault/web-vault@sha256:ba8bab66d4330ab9dbafa8f245bcbe99cf6ee3f2c8ce9b5fbb10e9c49658451c AS vault
FROM --platform=linux/amd64 node:24 AS pages
COPY . .
RUN npm ci && npm run build
FROM debian:13-slim
COPY --from=vault /web-vault ./web-vault
COPY --from=pages /src/dist /html
