import type { ComponentChildren } from 'preact';

/** Something that whoever looks must know; an error is read out at once. */
export function Notice({
  kind,
  children,
}: {
  kind: 'error' | 'success' | 'warning' | 'hint';
  children: ComponentChildren;
}) {
  return (
    <div class={`notice ${kind}`} role={kind === 'error' ? 'alert' : 'status'}>
      {children}
    </div>
  );
}
