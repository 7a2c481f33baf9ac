// The frame around every view: navigation, theme, help, and which view the address names.
import { useEffect, useRef, useState } from "preact/hooks";
import { jobs, jobsError, mostUrgent, needsToken, signIn } from "../app/current";
import { helpShown, KEYS } from "../app/keys";
import { place, segments } from "../app/router";
import { nextTheme, theme } from "../app/theme";
import { ApplyView } from "../views/apply";
import { EnvironmentsView } from "../views/environments";
import { JobPage } from "../views/job";
import { JobsView } from "../views/jobs";
import { ResourceView } from "../views/resource";
import { ResourcesView } from "../views/resources";
import { SystemView } from "../views/system";

const NAV = [["", "Now"], ["jobs", "Jobs"], ["resources", "Resources"], ["environments", "Environments"], ["system", "System"]] as const;

function Help() {
  const dialog = useRef<HTMLDialogElement>(null);
  const shown = helpShown.value;
  useEffect(() => {
    if (shown && !dialog.current?.open) dialog.current?.showModal();
    if (!shown) dialog.current?.close();
  }, [shown]);
  return (
    <dialog ref={dialog} class="help" aria-label="Keyboard" onClose={() => { helpShown.value = false; }}>
      <header><h2>Keyboard</h2><button class="button quiet" onClick={() => { helpShown.value = false; }}>Close</button></header>
      <dl>
        {KEYS.map((key) => [<dt>{key.keys.split(" ").map((one) => <><kbd>{one}</kbd> </>)}</dt>, <dd>{key.what}</dd>])}
      </dl>
    </dialog>
  );
}

function SignIn() {
  const [text, setText] = useState("");
  return (
    <main class="page">
      <div class="card signin"><div class="inside">
        <h1>Token needed</h1>
        <p class="small muted">Open the link that the engine printed when it started, or paste the token of its data folder.</p>
        <form onSubmit={(event) => { event.preventDefault(); void signIn(text); }}>
          <input class="field mono" type="password" autocomplete="off" aria-label="Token" value={text} onInput={(e) => setText(e.currentTarget.value)} />
          <button class="button main" disabled={text.trim() === ""}>Continue</button>
        </form>
      </div></div>
    </main>
  );
}

function Now() {
  const list = jobs.value;
  if (!list) return <main class="page"><p class="empty" role="status">{jobsError.value?.message ?? "Looking for jobs"}</p></main>;
  const job = mostUrgent(list);
  if (job?.name) return <JobPage name={job.name} first />;
  return (
    <main class="page">
      <div class="card empty">
        <h1>No job yet</h1>
        <p>Say which hosts should run which service, and watch them get there.</p>
        <p><br /><a class="button main" href="/apply">Apply a spec</a></p>
        <p class="small"><br />or <code>pe apply -f service.yaml --target ssh://root@host</code></p>
      </div>
    </main>
  );
}

function View() {
  const [first, second] = segments.value;
  if (first === undefined) return <Now />;
  if (first === "jobs") return second ? <JobPage key={second} name={`jobs/${second}`} /> : <JobsView />;
  if (first === "resources") return second ? <ResourceView key={second} name={`resources/${second}`} /> : <ResourcesView />;
  if (first === "environments") return <EnvironmentsView />;
  if (first === "system") return <SystemView />;
  if (first === "apply") return <ApplyView />;
  return <main class="page"><div class="card empty"><h1>There is nothing here</h1><p>{place.value.path}</p></div></main>;
}

export function Shell() {
  const here = segments.value[0] ?? "";
  const problem = jobsError.value && !needsToken.value ? jobsError.value.message : "";
  return (
    <>
      <header class="top">
        <a class="brand" href="/" aria-label="Provision Engine, first screen">
          <svg viewBox="0 0 24 24" aria-hidden="true" fill="none" stroke="currentColor" stroke-width="2" stroke-linejoin="round" stroke-linecap="round">
            <path d="M4 4h7v7H4zM4 14h7v6H4zM14 4h6v7h-6z" /><path d="m14 17 2.5 2.5L21 14.5" />
          </svg>
          <span>Provision Engine</span>
        </a>
        <nav aria-label="Main">
          {NAV.map(([path, title]) => <a href={`/${path}`} aria-current={here === path ? "page" : undefined}>{title}</a>)}
        </nav>
        <a class="button main" href="/apply">Apply<span class="wide"> a spec</span></a>
        <button class="button quiet wide" onClick={nextTheme}><span class="sr">Theme: </span>{theme.value === "system" ? "Auto" : theme.value === "light" ? "Light" : "Dark"}</button>
        <button class="button quiet wide" onClick={() => { helpShown.value = true; }} aria-label="Keyboard help">?</button>
      </header>
      {problem ? <div class="notice" role="alert">{problem} Trying again.</div> : null}
      {needsToken.value ? <SignIn /> : <View />}
      <Help />
    </>
  );
}
