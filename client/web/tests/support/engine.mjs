// A real engine with its gateway and the built page: started, killed as a crash, started again on the same port.
// Environment: PE_BUILD build folder; PE_WEB_DIST the page's files (else those in the program);
// PE_WEB_ADDRESS a host where jobs run (else this machine), PE_WEB_HOST_KEY its key, PE_WEB_KEY a private key to log in with.
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { once } from "node:events";

const BUILD = resolve(process.env.PE_BUILD ?? "../release");
const HOST = process.env.PE_WEB_ADDRESS;
export const TARGET = HOST ? "resources/page-host" : "local://";

// A port that is free now. It is taken again at once, by the engine.
async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  await once(server, "close");
  return port;
}

export class Engine {
  folder = mkdtempSync(join(tmpdir(), "pe-web."));
  process = undefined;
  port = 0;

  async start() {
    this.port ||= await freePort();
    const ready = join(this.folder, "ready.json");
    rmSync(ready, { force: true });
    const flags = ["--dev", "--data-dir", join(this.folder, "data"), "--socket", join(this.folder, "s"), "--listen", "off",
      "--http-listen", `127.0.0.1:${this.port}`, "--ready-file", ready];
    if (process.env.PE_WEB_DIST) flags.push("--web-root", resolve(process.env.PE_WEB_DIST));
    if (process.env.PE_WEB_KEY) flags.push("--credential", `name=default,user=root,key=${process.env.PE_WEB_KEY}`);
    this.process = spawn(join(BUILD, "bin/provisiond"), flags, { stdio: ["ignore", "ignore", "pipe"] });
    this.log = "";
    this.process.stderr.on("data", (data) => { this.log += data; });
    for (const began = Date.now(); !existsSync(ready);) {
      if (this.process.exitCode !== null || Date.now() - began > 20_000) throw new Error(`the engine does not serve:\n${this.log}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    this.token = readFileSync(join(this.folder, "data/token"), "utf8").trim();
    this.url = `http://127.0.0.1:${this.port}`;
  }
  // Makes TARGET known.
  async register() {
    if (HOST) await this.call("/v1/resources?resourceId=page-host", { address: HOST, hostKey: process.env.PE_WEB_HOST_KEY });
  }
  async kill(signal = "SIGKILL") {
    const ended = once(this.process, "exit");
    this.process.kill(signal);
    await ended;
  }
  async close() {
    if (this.process?.exitCode === null && this.process.signalCode === null) await this.kill("SIGTERM");
    rmSync(this.folder, { recursive: true, force: true });
  }
  link(path = "/") {
    return `${this.url}${path}#token=${this.token}`;
  }
  async call(path, body) {
    const response = await fetch(this.url + path, {
      method: body === undefined ? "GET" : "POST", body: body === undefined ? undefined : JSON.stringify(body),
      headers: { Authorization: `Bearer ${this.token}`, "Content-Type": "application/json" },
    });
    const answer = await response.json();
    if (!response.ok) throw new Error(`${path}: ${JSON.stringify(answer)}`);
    return answer;
  }
  job(name) {
    return this.call(`/v1/${name}?view=FULL`);
  }
  provision(spec, more = {}) {
    const target = HOST ? { resource: TARGET } : { inline: { address: TARGET } };
    return this.call("/v1/jobs", { spec, targets: [target], ...more });
  }
  async ended(name) {
    for (;;) {
      const job = await this.job(name);
      if (job.endTime) return job;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}
