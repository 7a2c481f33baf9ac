// Environments as jobs and resources name them.
import { jobs } from "../app/current";
import { param } from "../app/router";
import { hasEnded, type Job, millis, shortName, wentWrong } from "../api/types";
import { jobMark, Mark, stateWords } from "../ui/mark";
import { Ago } from "../ui/when";
import { useResources } from "./resources";

export function EnvironmentsView() {
  const { list, problem } = useResources();
  const all = jobs.value ?? [];
  const chosen = param("name");
  const names = [...new Set([...all.map((job) => job.environment), ...(list ?? []).map((resource) => resource.environment)].map(shortName).filter(Boolean))].sort();
  const shown = chosen ? names.filter((name) => name === chosen) : names;
  return (
    <main class="page">
      <div class="titlebar"><h1>Environments</h1>{chosen ? <a class="button" href="/environments">All</a> : null}</div>
      {problem ? <p class="notice" role="alert">{problem}</p> : null}
      {shown.length === 0 ? <section class="card"><p class="empty">No job and no resource yet.</p></section> : null}
      <div class="cols">
        {shown.map((name) => {
          const here = all.filter((job) => shortName(job.environment) === name);
          const resources = (list ?? []).filter((resource) => shortName(resource.environment) === name);
          const services = new Map<string, Job>();
          for (const job of here) if (!services.has(job.service ?? "")) services.set(job.service ?? "", job);
          return (
            <section class="card" aria-label={name}>
              <header><h2>{name}</h2></header>
              <div class="inside small">
                <p><span class="big">{resources.length}</span> resource{resources.length === 1 ? "" : "s"}, {resources.filter((one) => one.state === "READY").length} ready, {resources.filter((one) => one.state === "FAILED").length} failed</p>
                <p class="muted">{here.filter((job) => !hasEnded(job.state)).length} jobs now, {here.filter((job) => wentWrong(job.state)).length} of the last {here.length} went wrong</p>
              </div>
              <ul class="holdups">
                {[...services.values()].slice(0, 8).map((job) => (
                  <li><Mark is={jobMark(job.state)} quiet /><a class="link cut" href={`/${job.name}`}>{job.service} {job.version}</a><span class="muted"><Ago at={millis(job.createTime)} /></span><p>{stateWords(job.state)}</p></li>
                ))}
              </ul>
            </section>
          );
        })}
      </div>
    </main>
  );
}
