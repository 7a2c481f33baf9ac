// A job's events in order, without a gap, over cut connections: after a cut it goes on after the last sequence it has. New events
// come over a WebSocket, of which a browser allows many; history, and everything where WebSockets do not pass, as NDJSON.
import { type Event, number, type WatchBatch } from "./types";
import { ApiError, request } from "./http";
import { lines } from "./ndjson";
import { readSocket } from "./socket";

export interface Watcher {
  onEvents(events: Event[], throughSeq: number): void;
  // Bytes have come: also heartbeats, which hold no events.
  onAlive(): void;
  // The connection is up (true) or was cut and is made again (false).
  onLink(up: boolean): void;
  // No more will come: the job has ended (undefined), or an error that trying again does not mend.
  onEnd(error?: ApiError): void;
}

interface Line {
  result?: WatchBatch;
  error?: { code?: number; message?: string };
}

const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 5000;
const GATEWAY_TIMEOUTS = new Set([0, 408, 425, 429, 500, 502, 503, 504]);
// google.rpc.Code after which the stream is resumed: CANCELLED, RESOURCE_EXHAUSTED, UNAVAILABLE.
const RESUMABLE = new Set([1, 8, 14]);

const pause = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener("abort", () => { clearTimeout(timer); resolve(); }, { once: true });
  });

// One connection. Returns the last sequence read and whether the stream came to its own end.
async function readOnce(job: string, after: number, watcher: Watcher, signal: AbortSignal): Promise<{ after: number; ended: boolean }> {
  const response = await request(`/v1/${job}:watch?afterSeq=${after}`, { signal });
  watcher.onLink(true);
  if (response.status === 204 || !response.body) return { after, ended: true };
  for await (const batchLines of lines(response.body)) {
    const events: Event[] = [];
    let through = after;
    for (const text of batchLines) {
      if (text === "") continue;
      const line = JSON.parse(text) as Line;
      if (line.error) {
        if (events.length > 0) watcher.onEvents(events, through);
        if (RESUMABLE.has(line.error.code ?? 0)) return { after: through, ended: false };
        throw new ApiError(400, line.error.message ?? "the stream failed");
      }
      const batch = line.result ?? {};
      if (number(batch.fromSeq) !== through + 1) throw new ApiError(0, `gap: ${through + 1} was due, ${number(batch.fromSeq)} came`);
      for (const event of batch.events ?? []) events.push(event);
      through = number(batch.throughSeq);
    }
    watcher.onAlive();
    if (events.length > 0 || through > after) watcher.onEvents(events, through);
    after = through;
  }
  return { after, ended: true };
}

// Follows `job` after sequence `after` until it ends or the returned function is called. `isOver` says whether the job has ended
// by what was delivered: a stream that ends before was cut.
export function watch(job: string, after: number, isOver: () => boolean, watcher: Watcher): () => void {
  const stop = new AbortController();
  let at = after;
  let wait = FIRST_PAUSE_MS;
  let sockets = true;
  const take = (events: Event[], through: number): void => {
    at = through;
    wait = FIRST_PAUSE_MS;
    watcher.onEvents(events, through);
  };
  const alive = (): void => watcher.onAlive();
  const once = async (): Promise<void> => {
    if (sockets) {
      const end = await readSocket(job, at, { onOpen: () => watcher.onLink(true), onAlive: alive, onEvent: (event, seq) => take([event], seq) }, stop.signal);
      if (end !== "never opened") return;
      sockets = false;
    }
    try {
      await readOnce(job, at, { onEvents: take, onAlive: alive, onLink: (up) => watcher.onLink(up), onEnd: () => undefined }, stop.signal);
    } catch (error) {
      // The gateway was away altogether, which says nothing about WebSockets.
      if (error instanceof ApiError && error.status === 0) sockets = true;
      throw error;
    }
  };
  const run = async (): Promise<void> => {
    while (!stop.signal.aborted) {
      try {
        await once();
        if (isOver()) return watcher.onEnd();
      } catch (error) {
        if (stop.signal.aborted) return;
        if (error instanceof ApiError && !GATEWAY_TIMEOUTS.has(error.status)) return watcher.onEnd(error);
      }
      if (stop.signal.aborted) return;
      watcher.onLink(false);
      await pause(wait, stop.signal);
      wait = Math.min(wait * 2, LONGEST_PAUSE_MS);
    }
  };
  void run();
  return () => stop.abort();
}

// Events `from` .. `to` of a job, in pieces as they arrive.
export async function history(job: string, from: number, to: number, onEvents: (events: Event[]) => void, signal: AbortSignal): Promise<void> {
  let at = from - 1;
  while (at < to && !signal.aborted) {
    const cut = new AbortController();
    signal.addEventListener("abort", () => cut.abort(), { once: true });
    try {
      await readOnce(job, at, {
        onEvents: (events, through) => {
          onEvents(through > to ? events.filter((event) => number(event.seq) <= to) : events);
          at = through;
          if (through >= to) cut.abort();
        },
        onAlive: () => undefined, onLink: () => undefined, onEnd: () => undefined,
      }, cut.signal);
    } catch (error) {
      if (at < to && !signal.aborted) throw error;
    }
  }
}
