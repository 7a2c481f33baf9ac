// Provision and Watch: prints the job's name and its events, exits by its result.
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { setTimeout as pause } from "node:timers/promises";

import grpc from "@grpc/grpc-js";
import loader from "@grpc/proto-loader";

const here = dirname(fileURLToPath(import.meta.url));
const TERMINAL = new Set(["SUCCEEDED", "FAILED", "CANCELLED", "TIMED_OUT", "ROLLED_BACK", "ROLLBACK_FAILED"]);
const PAYLOADS = [
  "created", "state", "planned", "step_state", "progress", "output", "diff", "warning", "facts", "handlers",
  "cancel_requested", "output_elided",
];

function loadApi() {
  const definition = loader.loadSync("provision/v1/provision_service.proto", {
    includeDirs: [join(here, "../../proto"), join(here, "node_modules/google-proto-files")],
    longs: Number,
    enums: String,
    oneofs: true,
  });
  return grpc.loadPackageDefinition(definition).provision.v1;
}

// protobufjs takes messages as objects: the JSON form's "1.5s" becomes {seconds, nanos}.
const DURATIONS = new Set(["timeout", "backoff", "maxBackoff"]);
function withDurations(value) {
  if (Array.isArray(value)) return value.map(withDurations);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => {
    const seconds = DURATIONS.has(key) && typeof member === "string" && /^(\d+(?:\.\d+)?)s$/.exec(member);
    if (!seconds) return [key, withDurations(member)];
    const nanos = Math.round(Number(seconds[1]) * 1e9);
    return [key, { seconds: Math.floor(nanos / 1e9), nanos: nanos % 1e9 }];
  }));
}

async function follow(service, metadata, name) {
  let after = 0;
  let state = "";
  while (!TERMINAL.has(state)) {
    try {
      for await (const batch of service.watch({ name, afterSeq: after }, metadata)) {
        if (batch.fromSeq !== after + 1) throw new Error(`gap: ${after + 1} was due, ${batch.fromSeq} came`);
        after = batch.throughSeq;
        for (const event of batch.events) {
          console.log(event.seq, PAYLOADS.find((payload) => payload.replace(/_(.)/g, (_, c) => c.toUpperCase()) === event.payload));
          if (event.target === -1 && event.payload === "state") state = event.state.state;
        }
      }
    } catch (error) {
      const { UNAVAILABLE, RESOURCE_EXHAUSTED, CANCELLED } = grpc.status;
      if (![UNAVAILABLE, RESOURCE_EXHAUSTED, CANCELLED].includes(error.code)) throw error;
      await pause(200);
    }
  }
  return state;
}

async function main() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      engine: { type: "string", default: process.env.PE_ENGINE ?? "unix:/run/provision-engine/engine.sock" },
      "token-file": { type: "string" },
    },
  });
  const [file, ...targets] = positionals;
  if (file === undefined || targets.length === 0) throw new Error("usage: example.js [--engine E] [--token-file F] SPEC.json TARGET...");
  const spec = withDurations(JSON.parse(readFileSync(file === "-" ? 0 : file, "utf8")));

  const api = loadApi();
  const service = new api.ProvisionService(values.engine, grpc.credentials.createInsecure());
  const metadata = new grpc.Metadata();
  const token = values["token-file"] ? readFileSync(values["token-file"], "utf8").trim() : process.env.PE_TOKEN;
  if (token) metadata.set("authorization", `Bearer ${token}`);

  const request = {
    spec,
    targets: targets.map((target) => (target.startsWith("resources/") ? { resource: target } : { inline: { address: target } })),
  };
  const job = await new Promise((resolve, reject) => {
    service.provision(request, metadata, { deadline: Date.now() + 30_000 }, (error, answer) => (error ? reject(error) : resolve(answer)));
  });
  console.log(job.name);
  const state = await follow(service, metadata, job.name);
  console.log(state);
  service.close();
  return { SUCCEEDED: 0, CANCELLED: 2 }[state] ?? 1;
}

main().then(
  (code) => { process.exitCode = code; },
  (error) => { console.error(error.message); process.exitCode = 1; },
);
