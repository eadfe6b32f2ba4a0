import type { RectYOptions } from '@observablehq/plot';
import { useId, useState } from 'preact/hooks';
import { Section, Table } from '../parts/page.js';
import { Figure } from '../parts/plot.js';
import { ratesAt, type Rates, type ScoredPresentation, type Thresholds } from './rates.js';
import { SaveThresholds } from './save-thresholds.js';
import { OpenScores, type ScoredSet } from './scored-set.js';
import { useResource } from './use-resource.js';

/** Where the sliders begin. */
const FIRST: Thresholds = { realface: 1, spoofface: -1 };

/** Moves the thresholds over the scores of an evaluation, shows what would have been decided, and keeps them as a candidate. */
export function ThresholdSimulator() {
  const { mayChange } = useResource();
  const [set, setSet] = useState<ScoredSet | null>(null);
  const [realface, setRealface] = useState(FIRST.realface);
  const [spoofface, setSpoofface] = useState(FIRST.spoofface);
  const at = { realface, spoofface };

  return (
    <Section title="Thresholds, tried out">
      <p>
        Move the thresholds over the scores of one of your evaluations and see what would have been decided.
        Choose by development data, and report figures of other data.
      </p>
      <OpenScores onOpen={setSet} />
      {set && !isScored(set) && <p role="status">No presentation in it has a score.</p>}
      {set && isScored(set) && (
        <>
          <Sliders
            scores={set.scores}
            {...at}
            onChange={(one, other) => {
              setRealface(Math.max(one, other));
              setSpoofface(Math.min(one, other));
            }}
          />
          <Outcome scores={set.scores} rates={ratesAt(set.scores, at)} at={at} />
          {mayChange && <SaveThresholds set={set} at={at} />}
        </>
      )}
    </Section>
  );
}

function isScored({ scores }: ScoredSet): boolean {
  return scores.some(({ score }) => score !== null);
}

function Sliders({
  scores,
  realface,
  spoofface,
  onChange,
}: {
  scores: readonly ScoredPresentation[];
  realface: number;
  spoofface: number;
  onChange: (realface: number, spoofface: number) => void;
}) {
  const values = scores.flatMap(({ score }) => score ?? []);
  const range = {
    min: Math.floor(Math.min(...values, FIRST.spoofface)),
    max: Math.ceil(Math.max(...values, FIRST.realface)),
  };
  return (
    <div class="row">
      <Slider
        {...range}
        label="realface from"
        value={realface}
        onChange={(value) => onChange(value, spoofface)}
      />
      <Slider
        {...range}
        label="spoofface up to"
        value={spoofface}
        onChange={(value) => onChange(realface, value)}
      />
    </div>
  );
}

function Slider({
  label,
  value,
  min,
  max,
  onChange,
}: {
  label: string;
  value: number;
  min: number;
  max: number;
  onChange: (value: number) => void;
}) {
  const id = useId();
  return (
    <div class="field">
      <label for={id}>
        {label} {value.toFixed(2)}
      </label>
      <input
        id={id}
        type="range"
        min={min}
        max={max}
        step={0.05}
        value={value}
        onInput={({ currentTarget }) => onChange(currentTarget.valueAsNumber)}
      />
    </div>
  );
}

function Outcome({
  scores,
  rates,
  at,
}: {
  scores: readonly ScoredPresentation[];
  rates: Rates;
  at: Thresholds;
}) {
  const percent = (share: number) => `${(share * 100).toFixed(1)} %`;
  const drawn = scores.filter(({ score }) => score !== null);
  return (
    <>
      <Figure
        caption={`Scores of ${drawn.length} presentations; between the lines is uncertain.`}
        height={180}
        draw={(plot) => ({
          x: { label: 'score; higher = more like bona fide', nice: true },
          y: { label: 'presentations', grid: true },
          color: {
            domain: ['bona fide', 'attack'],
            range: ['var(--realface)', 'var(--spoofface)'],
            legend: true,
          },
          marks: [
            plot.rectY(
              drawn,
              plot.binX<RectYOptions>(
                { y2: 'count' },
                { x: 'score', fill: 'kind', fillOpacity: 0.65, thresholds: 40 },
              ),
            ),
            plot.ruleX([at.spoofface, at.realface], { strokeDasharray: '4 3' }),
            plot.ruleY([0]),
          ],
        })}
      />
      <Table label="What would have been decided">
        <thead>
          <tr>
            <th scope="col">Really</th>
            <th scope="col">n</th>
            <th scope="col">Error rate</th>
            <th scope="col">95 % interval</th>
            <th scope="col">uncertain</th>
            <th scope="col">no score</th>
          </tr>
        </thead>
        <tbody>
          {rates.map((row) => (
            <tr key={row.kind}>
              <th scope="row">{row.kind}</th>
              <td class="number">{row.n}</td>
              <td class="number">
                {row.measure} {percent(row.rate)}
              </td>
              <td class="number">
                {percent(row.interval[0])} – {percent(row.interval[1])}
              </td>
              <td class="number">{percent(row.uncertain)}</td>
              <td class="number">{percent(row.unscored)}</td>
            </tr>
          ))}
        </tbody>
      </Table>
    </>
  );
}
