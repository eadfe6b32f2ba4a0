import { take, type Answer } from '../api.js';
import { Form, Select, textOf } from '../parts/form.js';
import { Loaded, useLoading } from '../parts/loaded.js';
import { useSignedIn } from '../signed-in.js';
import { readReport, readScores, type ReportOfScores, type ScoredPresentation } from './rates.js';
import { useResource } from './use-resource.js';

/** Scores of an evaluation, and what it was: one of the lab, or another, of which a report may say more. */
export interface ScoredSet {
  scores: ScoredPresentation[];
  on: { run: string } | { report: ReportOfScores | null };
}

type Run = Answer<'/management/v1/resources/{name}/lab/runs'>[number];

/** Opens the scores of an evaluation: of the lab, or of `bonafide evaluate`, whose files stay in the browser. */
export function OpenScores({ onOpen }: { onOpen: (set: ScoredSet) => void }) {
  const { http } = useSignedIn();
  const { resource, mayChange } = useResource();
  const runs = useLoading(
    () =>
      take(
        http.GET('/management/v1/resources/{name}/lab/runs', { params: { path: { name: resource.name } } }),
      ),
    resource.name,
  );

  async function openRun(fields: FormData) {
    const id = textOf(fields, 'run');
    const text = await take(
      http.GET('/management/v1/resources/{name}/lab/runs/{id}/scores', {
        params: { path: { name: resource.name, id } },
        parseAs: 'text',
      }),
    );
    onOpen({ scores: readScores(text), on: { run: id } });
  }
  async function openFiles(fields: FormData) {
    const [scores, report] = [await textIn(fields, 'scores'), await textIn(fields, 'report')];
    onOpen({
      scores: readScores(scores),
      on: { report: report === '' ? null : readReport(report) },
    });
  }

  return (
    <>
      {mayChange && (
        <Loaded of={runs}>
          {(list) => {
            const done = list.filter(({ kind, state }) => kind === 'evaluation' && state === 'done');
            return (
              done.length > 0 && (
                <Form action={openRun} submit="Open">
                  <Select
                    label="Evaluation of the lab"
                    name="run"
                    choices={done.map((run) => [run.id, nameOf(run)])}
                    hint="The audit log says who took its scores."
                  />
                </Form>
              )
            );
          }}
        </Loaded>
      )}
      <Form action={openFiles} submit="Open the files">
        <div class="row">
          <div class="field">
            <label for="scores">
              <code>scores.jsonl</code> of <code>bonafide evaluate</code>
            </label>
            <input id="scores" type="file" name="scores" accept=".jsonl,.json,application/json" required />
            <small>It is read here and sent nowhere.</small>
          </div>
          <div class="field">
            <label for="report">
              <code>report.json</code> beside it
            </label>
            <input id="report" type="file" name="report" accept=".json,application/json" />
            <small>Only for a candidate: it says which engine and policy gave the scores.</small>
          </div>
        </div>
      </Form>
    </>
  );
}

function nameOf({ id, createdAt, operatingPoint, total }: Run): string {
  return `${id.slice(0, 8)}, ${createdAt.slice(0, 16).replace('T', ' ')} UTC, ${operatingPoint}, ${total} presentations`;
}

/** Empty where no file was chosen. */
async function textIn(fields: FormData, name: string): Promise<string> {
  const file = fields.get(name);
  return file instanceof File ? file.text() : '';
}
