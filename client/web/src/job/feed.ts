// A job that is looked at: its snapshot, then its events folded as they come, shown at most once a frame.
//
// Two lists of events meet in one: those after the snapshot come by themselves; those before it are fetched when a view
// asks for them (needHistory). `events` is then the whole log: events[i] has sequence i + 1.
import { signal } from "@preact/signals";
import { api, ApiError } from "../api/http";
import { type Event, hasEnded, type Job, number } from "../api/types";
import { history, watch } from "../api/watch";
import { fold, replay } from "./fold";
import { type Row, rowOf } from "./rows";

export type Link = "opening" | "live" | "reconnecting" | "ended" | "failed";

export class Feed {
  // What the page shows: changes once a frame. Read `frame.value` to be drawn again.
  readonly frame = signal(0);
  readonly link = signal<Link>("opening");
  readonly error = signal<ApiError | undefined>(undefined);
  readonly historyState = signal<"none" | "loading" | "whole" | "failed">("none");
  readonly scrubbedTo = signal<number | undefined>(undefined);
  lastEventAt = 0; // by this machine's clock
  lastAliveAt = 0;
  // Events that could not be folded: always 0, or the page lies.
  lost = 0;

  private live: Job | undefined; // events are folded into it
  private shown: Job | undefined; // as of the last frame
  private past: { job: Job; rows: Row[] } | undefined;
  private rows: Row[] = [];
  private readonly dirty = new Set<number>();
  private early: Event[] = []; // up to the snapshot, when fetched
  private late: Event[] = []; // after it
  private snapshotSeq = 0;
  private drawing = 0;
  private stopWatch: () => void = () => undefined;
  private readonly closed = new AbortController();

  constructor(readonly name: string) {
    void this.open();
  }

  close(): void {
    this.stopWatch();
    this.closed.abort();
    cancelAnimationFrame(this.drawing);
  }

  // Another object with every frame, so that what is drawn from it is drawn again.
  get job(): Job | undefined {
    return this.past?.job ?? this.shown;
  }
  // The job as it is, also while an earlier sequence is shown.
  get latest(): Job | undefined {
    return this.shown;
  }
  get lastSeq(): number {
    return number(this.live?.lastSeq);
  }

  // Rows of the grid, as of the job that is shown; kept between calls where nothing has changed.
  gridRows(): Row[] {
    if (this.past) return this.past.rows;
    const targets = this.live?.targets ?? [];
    if (this.rows.length !== targets.length) this.rows = targets.map(rowOf);
    else for (const index of this.dirty) this.rows[index] = rowOf(targets[index]!, index);
    this.dirty.clear();
    return this.rows;
  }

  // The log from sequence 1 when history is whole, else from `firstSeq`.
  events(): Event[] {
    if (this.historyState.value !== "whole") return this.late;
    if (this.early.length > 0 && this.late.length > 0) {
      this.early = this.early.concat(this.late);
      this.late = [];
      this.snapshotSeq = this.early.length;
    }
    const all = this.early.length > 0 ? this.early : this.late;
    return this.scrubbedTo.value === undefined ? all : all.slice(0, this.scrubbedTo.value);
  }

  needHistory(): void {
    if (this.historyState.peek() !== "none" || !this.live) return;
    if (this.snapshotSeq === 0) {
      this.historyState.value = "whole";
      return;
    }
    this.historyState.value = "loading";
    const parts: Event[][] = [];
    history(this.name, 1, this.snapshotSeq, (events) => parts.push(events), this.closed.signal)
      .then(() => {
        this.early = parts.flat();
        this.historyState.value = "whole";
        this.draw();
      })
      .catch((error: unknown) => {
        this.historyState.value = "failed";
        this.error.value = error instanceof ApiError ? error : new ApiError(0, String(error));
      });
  }

  // Shows the job as it was at `seq`; undefined: as it is.
  scrub(seq: number | undefined): void {
    if (seq === undefined || this.historyState.peek() !== "whole") {
      this.past = undefined;
      this.scrubbedTo.value = undefined;
    } else {
      this.scrubbedTo.value = undefined;
      const job = replay(this.events(), seq);
      this.past = { job, rows: (job.targets ?? []).map(rowOf) };
      this.scrubbedTo.value = seq;
    }
    this.draw();
  }

  private async open(): Promise<void> {
    try {
      this.live = await api.job(this.name);
    } catch (error) {
      this.error.value = error instanceof ApiError ? error : new ApiError(0, String(error));
      this.link.value = "failed";
      if (!this.closed.signal.aborted && this.error.value.status === 0) setTimeout(() => { void this.open(); }, 1000);
      return;
    }
    if (this.closed.signal.aborted) return;
    this.error.value = undefined;
    this.snapshotSeq = this.lastSeq;
    this.draw();
    if (hasEnded(this.live.state)) {
      this.link.value = "ended";
      return;
    }
    this.stopWatch = watch(this.name, this.snapshotSeq, () => hasEnded(this.live?.state), {
      onEvents: (events) => this.take(events),
      onAlive: () => { this.lastAliveAt = Date.now(); },
      onLink: (up) => { this.link.value = up ? "live" : "reconnecting"; },
      onEnd: (error) => { void this.finish(error); },
    });
  }

  // The stored job has what its events have not: until when it can be undone.
  private async finish(error: ApiError | undefined): Promise<void> {
    this.error.value = error;
    this.link.value = error ? "failed" : "ended";
    if (error || !this.live) return;
    try {
      this.live.undoUntil = (await api.job(this.name)).undoUntil;
    } catch {
      // The page is complete without it.
    }
    this.draw();
  }

  private take(events: Event[]): void {
    const job = this.live!;
    for (const event of events) {
      try {
        fold(event, job);
      } catch (error) {
        this.lost += 1;
        this.error.value = new ApiError(0, String(error));
        continue;
      }
      this.late.push(event);
      if (event.created) this.rows = [];
      if ((event.target ?? 0) >= 0 && !event.output) this.dirty.add(event.target ?? 0);
    }
    if (events.length > 0) this.lastEventAt = Date.now();
    this.draw();
  }

  private draw(): void {
    if (this.drawing !== 0) return;
    this.drawing = requestAnimationFrame(() => {
      this.drawing = 0;
      this.shown = this.live && { ...this.live };
      this.frame.value += 1;
    });
  }
}
