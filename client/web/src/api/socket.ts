// One subscription over the gateway's WebSocket /v1/stream; the protocol is described in server/gateway/socket_handler.h.
import { ApiError } from "./http";
import { token } from "./session";
import type { Event } from "./types";

export interface SocketReader {
  onOpen(): void;
  onAlive(): void;
  onEvent(event: Event, seq: number): void;
}

// How it came to its end. "never opened": something between has no WebSockets, so another way is to be taken.
export type SocketEnd = "ended" | "cut" | "never opened";

interface Message {
  seq?: number;
  event?: Event;
  end?: object;
  error?: { code?: number; message?: string; error?: { code?: number; message?: string } };
}

// The gateway says something every 15 s; one that is silent for longer is gone, even if no network has told so.
const SILENCE_MS = 35_000;
const COMPACTED = 4409;
const NO_TOKEN = 4401;
// google.rpc.Code that are mended by coming back: CANCELLED, RESOURCE_EXHAUSTED, UNAVAILABLE.
const RESUMABLE = new Set([1, 8, 14]);

export function readSocket(job: string, after: number, reader: SocketReader, signal: AbortSignal): Promise<SocketEnd> {
  return new Promise((resolve, reject) => {
    const protocols = token() ? ["pe.v1", `bearer.${token()}`] : ["pe.v1"];
    const socket = new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/v1/stream`, protocols);
    let opened = false;
    let at = after;
    let heard = Date.now();
    const silence = setInterval(() => { if (Date.now() - heard > SILENCE_MS) finish("cut"); }, 1000);
    const finish = (end: SocketEnd | ApiError): void => {
      clearInterval(silence);
      socket.onclose = socket.onmessage = null;
      socket.close();
      if (end instanceof ApiError) reject(end);
      else resolve(end);
    };
    signal.addEventListener("abort", () => finish("cut"), { once: true });
    socket.onopen = () => {
      opened = true;
      reader.onOpen();
      socket.send(JSON.stringify({ subscribe: { job, afterSeq: after } }));
    };
    socket.onmessage = ({ data }: MessageEvent<string>) => {
      const message = JSON.parse(data) as Message;
      heard = Date.now();
      reader.onAlive();
      if (message.event) {
        // A gap is never taken: what follows the last sequence is asked for again.
        if (message.seq !== at + 1) return finish("cut");
        at = message.seq;
        reader.onEvent(message.event, at);
      } else if (message.end) {
        finish("ended");
      } else if (message.error) {
        const error = message.error.error ?? message.error;
        finish(RESUMABLE.has(error.code ?? 0) ? "cut" : new ApiError(400, error.message ?? "the stream failed"));
      }
    };
    socket.onclose = ({ code, reason }) => {
      if (code === NO_TOKEN) finish(new ApiError(401, reason || "The token is not valid."));
      else if (code === COMPACTED) finish(new ApiError(410, "The events after the last one seen were removed by retention."));
      else finish(opened ? "cut" : "never opened");
    };
  });
}
