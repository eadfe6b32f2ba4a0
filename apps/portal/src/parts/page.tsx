import type { ComponentChildren } from 'preact';
import { useEffect } from 'preact/hooks';

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

/** A wide table that scrolls on its own on a narrow page. */
export function Table({ label, children }: { label: string; children: ComponentChildren }) {
  return (
    <div class="scroll" role="region" aria-label={label} tabIndex={0}>
      <table>{children}</table>
    </div>
  );
}
