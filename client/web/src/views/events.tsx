// The log as it is: every event in order.
import { useEffect, useMemo } from "preact/hooks";
import { param } from "../app/router";
import type { Job } from "../api/types";
import type { Feed } from "../job/feed";
import { isError, kindOf, whereOf, wordsOf } from "../job/wording";
import { Virtual } from "../ui/virtual";

export function HistoryNote({ feed }: { feed: Feed }) {
  const state = feed.historyState.value;
  if (state === "whole") return null;
  return <p class="empty" role="status">{state === "failed" ? "The events could not be loaded." : "Loading the events"}</p>;
}

const clockTime = (time: string | undefined): string => (time ?? "").slice(11, 23);

export function EventsView({ feed, job }: { feed: Feed; job: Job }) {
  useEffect(() => feed.needHistory(), [feed, job.name]);
  const whole = feed.historyState.value === "whole";
  const all = feed.events();
  const text = param("q").toLowerCase();
  const errors = param("errors") === "1";
  const shown = useMemo(() => {
    if (!errors && text === "") return all;
    return all.filter((event) => {
      if (errors && !isError(event)) return false;
      if (text === "") return true;
      const { host, step } = whereOf(event, job);
      return `${host} ${step} ${kindOf(event)} ${wordsOf(event)}`.toLowerCase().includes(text);
    });
  }, [all, all.length, text, errors]);
  if (!whole) return <section class="card"><HistoryNote feed={feed} /></section>;
  return (
    <section class="card log" aria-label="Events">
      <header><h2 data-testid="event-count">{shown.length} event{shown.length === 1 ? "" : "s"}</h2></header>
      {shown.length === 0 ? <p class="empty">{errors ? "No error so far." : "No event with that text."}</p> : null}
      <Virtual count={shown.length} rowHeight={22} row={(i, top) => {
        const event = shown[i]!;
        const { host, step } = whereOf(event, job);
        return (
          <div class={`line${isError(event) ? " bad" : ""}`} key={event.seq} data-seq={event.seq} style={{ transform: `translateY(${top}px)` }}>
            <span class="seq">{event.seq}</span><span class="time">{clockTime(event.time)}</span>
            <span class="cut">{host || "job"}</span><span class="cut step muted">{step}</span>
            <span class="cut words"><span class="muted">{kindOf(event)} </span>{isError(event) ? "✕ " : ""}{wordsOf(event)}</span>
          </div>
        );
      }} />
    </section>
  );
}
