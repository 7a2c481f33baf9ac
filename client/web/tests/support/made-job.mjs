// Made-up jobs of any number of hosts, event by event as an engine would record them.
const SECTIONS = [
  ["os.release", "probe", "os"], ["libraries.packages", "package", "libraries"], ["security.patches", "security_patches", "security"],
  ["monitoring.exporter", "unit", "monitoring"], ["config", "file", "steps"], ["unit", "unit", "steps"], ["start", "unit", "steps"], ["acceptance.0", "probe", "acceptance"],
];
const START = Date.parse("2026-01-10T09:00:00Z");

export class MadeJob {
  // `waves`: how many hosts each has, the first one a canary; none: no rollout.
  constructor({ name = "jobs/k0xmade", hosts, fail = [], paused = [], start = START, waves = [] }) {
    this.name = name;
    this.hosts = hosts;
    this.fail = new Set(fail);
    this.paused = new Set(paused);
    this.events = [];
    this.ended = false;
    this.listeners = [];
    this.time = start;
    const targets = Array.from({ length: hosts }, (_, i) => ({ resource: `resources/web-${String(i + 1).padStart(2, "0")}`, address: `ssh://root@10.0.${i >> 8}.${i & 255}`, state: "PENDING" }));
    waves.flatMap((size, wave) => Array(size).fill(wave)).forEach((wave, i) => { if (wave > 0) targets[i].wave = wave; });
    const rollout = waves.length > 0 ? { rollout: { canary: { count: waves[0] }, soak: "30s" }, waves: waves.map((size, i) => ({ state: "PENDING", targets: size, ...(i === 0 ? { canary: true } : {}) })) } : {};
    this.add({ target: -1, step: -1, created: { job: { name, state: "PENDING", mode: "APPLY", environment: "environments/prod", service: "shop-frontend", version: "4.18.0", targets, ...rollout, createTime: this.stamp(),
      spec: { name: "shop-frontend", version: "4.18.0", libraries: [{ name: "nginx" }], steps: [{ id: "config", file: { path: "/etc/shop.conf", content: "port 80\n" } }] } } } });
    this.add({ target: -1, step: -1, state: { state: "PLANNING" } });
    this.add({ target: -1, step: -1, state: { state: "RUNNING" } });
  }
  stamp() { return new Date(this.time).toISOString(); }
  add(event) {
    this.events.push({ job: this.name, seq: String(this.events.length + 1), time: this.stamp(), ...event });
  }
  onMore(listener) { this.listeners.push(listener); }
  flush() { for (const listener of this.listeners) listener(); }

  wave(wave, state, more = {}) { this.add({ target: -1, step: -1, wave: { wave, state, ...more } }); }
  // It is not its turn yet.
  queue(i, reasonCode, reason) { this.add({ target: i, step: -1, state: { state: "QUEUED", reason, reasonCode } }); }

  // What a host does first: it is reached and planned.
  begin(i) {
    this.add({ target: i, step: -1, state: { state: "PLANNING", transport: "ssh" } });
    this.time += 3;
    if (this.paused.has(i)) return this.add({ target: i, step: -1, state: { state: "PAUSED", reason: "the host key SHA256:9aZk… is not known; compare it and trust it", reasonCode: "HOST_KEY_UNKNOWN" } });
    this.add({ target: i, step: -1, facts: { hostname: `web-${i + 1}`, osName: "Debian GNU/Linux 12 (bookworm)", kernel: "6.1.0", architecture: "amd64", cpus: 4 } });
    this.add({ target: i, step: -1, planned: { stages: 1, steps: SECTIONS.map(([id, kind, section], s) => ({ id, title: id, kind, section, state: "PENDING", planReason: `section ${section}`, ...(s > 0 ? { after: [s - 1] } : {}) })) } });
    this.add({ target: i, step: -1, state: { state: "RUNNING" } });
  }
  startStep(i, s) { this.time += 2; this.add({ target: i, step: s, attempt: 1, stepState: { state: "RUNNING" } }); }
  progress(i, s, message) { this.add({ target: i, step: s, attempt: 1, progress: { message } }); }
  print(i, s, text) { this.add({ target: i, step: s, attempt: 1, output: { stream: "STDOUT", data: Buffer.from(text).toString("base64") } }); }
  endStep(i, s) {
    this.time += 4;
    if (this.fail.has(i) && s === 2) {
      this.add({ target: i, step: s, attempt: 1, stepState: { state: "FAILED", result: { message: "apt could not fetch 2 of 14 packages", errorCode: "PACKAGE_FETCH_FAILED", hint: "see whether the host reaches the mirror", outputTail: "Get:11 http://deb.debian.org bookworm-security/main libssl3 3.0.17\nErr:12 http://deb.debian.org bookworm-security/main openssl\n  Could not resolve 'deb.debian.org'\nE: Failed to fetch pool/updates/main/o/openssl\nE: Unable to fetch some archives\n" } } });
      for (let rest = s + 1; rest < SECTIONS.length; ++rest) this.add({ target: i, step: rest, stepState: { state: "SKIPPED", reason: "an earlier step failed" } });
      this.add({ target: i, step: -1, state: { state: "FAILED", reason: "step 'security.patches' failed: apt could not fetch 2 of 14 packages" } });
      return false;
    }
    this.add({ target: i, step: s, attempt: 1, stepState: { state: s % 3 === 1 ? "CHANGED" : "UNCHANGED", result: { message: s % 3 === 1 ? "14 packages installed" : "as it should be" } } });
    if (s === SECTIONS.length - 1) this.add({ target: i, step: -1, state: { state: "SUCCEEDED" } });
    return true;
  }
  // Brings host i to the end, or to before step `until`.
  run(i, until = SECTIONS.length, chatter = 0) {
    this.begin(i);
    if (this.paused.has(i)) return;
    for (let s = 0; s < until; ++s) {
      this.startStep(i, s);
      for (let n = 0; n < chatter; ++n) this.print(i, s, `line ${n} of ${SECTIONS[s][0]}\n`);
      if (!this.endStep(i, s)) return;
    }
    if (until < SECTIONS.length) {
      this.startStep(i, until);
      this.progress(i, until, "Unpacking nginx-light");
    }
  }
  finish(state) {
    this.add({ target: -1, step: -1, state: { state } });
    this.ended = true;
    this.flush();
  }
}

// 40 hosts in the midst of it: some ready, one failed, one waits for a person, some at work, the rest not begun.
export function midway(hosts, start) {
  const job = new MadeJob({ hosts, fail: hosts > 6 ? [6] : [], paused: hosts > 20 ? [17] : [], start });
  const begun = Math.ceil(hosts * 0.7);
  for (let i = 0; i < begun; ++i) job.run(i, i < hosts * 0.3 ? undefined : 1 + (i % 7));
  return job;
}

// A rollout in its second wave of four; the hosts of the last two wait for it.
export function inWaves(hosts, start) {
  const waves = [1, Math.floor(hosts * 0.1), Math.floor(hosts * 0.4)];
  waves.push(hosts - waves.reduce((sum, size) => sum + size));
  const job = new MadeJob({ hosts, waves, start });
  const begun = waves[0] + waves[1];
  for (let i = begun; i < hosts; ++i) job.queue(i, "LATER_WAVE", "waits for the wave before it");
  job.wave(0, "RUNNING");
  job.run(0);
  job.wave(0, "SUCCEEDED");
  job.wave(1, "RUNNING");
  for (let i = 1; i < begun; ++i) job.run(i, i < begun / 2 ? undefined : 1 + (i % 7));
  return job;
}

export const STEPS = SECTIONS.length;
