// A labelled field, with what it means and what is wrong with it below.
import type { ComponentChildren, JSX } from "preact";
import { useId } from "preact/hooks";

interface TextFieldProps extends Pick<JSX.InputHTMLAttributes, "type" | "placeholder" | "inputMode" | "autoComplete" | "disabled"> {
  label: ComponentChildren;
  value: string;
  onText: (text: string) => void;
  hint?: ComponentChildren;
  wrong?: string | undefined;
  mono?: boolean;
}

export function Wrong({ id, text }: { id?: string | undefined; text: string | undefined }) {
  return text ? <p class="wrong" id={id} role="alert">{text}</p> : null;
}

export function TextField({ label, value, onText, hint, wrong, mono, ...input }: TextFieldProps) {
  const id = useId();
  const told = [hint ? `${id}-hint` : "", wrong ? `${id}-wrong` : ""].filter(Boolean).join(" ");
  return (
    <div class="entry">
      <label for={id}>{label}</label>
      <input id={id} class={mono ? "field mono" : "field"} value={value} spellcheck={false} aria-invalid={Boolean(wrong)} aria-describedby={told || undefined} onInput={(e) => onText(e.currentTarget.value)} {...input} />
      {hint ? <p class="hint" id={`${id}-hint`}>{hint}</p> : null}
      <Wrong id={`${id}-wrong`} text={wrong} />
    </div>
  );
}

export function CheckField({ label, value, onChange }: { label: string; value: boolean; onChange: (value: boolean) => void }) {
  return <label class="check"><input type="checkbox" checked={value} onChange={(e) => onChange(e.currentTarget.checked)} />{label}</label>;
}
