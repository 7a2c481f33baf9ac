// The gateway as its protocols' own clients from npm see it. usage: node npm_clients.mjs HOST:PORT TOKEN JOB
// Prints a line of JSON for each client and form: what it got.
import { createClient, ConnectError } from "@connectrpc/connect";
import * as node from "@connectrpc/connect-node";
import * as browser from "@connectrpc/connect-web"; // over fetch, which Node has too
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import grpcWeb from "grpc-web"; // gRPC-Web's own
import XMLHttpRequest from "xhr2"; // which it speaks by, and Node lacks
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

globalThis.XMLHttpRequest = XMLHttpRequest;
// What protoc-gen-grpc-web would write for a method; that program is not on npm.
function describe({ input, output, methodKind, parent, name }) {
  const kind = methodKind === "unary" ? grpcWeb.MethodType.UNARY : grpcWeb.MethodType.SERVER_STREAMING;
  return new grpcWeb.MethodDescriptor(`/${parent.typeName}/${name}`, kind, Object, Object, (message) => toBinary(input, message), (bytes) => fromBinary(output, bytes));
}

function call(client, method, fields) {
  const url = `http://${address}/${method.parent.typeName}/${method.name}`;
  const metadata = { authorization: `Bearer ${token}` };
  const request = create(method.input, fields);
  return new Promise((resolve, reject) => {
    if (method.methodKind === "unary") {
      client.rpcCall(url, request, metadata, describe(method), (error, answer) => (error ? reject(error) : resolve(answer)));
      return;
    }
    const got = [];
    const stream = client.serverStreaming(url, request, metadata, describe(method));
    stream.on("data", (batch) => got.push(...batch.events.map((event) => Number(event.seq))));
    stream.on("error", reject);
    stream.on("end", () => resolve(got));
  });
}

const refusal = (promise) => promise.then(() => null, (error) => ({ code: error.code, message: error.message, details: 0 }));
const { list, status, watch } = ProvisionService.method;
for (const format of ["text", "binary"]) {
  const client = new grpcWeb.GrpcWebClientBase({ format });
  const jobs = (await call(client, list, { pageSize: 1 })).jobs.length;
  const events = await call(client, watch, { name: job, afterSeq: 0n });
  const unary = await refusal(call(client, status, { name: "jobs/nobody" }));
  const stream = await refusal(call(client, watch, { name: "jobs/nobody" }));
  console.log(JSON.stringify({ name: `grpc-web, ${format}`, jobs, events, unary, stream }));
}
