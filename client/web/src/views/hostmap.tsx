// Every host as a small shape on one canvas: what two thousand hosts look like at a glance. The table below says the same in words.
import { useEffect, useRef } from "preact/hooks";
import { theme } from "../app/theme";
import { hasEnded } from "../api/types";
import type { Row } from "../job/rows";

type Look = "bad" | "wait" | "busy" | "good" | "still" | "line-strong";

function lookOf(row: Row): Look {
  if (row.rank === 0) return "bad";
  if (row.rank === 1) return "wait";
  if (row.rank === 2) return "busy";
  if (row.target.state === "SUCCEEDED") return "good";
  return hasEnded(row.target.state) ? "still" : "line-strong";
}

// Full square: failed. Square with a hole: ready. Half: at work. Bars: waits. Dot: not started. Slash: stopped.
function drawShape(c: CanvasRenderingContext2D, look: Look, x: number, y: number, size: number): void {
  if (look === "bad") c.fillRect(x, y, size, size);
  else if (look === "good") { c.fillRect(x, y, size, size); c.clearRect(x + size * 0.38, y + size * 0.38, size * 0.24, size * 0.24); }
  else if (look === "busy") { c.fillRect(x, y + size / 2, size, size / 2); c.fillRect(x, y, size, 1); }
  else if (look === "wait") { c.fillRect(x, y, size * 0.35, size); c.fillRect(x + size * 0.65, y, size * 0.35, size); }
  else if (look === "still") { c.fillRect(x, y + size * 0.4, size, size * 0.2); }
  else c.fillRect(x + size * 0.35, y + size * 0.35, size * 0.3, size * 0.3);
}

// Pixels from shape to shape: two thousand of them leave room for the table, on a phone too.
const pitchOf = (hosts: number, narrow: boolean): number => (hosts <= 600 ? 15 : narrow ? 7 : 11);

export function HostMap({ rows, narrow, onChoose }: { rows: Row[]; narrow: boolean; onChoose: (row: Row) => void }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const pitch = pitchOf(rows.length, narrow);
  const columns = useRef(1);
  const looks = rows.map(lookOf);
  useEffect(() => {
    const node = canvas.current!;
    const draw = (): void => {
      const width = node.clientWidth;
      columns.current = Math.max(1, Math.floor(width / pitch));
      const height = Math.ceil(rows.length / columns.current) * pitch;
      const scale = devicePixelRatio || 1;
      node.width = width * scale;
      node.height = height * scale;
      node.style.height = `${height}px`;
      const c = node.getContext("2d")!;
      c.scale(scale, scale);
      const style = getComputedStyle(document.documentElement);
      const groups = new Map<Look, number[]>();
      looks.forEach((look, i) => {
        const group = groups.get(look);
        if (group) group.push(i);
        else groups.set(look, [i]);
      });
      for (const [look, members] of groups) {
        c.fillStyle = style.getPropertyValue(`--${look}`);
        for (const i of members) drawShape(c, look, (i % columns.current) * pitch, Math.floor(i / columns.current) * pitch, pitch < 10 ? pitch - 2 : pitch - 3);
      }
    };
    draw();
    addEventListener("resize", draw);
    return () => removeEventListener("resize", draw);
  }, [looks.join(), pitch, theme.value]); // most events change no host's look
  const at = (event: MouseEvent): Row | undefined => {
    const box = canvas.current!.getBoundingClientRect();
    return rows[Math.floor((event.clientY - box.top) / pitch) * columns.current + Math.floor((event.clientX - box.left) / pitch)];
  };
  return (
    <div class="mapbox">
      <canvas ref={canvas} class="map" role="img" aria-label={`${rows.length} hosts; the table below lists them`}
        onMouseMove={(event) => { canvas.current!.title = at(event)?.name ?? ""; }}
        onClick={(event) => { const row = at(event); if (row) onChoose(row); }} />
    </div>
  );
}
