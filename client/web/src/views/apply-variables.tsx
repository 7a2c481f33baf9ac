// A field for each variable that the spec declares. Values stay in the view: a SECRET is sent, and put nowhere else.
import { useEffect, useId, useState } from "preact/hooks";
import type { Environment } from "../api/types";
import { fromYaml } from "../app/yaml";
import { type Declared, declaredIn, fallback, keyOf, type Values } from "../environment/variables";
import type { Problems } from "../environment/rollout";
import { TextField, Wrong } from "../ui/field";

// Those of the text. While it cannot be read, those that it had before: their fields stay where they are.
export function useDeclared(text: string): Declared[] {
  const [declared, setDeclared] = useState<Declared[]>([]);
  useEffect(() => {
    let newest = true;
    if (text.trim() === "") setDeclared([]);
    else fromYaml(text).then((spec) => { if (newest && typeof spec === "object") setDeclared(declaredIn(spec)); }, () => undefined);
    return () => { newest = false; };
  }, [text]);
  return declared;
}

interface OneProps {
  variable: Declared;
  value: string;
  environment: Environment | undefined;
  wrong: string | undefined;
  onText: (text: string) => void;
}

const WORDS: Record<Declared["type"], string> = { STRING: "text", INT: "number", BOOL: "true or false", LIST: "list, with commas", SECRET: "secret" };

function Choice({ label, hint, value, otherwise, wrong, onText }: { label: preact.ComponentChild; hint: string; value: string; otherwise: string; wrong: string | undefined; onText: (text: string) => void }) {
  const id = useId();
  return (
    <div class="entry">
      <label for={id}>{label}</label>
      <select id={id} class="field" value={value} onChange={(e) => onText(e.currentTarget.value)}>
        <option value="">{otherwise}</option><option value="true">true</option><option value="false">false</option>
      </select>
      <p class="hint">{hint}</p>
      <Wrong text={wrong} />
    </div>
  );
}

function One({ variable, value, environment, wrong, onText }: OneProps) {
  const otherwise = fallback(variable, environment);
  const source = otherwise === undefined ? "required" : otherwise.from === "environment" ? "from the environment" : "default";
  const hint = [variable.description, WORDS[variable.type], source].filter(Boolean).join(" · ");
  const label = <span class="mono">{variable.name}</span>;
  if (variable.type === "BOOL") return <Choice label={label} hint={hint} value={value} otherwise={otherwise?.value || "–"} wrong={wrong} onText={onText} />;
  const secret = variable.type === "SECRET";
  return (
    <TextField label={label} value={value} onText={onText} hint={hint} wrong={wrong} mono placeholder={otherwise?.value ?? ""}
      type={secret ? "password" : "text"} autoComplete={secret ? "new-password" : "off"} inputMode={variable.type === "INT" ? "numeric" : "text"} />
  );
}

export function ApplyVariables({ declared, values, environment, problems, onChange }: { declared: readonly Declared[]; values: Values; environment: Environment | undefined; problems: Problems; onChange: (values: Values) => void }) {
  if (declared.length === 0) return null;
  return (
    <fieldset>
      <legend>Variables</legend>
      <div class="two">
        {declared.map((one) => <One key={keyOf(one)} variable={one} value={values[keyOf(one)] ?? ""} environment={environment} wrong={problems[one.name]} onText={(text) => onChange({ ...values, [keyOf(one)]: text })} />)}
      </div>
    </fieldset>
  );
}
