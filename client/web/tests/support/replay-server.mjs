// Serves the built page and one made-up job over the REST contract, for looking at sizes that no lab has (2,000 hosts) and for
// measuring the page alone. A measuring instrument, not a test of the engine: those run against a real one.
import { createServer } from "node:http";
import { readFile } from "node:fs/promises";
import { extname, join, normalize } from "node:path";
import { text } from "node:stream/consumers";
import { WebSocketServer } from "ws";

const TYPES = { ".html": "text/html; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8", ".svg": "image/svg+xml" };
const POLICY = "default-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'";

// `world`: {jobs(), job(name), resources(), resource(name), log(name) -> {events, ended, onMore(call)}}.
// With `probe`, a script that runs in the page, what it posts to /report comes to onReport.
export function serve(folder, world, { probe, onReport } = {}) {
  const server = createServer((request, response) => void answer(request, response).catch((error) => response.writeHead(500).end(String(error))));
  const json = (response, value) => response.writeHead(200, { "Content-Type": "application/json" }).end(JSON.stringify(value));

  async function answer(request, response) {
    const url = new URL(request.url, "http://localhost");
    const name = url.pathname.slice(4);
    if (url.pathname === "/v1/jobs") return json(response, { jobs: world.jobs() });
    if (url.pathname === "/v1/resources") return json(response, { resources: world.resources() });
    if (url.pathname === "/v1/environments") return json(response, { environments: ["dev", "prod", "test"].map((id) => ({ name: `environments/${id}`, approvalRequired: id === "prod" })) });
    if (url.pathname.endsWith(":watch")) return watch(response, name.replace(":watch", ""), Number(url.searchParams.get("afterSeq") ?? 0));
    if (name.startsWith("jobs/")) return json(response, world.job(name));
    if (name.startsWith("resources/")) return json(response, world.resource(name));
    if (probe && url.pathname === "/report") {
      onReport(JSON.parse(await text(request)));
      return json(response, {});
    }
    if (probe && url.pathname === "/probe.js") return response.writeHead(200, { "Content-Type": TYPES[".js"] }).end(probe);
    if (url.pathname === "/healthz" || url.pathname === "/readyz") return response.writeHead(200).end("ok");
    const file = extname(url.pathname) ? normalize(url.pathname) : "/index.html";
    try {
      let bytes = await readFile(join(folder, file));
      if (probe && file === "/index.html") bytes = String(bytes).replace("<head>", '<head><script src="/probe.js"></script>');
      response.writeHead(200, { "Content-Type": TYPES[extname(file)] ?? "application/octet-stream", "Content-Security-Policy": POLICY }).end(bytes);
    } catch {
      response.writeHead(404).end();
    }
  }

  // As the gateway's /v1/stream: a message for each event.
  new WebSocketServer({ server, path: "/v1/stream" }).on("connection", (socket) => socket.once("message", (message) => {
    const { job, afterSeq } = JSON.parse(message).subscribe;
    const log = world.log(job);
    let at = afterSeq;
    const send = () => {
      for (; at < log.events.length; ++at) socket.send(JSON.stringify({ sub: job, seq: at + 1, event: log.events[at] }));
      if (log.ended) socket.send(JSON.stringify({ sub: job, seq: at, end: {} }));
    };
    send();
    if (!log.ended) log.onMore(send);
  }));

  function watch(response, name, after) {
    const log = world.log(name);
    response.writeHead(200, { "Content-Type": "application/x-ndjson" });
    let at = after;
    const send = () => {
      while (at < log.events.length) {
        const events = log.events.slice(at, at + 256);
        response.write(`${JSON.stringify({ result: { events, fromSeq: String(at + 1), throughSeq: String(at + events.length) } })}\n`);
        at += events.length;
      }
      if (log.ended) response.end();
    };
    send();
    if (!log.ended) log.onMore(send);
  }

  return new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve({ url: `http://127.0.0.1:${server.address().port}`, close: () => { server.closeAllConnections(); server.close(); } })));
}
