import { createHash } from 'node:crypto';
import type { LabelledPresentation } from '@bonafide/engine/evaluation';
import type { Presentation } from './presentations.js';

/** Columns of the manifest, as `bonafide evaluate` reads them; it passes over `instrument`. */
const COLUMNS = [
  'path',
  'label',
  'species',
  'subject',
  'clip',
  'source',
  'media',
  'licence',
  'instrument',
] as const;
/** What {@link toLabelled} and the manifest are made of. */
type Described = Pick<Presentation, 'id' | 'label' | 'species' | 'subject' | 'instrument'>;

/** What the manifest calls the set: captured by a lab, and by whose resource. */
export function sourceOf(resourceName: string): string {
  return `lab ${resourceName}`;
}

/** A presentation as the measurements of the lab, and of an export, know it. */
export function toLabelled(presentation: Described, resourceName: string): LabelledPresentation {
  const { id, label, species, subject } = presentation;
  return {
    ...{ path: `clips/${id}.webp`, label, species, subject, clip: '', source: sourceOf(resourceName) },
    ...{ media: 'clip', licence: 'as the subject agreed', simulated: false },
  };
}

/** manifest.csv of presentations. */
export function manifestOf(presentations: readonly Described[], resourceName: string): string {
  const rows = presentations.map((one) => {
    const row = { ...toLabelled(one, resourceName), instrument: one.instrument };
    return COLUMNS.map((column) => cell(row[column])).join(',');
  });
  return [COLUMNS.join(','), ...rows, ''].join('\r\n');
}

/** What identifies a manifest: lower-case hex SHA-256. */
export function manifestSha256(presentations: readonly Described[], resourceName: string): string {
  return createHash('sha256').update(manifestOf(presentations, resourceName)).digest('hex');
}

/** RFC 4180. */
function cell(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
