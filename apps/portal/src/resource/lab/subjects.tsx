import { useState } from 'preact/hooks';
import { take, type Answer } from '../../api.js';
import { Dialog } from '../../parts/dialog.js';
import { Field, Form, textOf } from '../../parts/form.js';
import { Loaded, useLoading } from '../../parts/loaded.js';
import { Notice } from '../../parts/notice.js';
import { Section } from '../../parts/page.js';
import { Time } from '../../parts/time.js';
import { useSignedIn } from '../../signed-in.js';
import { useResource } from '../use-resource.js';
import { LabPage } from './lab-page.js';

type Subject = Answer<'/management/v1/resources/{name}/lab/subjects'>[number];

/** Whom the set shows, what they agreed to, and the end of it when they withdraw. */
export default function Subjects() {
  const { http } = useSignedIn();
  const { resource } = useResource();
  const path = { name: resource.name };
  const [gone, setGone] = useState('');
  const [withdrawing, setWithdrawing] = useState<Subject | null>(null);
  const subjects = useLoading(
    () => take(http.GET('/management/v1/resources/{name}/lab/subjects', { params: { path } })),
    resource.name,
  );

  async function withdraw({ code }: Subject, fields: FormData) {
    if (textOf(fields, 'code') !== code) throw new Error('That is another code.');
    const { presentations } = await take(
      http.DELETE('/management/v1/resources/{name}/lab/subjects/{code}', {
        params: { path: { ...path, code } },
      }),
    );
    setWithdrawing(null);
    setGone(
      `${code} and ${presentations} ${presentations === 1 ? 'presentation' : 'presentations'} were deleted.`,
    );
    await subjects.reload();
  }

  return (
    <LabPage title="Subjects">
      {gone && <Notice kind="success">{gone}</Notice>}
      <Loaded of={subjects}>
        {(list) =>
          list.length === 0 ? (
            <p>Nobody yet: the first presentation of a subject asks for their consent.</p>
          ) : (
            list.map((subject) => (
              <Section key={subject.code} title={subject.code}>
                <p>
                  {subject.recorded} {subject.recorded === 1 ? 'presentation' : 'presentations'}; consent
                  confirmed by {subject.confirmedBy}, <Time at={subject.confirmedAt} /> UTC.
                </p>
                <details>
                  <summary>What they agreed to</summary>
                  <p>{subject.consentText}</p>
                </details>
                <div class="actions">
                  <button type="button" class="danger" onClick={() => setWithdrawing(subject)}>
                    Consent was withdrawn<span class="hidden">: {subject.code}</span>
                  </button>
                </div>
              </Section>
            ))
          )
        }
      </Loaded>
      {withdrawing && (
        <Dialog title={`Delete everything of ${withdrawing.code}`} onClose={() => setWithdrawing(null)}>
          <p>
            {withdrawing.recorded} {withdrawing.recorded === 1 ? 'presentation' : 'presentations'} with their
            clips. What was exported is elsewhere, and yours to delete.
          </p>
          <Form action={(fields) => withdraw(withdrawing, fields)} submit="Delete for ever" danger>
            <Field label={`Type ${withdrawing.code} to confirm`} name="code" autocomplete="off" required />
          </Form>
        </Dialog>
      )}
    </LabPage>
  );
}
