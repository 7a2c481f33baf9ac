// Provision and Watch: prints the job's name and its events, exits by its result. `npm run check` checks its types.
import { readFileSync } from "node:fs";
import { connect } from "node:net";
import { parseArgs } from "node:util";
import { setTimeout as pause } from "node:timers/promises";

import { create, fromJsonString } from "@bufbuild/protobuf";
import { Code, ConnectError, createClient } from "@connectrpc/connect";
import { createGrpcTransport } from "@connectrpc/connect-node";

import { Job_State } from "./gen/provision/v1/job_pb.js";
import { ProvisionRequestSchema, ProvisionService, TargetSelectorSchema } from "./gen/provision/v1/provision_service_pb.js";
import { ServiceSpecSchema } from "./gen/provision/v1/spec_pb.js";

const RESUMED = [Code.Unavailable, Code.ResourceExhausted, Code.Canceled];

/** @param {string} engine "unix:SOCKET" or "HOST:PORT" @param {string} token empty for a socket */
function open(engine, token) {
  const socket = /^unix:(.*)/.exec(engine)?.[1];
  return createClient(ProvisionService, createGrpcTransport({
    baseUrl: socket ? "http://localhost" : `http://${engine}`,
    nodeOptions: socket ? { createConnection: () => connect(socket) } : {},
    interceptors: [(next) => (request) => {
      if (token) request.header.set("authorization", `Bearer ${token}`);
      return next(request);
    }],
  }));
}

/** @param {string} target */
const selector = (target) => create(TargetSelectorSchema, {
  target: target.startsWith("resources/") ? { case: "resource", value: target } : { case: "inline", value: { address: target } },
});

// Events one by one, without a gap, over as many streams as it takes.
/** @param {ReturnType<typeof open>} service @param {string} name */
async function follow(service, name) {
  let after = 0n;
  let state = Job_State.PENDING;
  while (state < Job_State.SUCCEEDED) {
    try {
      for await (const batch of service.watch({ name, afterSeq: after })) {
        if (batch.fromSeq !== after + 1n) throw new Error(`gap: ${after + 1n} was due, ${batch.fromSeq} came`);
        after = batch.throughSeq;
        for (const event of batch.events) {
          console.log(`${event.seq} ${event.payload.case}`);
          if (event.target === -1 && event.payload.case === "state") state = event.payload.value.state;
        }
      }
    } catch (error) {
      if (!(error instanceof ConnectError) || !RESUMED.includes(error.code)) throw error;
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
  const token = values["token-file"] ? readFileSync(values["token-file"], "utf8").trim() : process.env.PE_TOKEN ?? "";
  const service = open(values.engine ?? "", token);
  const job = await service.provision(create(ProvisionRequestSchema, {
    spec: fromJsonString(ServiceSpecSchema, readFileSync(file === "-" ? 0 : file, "utf8")),
    targets: targets.map(selector),
  }), { timeoutMs: 30_000 });
  console.log(job.name);
  const state = await follow(service, job.name);
  console.log(Job_State[state]);
  return state === Job_State.SUCCEEDED ? 0 : state === Job_State.CANCELLED ? 2 : 1;
}

main().then(
  (code) => process.exit(code), // the connection is kept for calls that may follow
  (error) => {
    console.error(error.message);
    process.exit(1);
  },
);
