// Serves the built page and one made-up job over the REST contract, for looking at sizes that no lab has (2,000 hosts) and for
// measuring the page alone. A measuring instrument, not a test of the engine: those run against a real one.
import { createServer } from "node:http";
import { readFile } from "node:fs/promises";
import { extname, join, normalize } from "node:path";

const TYPES = { ".html": "text/html; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8", ".svg": "image/svg+xml" };
const POLICY = "default-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'";

// `world`: {jobs(), job(name), resources(), resource(name), log(name) -> {events, ended, onMore(call)}}.
export function serve(folder, world) {
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
    if (url.pathname === "/healthz" || url.pathname === "/readyz") return response.writeHead(200).end("ok");
    const file = extname(url.pathname) ? normalize(url.pathname) : "/index.html";
    try {
      const bytes = await readFile(join(folder, file));
      response.writeHead(200, { "Content-Type": TYPES[extname(file)] ?? "application/octet-stream", "Content-Security-Policy": POLICY }).end(bytes);
    } catch {
      response.writeHead(404).end();
    }
  }

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
