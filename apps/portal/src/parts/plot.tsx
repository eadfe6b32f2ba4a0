import { useEffect, useRef, useState } from 'preact/hooks';
import type * as Plot from '@observablehq/plot';

/** A drawing, as wide as its place, with the sentence that says what it shows; those who do not see it have the sentence. */
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
  /** Of the place, px; 0 before it is known. */
  const [width, setWidth] = useState(0);
  useEffect(() => {
    // Phones are turned and windows are drawn wider: letters of a drawing that is merely scaled cannot be read.
    const observer = new ResizeObserver(([entry]) => setWidth(Math.round(entry?.contentRect.width ?? 0)));
    if (place.current) observer.observe(place.current);
    return () => observer.disconnect();
  }, []);
  useEffect(() => {
    if (width === 0) return;
    let dropped = false;
    // Loaded when something is drawn: pages without drawings need not wait for it.
    void import('@observablehq/plot').then((plot) => {
      if (dropped || !place.current) return;
      place.current.replaceChildren(
        plot.plot({
          width,
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
