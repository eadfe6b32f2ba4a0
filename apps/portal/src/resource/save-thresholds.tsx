import { useState } from 'preact/hooks';
import { ApiError, take } from '../api.js';
import { Form, Select } from '../parts/form.js';
import { Notice } from '../parts/notice.js';
import { useSignedIn } from '../signed-in.js';
import { countsAt, type Thresholds } from './rates.js';
import type { ScoredSet } from './scored-set.js';
import { useResource } from './use-resource.js';

/** Keeps thresholds that were moved as a candidate, with what is to be expected of it; it decides nothing until it is adopted. */
export function SaveThresholds({ set: { scores, on }, at }: { set: ScoredSet; at: Thresholds }) {
  const { http } = useSignedIn();
  const { resource, base } = useResource();
  const [operatingPoint, setOperatingPoint] = useState(resource.policy.operatingPoint);
  const [saved, setSaved] = useState<{ at: Thresholds; origin: string } | null>(null);

  async function save() {
    if ('report' in on && on.report === null)
      throw new ApiError('', 'Open report.json too: it says which engine and policy gave the scores.');
    const made = await take(
      http.POST('/management/v1/resources/{name}/policy/candidates', {
        params: { path: { name: resource.name } },
        body: {
          operatingPoint,
          realface: rounded(at.realface),
          spoofface: rounded(at.spoofface),
          ...('run' in on
            ? { run: on.run }
            : on.report && { report: { ...on.report, counts: countsAt(scores, at) } }),
        },
      }),
    );
    setSaved({ at, origin: made.origin });
  }

  return (
    <>
      <Form action={save} submit="Save as a candidate">
        <Select
          label="For the operating point"
          value={operatingPoint}
          onChange={({ currentTarget }) => setOperatingPoint(currentTarget.value as typeof operatingPoint)}
          choices={(['strict', 'balanced', 'convenience'] as const).map((name) => [name, name])}
          hint={
            'run' in on
              ? 'The candidate decides the set again, with everything that keeps a capture undecided.'
              : 'Counts are sent, and no scores.'
          }
        />
      </Form>
      {saved?.at.realface === at.realface && saved.at.spoofface === at.spoofface && (
        <Notice kind="success">
          Saved: {saved.origin}. It decides nothing until it is adopted:{' '}
          <a href={`${base}/lab/candidates`}>candidates</a>.
        </Notice>
      )}
    </>
  );
}

/** Sliders move in steps that binary fractions miss a little. */
function rounded(value: number): number {
  return Math.round(value * 1000) / 1000;
}
