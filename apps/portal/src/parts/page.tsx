import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

/** A page: its title is the window's too. */
export function Page({
  title,
  beside,
  children,
}: {
  title: string;
  /** Beside the heading. */
  beside?: ComponentChildren;
  children: ComponentChildren;
}) {
  useEffect(() => {
    document.title = `${title} · Bonafide portal`;
  }, [title]);
  return (
    <main>
      <div class="heading">
        <h1>{title}</h1>
        {beside}
      </div>
      {children}
    </main>
  );
}

/** A part of a page under a heading of its own. */
export function Section({ title, children }: { title: string; children: ComponentChildren }) {
  return (
    <section class="card">
      <h2>{title}</h2>
      {children}
    </section>
  );
}

/** A table that scrolls on its own where it is too wide; on a phone its rows become blocks of named values. */
export function Table({ label, children }: { label: string; children: ComponentChildren }) {
  const table = useRef<HTMLTableElement>(null);
  useEffect(() => {
    if (table.current) nameCells(table.current);
  });
  return (
    <div class="scroll" role="region" aria-label={label} tabIndex={0}>
      <table ref={table}>{children}</table>
    </div>
  );
}

/** Tells each cell the heading of its column, for the style of narrow pages. */
function nameCells({ tHead, tBodies }: HTMLTableElement): void {
  const columns = [...(tHead?.rows[0]?.cells ?? [])].map(({ textContent }) => textContent.trim());
  for (const { cells } of [...tBodies].flatMap(({ rows }) => [...rows]))
    [...cells].forEach((cell, index) => {
      const column = columns[index] ?? '';
      if (column && cell.colSpan === 1) cell.dataset['column'] = column;
    });
}
