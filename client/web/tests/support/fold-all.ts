// The page's own fold, for the scripts that make up jobs.
import type { Event, Job } from "../../src/api/types";
import { replay } from "../../src/job/fold";

export const foldAll = (events: Event[]): Job => replay(events, events.length);
