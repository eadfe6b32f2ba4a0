import { useEffect, useState } from 'preact/hooks';
import consent from '../../../../../docs/lab-consent.md';
import { take } from '../../api.js';
import { Field, Form, Select, textOf } from '../../parts/form.js';
import { useLoading } from '../../parts/loaded.js';
import { Notice } from '../../parts/notice.js';
import { Section } from '../../parts/page.js';
import { useSignedIn } from '../../signed-in.js';
import { Check } from '../check.js';
import { useResource } from '../use-resource.js';
import { PhoneLink } from './phone-link.js';

/** Species that most sets begin with. */
const USUAL_SPECIES = ['print', 'cutout', 'replay', 'paper-mask', 'rigid-mask', 'flexible-mask'];
/** How often it is asked whether the phone is done, ms. */
const POLL_MS = 2_000;

/** A presentation that waits for its clip. */
interface Waiting {
  id: string;
  link: string | null;
  authToken: string | null;
}

/** Records one presentation after another; what was typed stays for the next. */
export function Record({
  species,
  onRecorded,
}: {
  species: readonly { species: string }[];
  onRecorded: () => Promise<void>;
}) {
  const { http } = useSignedIn();
  const { resource } = useResource();
  const path = { name: resource.name };
  const [label, setLabel] = useState<'bonafide' | 'attack'>('bonafide');
  const [subject, setSubject] = useState('');
  const [waiting, setWaiting] = useState<Waiting | null>(null);
  const [done, setDone] = useState('');
  const subjects = useLoading(
    () => take(http.GET('/management/v1/resources/{name}/lab/subjects', { params: { path } })),
    resource.name,
  );
  const known = (subjects.value ?? []).some(({ code }) => code === subject);
  const choices = [...new Set([...species.map((one) => one.species), ...USUAL_SPECIES])];

  async function begin(fields: FormData) {
    setDone('');
    const planned = await take(
      http.POST('/management/v1/resources/{name}/lab/presentations', {
        params: { path },
        body: {
          label,
          subject,
          ...(label === 'attack' && {
            species: textOf(fields, 'species'),
            instrument: textOf(fields, 'instrument').trim(),
          }),
          ...(!known && { consent: textOf(fields, 'consent').trim() }),
          by: textOf(fields, 'by') === 'here' ? 'token' : 'link',
        },
      }),
    );
    await subjects.reload();
    setWaiting(planned);
  }

  async function find(id: string) {
    const { presentations } = await take(
      http.GET('/management/v1/resources/{name}/lab/presentations', {
        params: { path, query: { subject, next: '', top: 20 } },
      }),
    );
    return presentations.find((one) => one.id === id);
  }

  async function end(id: string) {
    const found = await find(id);
    setWaiting(null);
    setDone(found?.recordedAt ? 'recorded' : 'nothing');
    await onRecorded();
  }

  async function giveUp({ id }: Waiting) {
    await take(
      http.DELETE('/management/v1/resources/{name}/lab/presentations/{id}', {
        params: { path: { ...path, id } },
      }),
    );
    setWaiting(null);
  }

  // The phone tells the service, and the service whoever asks.
  useEffect(() => {
    if (!waiting?.link) return;
    const { id } = waiting;
    const timer = setInterval(() => {
      void find(id).then(
        (found) => (found && !found.recordedAt ? undefined : end(id)),
        // The next round asks again.
        () => undefined,
      );
    }, POLL_MS);
    return () => clearInterval(timer);
  }, [waiting]);

  return (
    <Section title="Record">
      {done === 'recorded' && <Notice kind="success">Recorded. The next one can begin.</Notice>}
      {done === 'nothing' && (
        <Notice kind="warning">Nothing was recorded: the check was broken off, or its time is over.</Notice>
      )}
      {waiting ? (
        <>
          {waiting.link && <PhoneLink link={waiting.link} />}
          {waiting.authToken && <Check token={waiting.authToken} onEnd={() => void end(waiting.id)} />}
          <Form action={() => giveUp(waiting)} submit="Give up" danger />
        </>
      ) : (
        <Form action={begin} submit="Begin">
          <fieldset>
            <legend>What the camera is shown</legend>
            {(['bonafide', 'attack'] as const).map((choice) => (
              <label class="check" key={choice}>
                <input
                  type="radio"
                  name="label"
                  value={choice}
                  checked={label === choice}
                  onChange={() => setLabel(choice)}
                />{' '}
                {choice === 'bonafide'
                  ? 'Bona fide: the person is there and does what is asked'
                  : 'An attack: an instrument imitates the person'}
              </label>
            ))}
          </fieldset>
          <div class="row">
            <Field
              label="Subject code"
              name="subject"
              required
              maxLength={40}
              pattern="[A-Za-z0-9][A-Za-z0-9._\-]*"
              list="lab-subjects"
              autocomplete="off"
              value={subject}
              onInput={({ currentTarget }) => setSubject(currentTarget.value)}
              hint="Stands for the person who is shown, and is no name."
            />
            {label === 'attack' && (
              <>
                <Field
                  label="Species"
                  name="species"
                  required
                  maxLength={40}
                  pattern="[a-z0-9][a-z0-9\-]*"
                  list="lab-species"
                  autocomplete="off"
                  hint="Kind of instrument, in lower case; 150 of each."
                />
                <Field
                  label="Instrument"
                  name="instrument"
                  maxLength={80}
                  placeholder="matte A4, laser printer"
                  hint="Which one it was."
                />
              </>
            )}
            <Select
              label="With"
              name="by"
              choices={[
                ['phone', 'a phone, by QR code'],
                ['here', 'the camera of this machine'],
              ]}
            />
          </div>
          <datalist id="lab-subjects">
            {(subjects.value ?? []).map(({ code }) => (
              <option key={code} value={code} />
            ))}
          </datalist>
          <datalist id="lab-species">
            {choices.map((name) => (
              <option key={name} value={name} />
            ))}
          </datalist>
          {!known && (
            <fieldset>
              <legend>Consent of this subject</legend>
              <div class="field">
                <label for="lab-consent">What they agreed to, word for word</label>
                <textarea id="lab-consent" name="consent" rows={6} minLength={20} maxLength={4000} required>
                  {consent.replaceAll('\n', ' ').trim()}
                </textarea>
              </div>
              <label class="check">
                <input type="checkbox" required /> I confirm that the person behind this code has read it and
                agreed. It is kept with my name and the time.
              </label>
            </fieldset>
          )}
        </Form>
      )}
    </Section>
  );
}
