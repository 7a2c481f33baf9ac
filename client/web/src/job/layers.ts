// A step graph in layers, for drawing: a step lies one layer below the lowest of those it comes after. Plans are short and nearly
// in a line, so no more is needed. Pure.
import type { Step } from "../api/types";

export interface Placed {
  step: Step;
  index: number;
  layer: number;
  column: number;
}

export function placeSteps(steps: readonly Step[]): Placed[] {
  const layers: number[] = [];
  const used: number[] = [];
  return steps.map((step, index) => {
    // `after` names earlier steps only; a later stage begins below everything before it.
    const above = (step.after ?? []).map((other) => layers[other] ?? 0);
    const stageAbove = steps.slice(0, index).flatMap((other, i) => ((other.stage ?? 0) < (step.stage ?? 0) ? [layers[i] ?? 0] : []));
    const layer = Math.max(-1, ...above, ...stageAbove) + 1;
    const column = used[layer] ?? 0;
    used[layer] = column + 1;
    layers[index] = layer;
    return { step, index, layer, column };
  });
}
