import type { ComponentChildren, InputHTMLAttributes, SelectHTMLAttributes } from 'preact';
import { useId, useState } from 'preact/hooks';
import { Notice } from './notice.js';

/** A form whose submission is an action of the service: one at a time, its refusal shown and read out. */
export function Form({
  action,
  submit,
  danger = false,
  children,
  beside,
}: {
  action: (fields: FormData) => Promise<void>;
  /** On the button; null where there is nothing to submit. */
  submit: string | null;
  danger?: boolean;
  children?: ComponentChildren;
  /** Beside the button. */
  beside?: ComponentChildren;
}) {
  const { run, busy, problem } = useAction();
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        const fields = new FormData(event.currentTarget);
        void run(() => action(fields));
      }}
    >
      {children}
      {problem && <Notice kind="error">{problem}</Notice>}
      <div class="actions">
        {submit !== null && (
          <button type="submit" class={danger ? 'danger' : 'primary'} aria-disabled={busy}>
            {busy ? 'One moment …' : submit}
          </button>
        )}
        {beside}
      </div>
    </form>
  );
}

/** An action of the service on a button's click; a refusal is shown beside it. */
export function ActionButton({
  action,
  children,
  class: className = '',
}: {
  action: () => Promise<void>;
  children: ComponentChildren;
  class?: string;
}) {
  const { run, busy, problem } = useAction();
  return (
    <>
      <button type="button" class={className} aria-disabled={busy} onClick={() => void run(action)}>
        {children}
      </button>
      {problem && <Notice kind="error">{problem}</Notice>}
    </>
  );
}

/** One action at a time. A button at work is told to be disabled and is not, since it would lose the focus. */
function useAction() {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState('');
  async function run(action: () => Promise<void>): Promise<void> {
    if (busy) return;
    setBusy(true);
    setProblem('');
    try {
      await action();
    } catch (error) {
      setProblem((error as Error).message);
    }
    setBusy(false);
  }
  return { run, busy, problem };
}

/** A text that somebody types, under its name. */
export function Field({
  label,
  hint,
  ...input
}: { label: string; hint?: ComponentChildren } & InputHTMLAttributes<HTMLInputElement>) {
  const id = useId();
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <input id={id} aria-describedby={hint ? `${id}-hint` : undefined} {...input} />
      {hint && <small id={`${id}-hint`}>{hint}</small>}
    </div>
  );
}

/** One of some choices, under its name. */
export function Select({
  label,
  hint,
  choices,
  ...select
}: {
  label: string;
  hint?: ComponentChildren;
  /** Values with what they are called. */
  choices: readonly (readonly [value: string, text: string])[];
} & SelectHTMLAttributes<HTMLSelectElement>) {
  const id = useId();
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <select id={id} aria-describedby={hint ? `${id}-hint` : undefined} {...select}>
        {choices.map(([value, text]) => (
          <option key={value} value={value}>
            {text}
          </option>
        ))}
      </select>
      {hint && <small id={`${id}-hint`}>{hint}</small>}
    </div>
  );
}

/** A text of a submitted form. */
export function textOf(fields: FormData, name: string): string {
  const value = fields.get(name);
  return typeof value === 'string' ? value : '';
}
