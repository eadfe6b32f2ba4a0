import { useState } from 'preact/hooks';
import type { Answer } from '../api.js';
import { Field, Form, textOf } from './form.js';
import { Loaded, useLoading } from './loaded.js';
import { Table } from './page.js';
import { Time } from './time.js';

type Page = Answer<'/management/v1/audit'>;

/** Entries of an audit log, newest first, a page at a time. */
export function AuditEntries({
  load,
  name,
}: {
  load: (query: { before?: number; event?: string; top: number }) => Promise<Page>;
  name: string;
}) {
  const [event, setEvent] = useState('');
  const [before, setBefore] = useState<number[]>([]);
  const at = before.at(-1);
  const page = useLoading(
    () => load({ top: 50, ...(at !== undefined && { before: at }), ...(event !== '' && { event }) }),
    `${name} ${event} ${at}`,
  );

  async function filter(fields: FormData) {
    setBefore([]);
    setEvent(textOf(fields, 'event').trim());
  }

  return (
    <>
      <Form action={filter} submit="Filter">
        <Field label="Event" name="event" placeholder="for example key.shown" maxLength={40} />
      </Form>
      <Loaded of={page}>
        {({ entries, next }) => (
          <>
            <Table label="Audit entries">
              <thead>
                <tr>
                  <th scope="col">No.</th>
                  <th scope="col">Time (UTC)</th>
                  <th scope="col">Event</th>
                  <th scope="col">Resource</th>
                  <th scope="col">Facts</th>
                </tr>
              </thead>
              <tbody>
                {entries.map((entry) => (
                  <tr key={entry.seq} title={`hash ${entry.hash}`}>
                    <td class="number">{entry.seq}</td>
                    <td>
                      <Time at={entry.at} />
                    </td>
                    <td>
                      <code>{entry.event}</code>
                    </td>
                    <td>{entry.resource ?? 'installation'}</td>
                    <td>
                      {Object.entries(entry.facts)
                        .map(([fact, value]) => `${fact} ${String(value)}`)
                        .join(' · ')}
                    </td>
                  </tr>
                ))}
              </tbody>
            </Table>
            {entries.length === 0 && <p>No entry.</p>}
            <div class="actions">
              <button
                type="button"
                disabled={before.length === 0}
                onClick={() => setBefore(before.slice(0, -1))}
              >
                Newer
              </button>
              <button
                type="button"
                disabled={next === null}
                onClick={() => next !== null && setBefore([...before, next])}
              >
                Older
              </button>
            </div>
          </>
        )}
      </Loaded>
    </>
  );
}
