FROM node:22 AS pages
COPY . .
RUN npm ci && npm run test
FROM nginx:1.29
COPY --from=pages /src/dist /usr/share/nginx/html
# platforms: linux/amd64,linux/arm/v7
