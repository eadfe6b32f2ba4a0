import { take } from '../../api.js';
import { Loaded, useLoading } from '../../parts/loaded.js';
import { Section, Table } from '../../parts/page.js';
import { useSignedIn } from '../../signed-in.js';
import { useResource } from '../use-resource.js';
import type { Run } from './run.js';

/** What the page shows of a calibration. */
interface Calibration {
  bonaFide: number;
  attacks: number;
  species: Record<string, number>;
  folds: { name: string; tested: number }[];
  cues: { name: string; scored: number; weightBefore: number; weight: number; foldWeights: number[] }[];
  test: { auc: number | null; cllr: number | null; cllrBefore: number | null };
  operatingPoints: Record<
    string,
    { realface: number; spoofface: number; apcer: number; worst: string; bpcer: number }
  >;
  notes: string[];
}

/** What a calibration found, and on how much. */
export function Calibrated({ run }: { run: Run }) {
  const { http } = useSignedIn();
  const { resource, base } = useResource();
  const found = useLoading(
    async () =>
      (await take(
        http.GET('/management/v1/resources/{name}/lab/runs/{id}/report', {
          params: { path: { name: resource.name, id: run.id } },
        }),
      )) as unknown as Calibration,
    run.id,
  );
  return (
    <Section title="What it found">
      <Loaded of={found}>
        {(calibration) => (
          <>
            <p>
              On {calibration.bonaFide} bona fide presentations and{' '}
              {Object.entries(calibration.species)
                .map(([name, n]) => `${n} of ${name}`)
                .join(', ')}
              . APCER and BPCER are of weights and thresholds that were found without what they are tried on:{' '}
              {calibration.folds.map(({ name }) => name).join(', ')}; those shown are found on all of it.
            </p>
            <Points of={calibration} />
            <Weights of={calibration} />
            <p class="muted">
              Area under the curve {print(calibration.test.auc)}; cost of the ratios{' '}
              {print(calibration.test.cllr)} bits, before {print(calibration.test.cllrBefore)}.
            </p>
            <p>
              It made a <a href={`${base}/lab/candidates`}>candidate</a>, which decides nothing until it is
              adopted.
            </p>
            {calibration.notes.map((note) => (
              <p key={note}>{note}</p>
            ))}
          </>
        )}
      </Loaded>
    </Section>
  );
}

function Points({ of: { operatingPoints } }: { of: Calibration }) {
  return (
    <Table label="Thresholds">
      <thead>
        <tr>
          <th scope="col">Operating point</th>
          <th scope="col">realface from</th>
          <th scope="col">spoofface to</th>
          <th scope="col">APCER, worst species</th>
          <th scope="col">BPCER</th>
        </tr>
      </thead>
      <tbody>
        {Object.entries(operatingPoints).map(([name, point]) => (
          <tr key={name}>
            <th scope="row">{name}</th>
            <td class="number">{print(point.realface)}</td>
            <td class="number">{print(point.spoofface)}</td>
            <td class="number">
              {percent(point.apcer)} {point.worst}
            </td>
            <td class="number">{percent(point.bpcer)}</td>
          </tr>
        ))}
      </tbody>
    </Table>
  );
}

function Weights({ of: { cues } }: { of: Calibration }) {
  return (
    <Table label="Weights">
      <thead>
        <tr>
          <th scope="col">Cue</th>
          <th scope="col">Scored</th>
          <th scope="col">Weight before</th>
          <th scope="col">Weight</th>
          <th scope="col">In the folds</th>
        </tr>
      </thead>
      <tbody>
        {cues.map((cue) => (
          <tr key={cue.name}>
            <th scope="row">{cue.name}</th>
            <td class="number">{cue.scored}</td>
            <td class="number">{print(cue.weightBefore)}</td>
            <td class="number">{print(cue.weight)}</td>
            <td class="number">{cue.scored > 0 ? cue.foldWeights.map(print).join(', ') : '–'}</td>
          </tr>
        ))}
      </tbody>
    </Table>
  );
}

function print(value: number | null): string {
  return value === null ? '–' : value.toFixed(2);
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}
