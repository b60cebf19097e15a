# The service in one image: `docker run -p 8080:8080 -p 8883:8883 -v rollcall:/data rollcall`
FROM node:24-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
COPY scripts/prepare.cjs scripts/
RUN npm ci --ignore-scripts
COPY . .
RUN npm run build

FROM node:24-bookworm-slim
ENV NODE_ENV=production ROLLCALL_DATA=/data ROLLCALL_HTTP_HOST=0.0.0.0
WORKDIR /app
# The build is whole: neither sources nor node_modules are needed to run it.
COPY --from=build /app/package.json ./
COPY --from=build /app/bin bin
COPY --from=build /app/dist dist
RUN mkdir /data dist/compile-cache && chown node:node /data dist/compile-cache
USER node
# Started once, so that what Node compiles of it is in the image and a container starts sooner.
RUN ROLLCALL_DATA=/tmp/once timeout --preserve-status 15 node bin/rollcall.cjs serve >/dev/null \
  && ROLLCALL_DATA=/tmp/once node bin/rollcall.cjs domain list && rm -rf /tmp/once
VOLUME /data
EXPOSE 8080 8883
HEALTHCHECK --interval=30s --timeout=5s CMD ["node", "-e", "fetch('http://127.0.0.1:8080/healthz').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "bin/rollcall.cjs"]
CMD ["serve"]
