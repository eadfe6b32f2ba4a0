import type { RectYOptions } from '@observablehq/plot';
import { useState } from 'preact/hooks';
import { Form } from '../parts/form.js';
import { Section, Table } from '../parts/page.js';
import { Figure } from '../parts/plot.js';
import { ratesAt, readScores, type Rates, type ScoredPresentation } from './rates.js';

/** Moves the thresholds over the scores of an evaluation, and shows what would have been decided. The file stays in the browser. */
export function ThresholdSimulator() {
  const [scores, setScores] = useState<ScoredPresentation[]>([]);
  const [realface, setRealface] = useState(1);
  const [spoofface, setSpoofface] = useState(-1);

  async function open(fields: FormData) {
    const file = fields.get('scores');
    if (!(file instanceof File)) return;
    setScores(readScores(await file.text()));
  }

  return (
    <Section title="Thresholds, tried out">
      <p>
        Move the thresholds over the scores of one of your evaluations and see what would have been decided.
        Choose by development data, and report figures of other data.
      </p>
      <Form action={open} submit="Open">
        <div class="field">
          <label for="scores">
            <code>scores.jsonl</code> of <code>bonafide evaluate</code>
          </label>
          <input id="scores" type="file" name="scores" accept=".jsonl,.json,application/json" required />
          <small>It is read here and sent nowhere.</small>
        </div>
      </Form>
      {scores.length > 0 && (
        <>
          <Sliders
            scores={scores}
            realface={realface}
            spoofface={spoofface}
            onChange={(one, other) => {
              setRealface(Math.max(one, other));
              setSpoofface(Math.min(one, other));
            }}
          />
          <Outcome
            scores={scores}
            rates={ratesAt(scores, { realface, spoofface })}
            at={{ realface, spoofface }}
          />
        </>
      )}
    </Section>
  );
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
  const range = { min: Math.floor(Math.min(...values)), max: Math.ceil(Math.max(...values)), step: 0.05 };
  return (
    <div class="row">
      <label class="field">
        <span>
          realface from <output>{realface.toFixed(2)}</output>
        </span>
        <input
          type="range"
          {...range}
          value={realface}
          onInput={({ currentTarget }) => onChange(currentTarget.valueAsNumber, spoofface)}
        />
      </label>
      <label class="field">
        <span>
          spoofface up to <output>{spoofface.toFixed(2)}</output>
        </span>
        <input
          type="range"
          {...range}
          value={spoofface}
          onInput={({ currentTarget }) => onChange(realface, currentTarget.valueAsNumber)}
        />
      </label>
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
  at: { realface: number; spoofface: number };
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
