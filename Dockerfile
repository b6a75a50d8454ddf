# One image for every process: API, workers, migration, sandbox. No build step: Node runs the TypeScript as it is.
FROM node:24-slim

ENV NODE_ENV=production \
    NPM_CONFIG_UPDATE_NOTIFIER=false

WORKDIR /app

# Without --ignore-scripts the pinned Node and the embedded PostgreSQL would be unpacked, which an image has no use for.
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev --ignore-scripts && npm cache clean --force

COPY src ./src
COPY tasks ./tasks
COPY db ./db
COPY web ./web

# Where the sandbox keeps its certificates and writes its settings; a volume made over it inherits the owner.
RUN install --directory --owner=node --group=node --mode=0700 /sandbox

USER node
EXPOSE 5678
CMD ["node", "src/bin/server.ts"]
