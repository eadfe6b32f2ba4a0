import { useEffect, useRef } from 'preact/hooks';
import type * as Plot from '@observablehq/plot';

/** A drawing with the sentence that says what it shows; those who do not see it have the sentence. */
export function Figure({
  caption,
  draw,
  height = 200,
}: {
  caption: string;
  /** Marks and scales; called again whenever the caller is rendered. */
  draw: (plot: typeof Plot) => Plot.PlotOptions & { marks: Plot.Markish[] };
  height?: number;
}) {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    let dropped = false;
    // Loaded when something is drawn: pages without drawings need not wait for it.
    void import('@observablehq/plot').then((plot) => {
      if (dropped || !place.current) return;
      place.current.replaceChildren(
        plot.plot({
          width: Math.max(300, place.current.clientWidth),
          height,
          style: { background: 'none', overflow: 'visible' },
          ...draw(plot),
        }),
      );
    });
    return () => {
      dropped = true;
    };
  });
  return (
    <figure>
      <figcaption>{caption}</figcaption>
      <div ref={place} style={{ minHeight: `${height}px` }} aria-hidden="true" />
    </figure>
  );
}

/** Colours of decisions, the same everywhere; readable without telling red from green. */
export const COLOURS = {
  realface: 'var(--realface)',
  spoofface: 'var(--spoofface)',
  uncertain: 'var(--uncertain)',
} as const;
