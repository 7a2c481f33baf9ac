// Output events as lines. Each stream of each attempt of a step is a text of its own, which events cut anywhere. Pure; an
// instance takes events once, in order, so that a growing log costs only what is new.
import type { Event } from "../api/types";
import { plain } from "./wording";

export interface OutputLine {
  key: string;
  target: number;
  step: number;
  stderr: boolean;
  text: string;
}

export class OutputLines {
  readonly lines: OutputLine[] = [];
  private taken = 0;
  private readonly rest = new Map<string, { line: OutputLine; bytes: TextDecoder }>();

  take(events: readonly Event[]): OutputLine[] {
    for (; this.taken < events.length; ++this.taken) this.add(events[this.taken]!);
    return this.lines;
  }

  private add(event: Event): void {
    if (event.outputElided) this.push(event, false, `(${event.outputElided.bytes ?? 0} bytes of output removed by retention)`);
    if (!event.output) return;
    const stderr = event.output.stream === "STDERR";
    const key = `${event.target ?? 0}.${event.step ?? 0}.${event.attempt ?? 0}.${stderr ? 2 : 1}`;
    const open = this.rest.get(key);
    const bytes = open?.bytes ?? new TextDecoder();
    const binary = Uint8Array.from(atob(event.output.data ?? ""), (c) => c.charCodeAt(0));
    const parts = plain(bytes.decode(binary, { stream: true })).split("\n");
    let line = open?.line;
    parts.forEach((part, i) => {
      if (i === 0 && line) line.text += part;
      else if (i < parts.length - 1 || part !== "") line = this.push(event, stderr, part);
      if (i < parts.length - 1) line = undefined;
    });
    if (line) this.rest.set(key, { line, bytes });
    else this.rest.delete(key);
    if (Number(event.output.dropped ?? 0) > 0) this.push(event, stderr, `(${event.output.dropped} bytes left out)`);
  }

  private push(event: Event, stderr: boolean, text: string): OutputLine {
    const line = { key: `${event.seq}.${this.lines.length}`, target: event.target ?? 0, step: event.step ?? 0, stderr, text };
    this.lines.push(line);
    return line;
  }
}
