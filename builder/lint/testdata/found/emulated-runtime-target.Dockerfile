FROM node:22
COPY . .
RUN npm ci
CMD ["node", "."]
# platforms: linux/amd64,linux/arm/v7
