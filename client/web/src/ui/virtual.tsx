// A list of rows of one height, of which only those in the window are there. It scrolls with the page.
import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";

const EXTRA = 6;

interface Props {
  count: number;
  rowHeight: number;
  row: (index: number, top: number) => ComponentChildren;
  role?: preact.JSX.AriaRole;
}

export function Virtual({ count, rowHeight, row, role }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const [range, setRange] = useState({ from: 0, to: Math.min(count, 60) });

  useLayoutEffect(() => {
    const look = (): void => {
      const top = box.current?.getBoundingClientRect().top ?? 0;
      const from = Math.max(0, Math.floor(-top / rowHeight) - EXTRA);
      const to = Math.min(count, Math.ceil((innerHeight - top) / rowHeight) + EXTRA);
      setRange((old) => (old.from === from && old.to === to ? old : { from, to }));
    };
    look();
    addEventListener("scroll", look, { passive: true });
    addEventListener("resize", look);
    // What stands above has come to its height, or another one.
    const moved = new ResizeObserver(look);
    moved.observe(document.body);
    return () => {
      moved.disconnect();
      removeEventListener("scroll", look);
      removeEventListener("resize", look);
    };
  }, [count, rowHeight]);

  const rows: ComponentChildren[] = [];
  for (let i = range.from; i < Math.min(range.to, count); ++i) rows.push(row(i, i * rowHeight));
  return <div ref={box} class="virtual" role={role} style={{ height: `${count * rowHeight}px` }}>{rows}</div>;
}
