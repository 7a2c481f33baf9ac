// Times: how long ago, and how long it took. Counting parts read the clock, so only they are drawn again.
import { now } from "../app/clock";
import { spellDuration } from "../job/verdict";

export function Ago({ at }: { at: number }) {
  if (Number.isNaN(at)) return null;
  const passed = Math.max(0, now.value - at);
  return <time dateTime={new Date(at).toISOString()} title={new Date(at).toLocaleString()}>{spellDuration(passed)} ago</time>;
}

export function Lasting({ from, to }: { from: number; to: number }) {
  if (Number.isNaN(from)) return null;
  return <span>{spellDuration(Math.max(0, (Number.isNaN(to) ? now.value : to) - from))}</span>;
}
