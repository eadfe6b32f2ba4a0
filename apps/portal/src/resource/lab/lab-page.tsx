import type { ComponentChildren } from 'preact';
import { useLocation } from 'preact-iso';
import { Page } from '../../parts/page.js';
import { useResource } from '../use-resource.js';

const PAGES = [
  ['Set', ''],
  ['Presentations', '/presentations'],
  ['Subjects', '/subjects'],
  ['Measurements', '/measurements'],
  ['Candidates', '/candidates'],
] as const;

/** A page of the lab, with the way to its others. */
export function LabPage({ title, children }: { title: string; children: ComponentChildren }) {
  const { base } = useResource();
  const { path } = useLocation();
  return (
    <Page title={title}>
      <nav class="inner" aria-label="Lab">
        {PAGES.map(([name, address]) => (
          <a
            key={name}
            href={`${base}/lab${address}`}
            aria-current={path === `${base}/lab${address}` ? 'page' : undefined}
          >
            {name}
          </a>
        ))}
      </nav>
      {children}
    </Page>
  );
}
