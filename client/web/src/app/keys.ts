// Keyboard: one table, which `?` shows.
import { signal } from "@preact/signals";
import { go, param, segments, setParams } from "./router";
import { nextTheme } from "./theme";

export interface Key {
  keys: string; // as it is shown; "g j" is g, then j
  what: string;
  act: () => void;
}

export const helpShown = signal(false);
export const JOB_VIEWS = ["grid", "timeline", "graph", "events", "logs", "diff", "spec"] as const;
export type JobView = (typeof JOB_VIEWS)[number];

const inJob = (): boolean => segments.peek()[0] === "jobs" && segments.peek().length === 2;
const onFirst = (): boolean => segments.peek().length === 0;
const showView = (view: JobView): void => {
  if (inJob() || onFirst()) setParams({ view: view === "grid" ? undefined : view }, false);
};

function step(by: number): void {
  const rows = [...document.querySelectorAll<HTMLElement>("[data-row]")];
  const at = rows.indexOf(document.activeElement as HTMLElement);
  rows[Math.max(0, Math.min(rows.length - 1, at + by))]?.focus();
}

export const KEYS: Key[] = [
  { keys: "?", what: "this help", act: () => { helpShown.value = !helpShown.value; } },
  { keys: "g h", what: "first screen: the latest job", act: () => go("/") },
  { keys: "g j", what: "jobs", act: () => go("/jobs") },
  { keys: "g r", what: "resources", act: () => go("/resources") },
  { keys: "g e", what: "environments", act: () => go("/environments") },
  { keys: "g s", what: "system", act: () => go("/system") },
  { keys: "n", what: "apply a spec", act: () => go("/apply") },
  ...JOB_VIEWS.map((view, i) => ({ keys: String(i + 1), what: `job: ${view}`, act: () => showView(view) })),
  { keys: "e", what: "errors only, on or off", act: () => setParams({ errors: param("errors") ? undefined : "1" }) },
  { keys: "/", what: "search in this view", act: () => document.querySelector<HTMLElement>("[data-search]")?.focus() },
  { keys: "j", what: "next row", act: () => step(1) },
  { keys: "k", what: "previous row", act: () => step(-1) },
  { keys: "t", what: "theme: system, light, dark", act: nextTheme },
  { keys: "Escape", what: "close, leave the search", act: () => { helpShown.value = false; (document.activeElement as HTMLElement | null)?.blur(); } },
];

let pending = "";
let pendingUntil = 0;

export function onKey(event: KeyboardEvent): void {
  const field = (event.target as Element | null)?.closest("input, textarea, select, [contenteditable]");
  if (event.metaKey || event.ctrlKey || event.altKey || (field && event.key !== "Escape")) return;
  const typed = pending && event.timeStamp < pendingUntil ? `${pending} ${event.key}` : event.key;
  pending = "";
  const found = KEYS.find((key) => key.keys === typed);
  if (found) {
    event.preventDefault();
    found.act();
  } else if (KEYS.some((key) => key.keys.startsWith(`${event.key} `))) {
    pending = event.key;
    pendingUntil = event.timeStamp + 1500;
  }
}
