import type { ComponentChildren } from 'preact';
import { useLocation } from 'preact-iso';
import { Notice } from '../../parts/notice.js';
import { Page } from '../../parts/page.js';
import { useSignedIn } from '../../signed-in.js';
import { useResource } from '../use-resource.js';

const PAGES = [
  ['Set', ''],
  ['Presentations', '/presentations'],
  ['Subjects', '/subjects'],
  ['Measurements', '/measurements'],
  ['Candidates', '/candidates'],
] as const;

/** A page of the lab, with the way to its others. */
export function LabPage({
  title,
  needsRole = true,
  children,
}: {
  title: string;
  /** Readers see figures alone, and this page shows people. */
  needsRole?: boolean;
  children: ComponentChildren;
}) {
  const { me } = useSignedIn();
  const { base, mayChange } = useResource();
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
      {needsRole && !mayChange ? (
        <Notice kind="hint">It takes the role Contributor. Ask {me.owners.join(' or ')}.</Notice>
      ) : (
        children
      )}
    </Page>
  );
}
