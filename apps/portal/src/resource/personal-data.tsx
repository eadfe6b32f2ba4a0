import { useState } from 'preact/hooks';
import { take } from '../api.js';
import { Field, Form, textOf } from '../parts/form.js';
import { Notice } from '../parts/notice.js';
import { Page, Section } from '../parts/page.js';
import { useSignedIn } from '../signed-in.js';
import { useResource } from './use-resource.js';

/** What people may ask of whoever holds data on them: a copy, and that it is erased. */
export default function PersonalData() {
  const { http } = useSignedIn();
  const { resource } = useResource();
  const path = { name: resource.name };
  const [done, setDone] = useState('');

  async function exportAll(fields: FormData) {
    setDone('');
    const userCorrelationId = textOf(fields, 'userCorrelationId').trim();
    const held = await take(
      http.POST('/management/v1/resources/{name}/personal-data/export', {
        params: { path },
        body: { userCorrelationId },
      }),
    );
    saveAs(`personal-data-${held.exportedAt.slice(0, 10)}.json`, JSON.stringify(held, null, 2));
    setDone(`${held.sessions.length} sessions, in the file that your browser saved.`);
  }
  async function erase(fields: FormData) {
    setDone('');
    const { sessions } = await take(
      http.POST('/management/v1/resources/{name}/personal-data/erasure', {
        params: { path },
        body: { userCorrelationId: textOf(fields, 'userCorrelationId').trim() },
      }),
    );
    setDone(`Erased: ${sessions} sessions.`);
  }

  return (
    <Page title="Personal data">
      <p>
        People may ask what is held on them, and that it is erased. They are found by the{' '}
        <code>userCorrelationId</code> that your application gave their sessions.
      </p>
      {done && <Notice kind="success">{done}</Notice>}
      <Section title="A copy">
        <Form action={exportAll} submit="Export">
          <Field label="User" name="userCorrelationId" required maxLength={64} />
        </Form>
      </Section>
      <Section title="Erase">
        <Form action={erase} submit="Erase for ever" danger>
          <Field label="User" name="userCorrelationId" required maxLength={64} />
          <label class="check">
            <input type="checkbox" required /> All sessions of this user go, with images, templates and
            results.
          </label>
        </Form>
      </Section>
    </Page>
  );
}

/** Lets the browser save a text as a file. */
function saveAs(name: string, text: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([text], { type: 'application/json' }));
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
}
