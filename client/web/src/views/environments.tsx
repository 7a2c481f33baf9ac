// The environments: how their jobs run, what is in them, and how that is changed. ?name= shows one, ?edit= edits one, ?new=1 makes one.
import type { Environment } from "../api/types";
import { shortName } from "../api/types";
import { jobs } from "../app/current";
import { environmentsError, useEnvironments } from "../app/environments";
import { param, setParams } from "../app/router";
import { EnvironmentActions, Inside, Policy } from "./environment-card";
import { EnvironmentForm } from "./environment-form";
import { useResources } from "./resources";

function Card({ environment, resources }: { environment: Environment; resources: ReturnType<typeof useResources>["list"] }) {
  const name = shortName(environment.name);
  const editing = param("edit") === name;
  const leave = (): void => setParams({ edit: undefined });
  return (
    <section class={editing ? "card whole" : "card"} aria-label={name}>
      <header>
        <h2><a href={`/environments?name=${name}`}>{name}</a></h2>
        {environment.approvalRequired ? <span class="tag">approval</span> : null}
      </header>
      {editing ? <EnvironmentForm environment={environment} onDone={leave} onLeave={leave} /> : (
        <>
          {environment.description ? <p class="inside about-it">{environment.description}</p> : null}
          <Policy environment={environment} />
          <Inside jobs={(jobs.value ?? []).filter((job) => job.environment === environment.name)} resources={resources?.filter((one) => one.environment === environment.name)} />
          <EnvironmentActions environment={environment} onEdit={() => setParams({ edit: name, new: undefined }, false)} />
        </>
      )}
    </section>
  );
}

export function EnvironmentsView() {
  const { list, problem } = useResources();
  const all = useEnvironments();
  const chosen = param("name");
  const making = param("new") === "1";
  const shown = (all ?? []).filter((one) => !chosen || shortName(one.name) === chosen);
  const wrong = environmentsError.value || problem;
  return (
    <main class="page">
      <div class="titlebar">
        <h1>Environments</h1>
        {chosen ? <a class="button" href="/environments">All</a> : null}
        {making ? null : <button class="button" onClick={() => setParams({ new: "1", edit: undefined }, false)}>New environment</button>}
      </div>
      {wrong ? <p class="notice" role="alert">{wrong}</p> : null}
      {making ? (
        <section class="card" aria-label="New environment">
          <header><h2>New environment</h2></header>
          <EnvironmentForm onDone={(name) => setParams({ new: undefined, name: shortName(name) })} onLeave={() => setParams({ new: undefined })} />
        </section>
      ) : null}
      {!all && !wrong ? <p class="empty" role="status">Loading</p> : null}
      {all && shown.length === 0 ? <section class="card"><p class="empty">{chosen ? `There is no environment ${chosen}.` : "There is no environment."}</p></section> : null}
      <div class="cols">{shown.map((one) => <Card key={one.name} environment={one} resources={list} />)}</div>
    </main>
  );
}
