// The gateway as its protocols' own clients from npm see it. usage: node npm_clients.mjs HOST:PORT TOKEN JOB
// Prints a line of JSON for each client and form: what it got.
import { createClient, ConnectError } from "@connectrpc/connect";
import * as node from "@connectrpc/connect-node";
import * as browser from "@connectrpc/connect-web"; // over fetch, which Node has too
import { ProvisionService } from "./gen/provision/v1/provision_service_pb.js";

const [, , address, token, job] = process.argv;
const login = (next) => (request) => {
  request.header.set("authorization", `Bearer ${token}`);
  return next(request);
};

async function errorOf(call) {
  try {
    await call();
  } catch (error) {
    const { code, rawMessage, details } = ConnectError.from(error);
    return { code, message: rawMessage, details: details.length };
  }
  return null;
}

async function sequences(stream) {
  const out = [];
  for await (const batch of stream) for (const event of batch.events) out.push(Number(event.seq));
  return out;
}

const forms = [
  ["node: connect, binary", node.createConnectTransport, true],
  ["node: connect, JSON", node.createConnectTransport, false],
  ["node: gRPC-Web", node.createGrpcWebTransport, true],
  ["browser: connect, binary", browser.createConnectTransport, true],
  ["browser: connect, JSON", browser.createConnectTransport, false],
  ["browser: gRPC-Web", browser.createGrpcWebTransport, true],
];
for (const [name, transport, useBinaryFormat] of forms) {
  const options = name.startsWith("node") ? { httpVersion: "1.1" } : {};
  const client = createClient(ProvisionService, transport({ baseUrl: `http://${address}`, useBinaryFormat, interceptors: [login], ...options }));
  const jobs = (await client.list({ pageSize: 1 })).jobs.length;
  const events = await sequences(client.watch({ name: job, afterSeq: 0n }));
  const unary = await errorOf(() => client.status({ name: "jobs/nobody" }));
  const stream = await errorOf(() => sequences(client.watch({ name: "jobs/nobody" })));
  console.log(JSON.stringify({ name, jobs, events, unary, stream }));
}
