import { useState } from 'preact/hooks';
import { take } from '../../api.js';
import { Field, Form, Select, textOf } from '../../parts/form.js';
import { Loaded, useLoading } from '../../parts/loaded.js';
import { Table } from '../../parts/page.js';
import { Time } from '../../parts/time.js';
import { useSignedIn } from '../../signed-in.js';
import { useResource } from '../use-resource.js';
import { LabPage } from './lab-page.js';

interface Filter {
  label?: 'bonafide' | 'attack';
  species?: string;
  subject?: string;
}
const TOP = 25;

/** Everything that was recorded, to be looked through. */
export default function Presentations() {
  const { http } = useSignedIn();
  const { resource, base } = useResource();
  const [filter, setFilter] = useState<Filter>({});
  const [pages, setPages] = useState<string[]>([]);
  const next = pages.at(-1) ?? '';
  const found = useLoading(
    () =>
      take(
        http.GET('/management/v1/resources/{name}/lab/presentations', {
          params: { path: { name: resource.name }, query: { ...filter, next, top: TOP } },
        }),
      ),
    `${resource.name} ${JSON.stringify(filter)} ${next}`,
  );

  async function search(fields: FormData) {
    const label = textOf(fields, 'label');
    const species = textOf(fields, 'species').trim();
    const subject = textOf(fields, 'subject').trim();
    setPages([]);
    setFilter({
      ...((label === 'bonafide' || label === 'attack') && { label }),
      ...(species && { species }),
      ...(subject && { subject }),
    });
  }

  return (
    <LabPage title="Presentations">
      <Form action={search} submit="Search">
        <div class="row">
          <Select
            label="Label"
            name="label"
            choices={[
              ['', 'any'],
              ['bonafide', 'bona fide'],
              ['attack', 'attack'],
            ]}
          />
          <Field label="Species" name="species" pattern="[a-z0-9][a-z0-9\-]*" maxLength={40} />
          <Field label="Subject code" name="subject" pattern="[A-Za-z0-9][A-Za-z0-9._\-]*" maxLength={40} />
        </div>
      </Form>
      <Loaded of={found}>
        {({ presentations, next: following }) => (
          <>
            <Table label="Presentations">
              <thead>
                <tr>
                  <th scope="col">Begun (UTC)</th>
                  <th scope="col">Presentation</th>
                  <th scope="col">Shows</th>
                  <th scope="col">Instrument</th>
                  <th scope="col">Subject</th>
                  <th scope="col">By</th>
                  <th scope="col">Clip</th>
                </tr>
              </thead>
              <tbody>
                {presentations.map((one) => (
                  <tr key={one.id}>
                    <td>
                      <Time at={one.createdAt} />
                    </td>
                    <td>
                      <a href={`${base}/lab/presentations/${one.id}`}>
                        <code>{one.id.slice(0, 8)}</code>
                        <span class="hidden">{one.id.slice(8)}</span>
                      </a>
                    </td>
                    <td>{one.label === 'attack' ? one.species : 'bona fide'}</td>
                    <td class="clip">{one.instrument}</td>
                    <td>
                      <code>{one.subject}</code>
                    </td>
                    <td class="clip">{one.createdBy}</td>
                    <td class="number">
                      {one.sizeBytes === null ? 'waiting' : `${Math.ceil(one.sizeBytes / 1024)} kB`}
                    </td>
                  </tr>
                ))}
              </tbody>
            </Table>
            {presentations.length === 0 && <p>No presentation.</p>}
            <div class="actions">
              <button
                type="button"
                disabled={pages.length === 0}
                onClick={() => setPages(pages.slice(0, -1))}
              >
                Newer
              </button>
              <button
                type="button"
                disabled={following === null}
                onClick={() => following !== null && setPages([...pages, following])}
              >
                Older
              </button>
            </div>
          </>
        )}
      </Loaded>
    </LabPage>
  );
}
