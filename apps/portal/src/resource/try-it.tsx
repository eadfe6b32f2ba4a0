import { useState } from 'preact/hooks';
import { take, ApiError } from '../api.js';
import { Form } from '../parts/form.js';
import { Notice } from '../parts/notice.js';
import { Page, Section } from '../parts/page.js';
import { useSignedIn } from '../signed-in.js';
import { Check } from './check.js';
import { useResource } from './use-resource.js';

interface Trial {
  sessionId: string;
  token: string;
  photo: Blob | null;
}

/** One check with this device's camera, or with a clip that is at hand. */
export default function TryIt() {
  const { http } = useSignedIn();
  const { resource, base } = useResource();
  const [trial, setTrial] = useState<Trial | null>(null);
  const [done, setDone] = useState<string | null>(null);

  async function begin(photo: Blob | null): Promise<Trial> {
    setDone(null);
    const { sessionId, authToken } = await take(
      http.POST('/management/v1/resources/{name}/trials', {
        params: { path: { name: resource.name } },
        body: { kind: photo ? 'livenessWithVerify' : 'liveness' },
      }),
    );
    return { sessionId, token: authToken, photo };
  }
  async function start(fields: FormData) {
    const photo = fields.get('photo');
    setTrial(await begin(photo instanceof File && photo.size > 0 ? photo : null));
  }

  async function upload(fields: FormData) {
    const file = fields.get('clip');
    if (!(file instanceof File)) return;
    const { sessionId, token } = await begin(null);
    const body = new FormData();
    body.append('Content', file, file.name || 'video.webp');
    body.append('Metadata', '{}');
    const answer = await fetch('/face/v1.1-preview.1/detectLiveness/singleModal', {
      method: 'POST',
      headers: { authorization: `Bearer ${token}` },
      body,
    });
    // A refused capture is a result too: the session shows why.
    if (answer.status >= 500) throw new ApiError('', `The service answered ${answer.status}.`);
    setDone(sessionId);
  }

  return (
    <Page title="Try it">
      {done && (
        <Notice kind="success">
          Done. <a href={`${base}/sessions/${done}`}>See what was decided, and why</a>
        </Notice>
      )}
      <Section title="With the camera">
        <p>A whole check as your people see it. Nothing of it leaves this service.</p>
        {trial ? (
          <Check
            token={trial.token}
            photo={trial.photo}
            onEnd={() => {
              setDone(trial.sessionId);
              setTrial(null);
            }}
          />
        ) : (
          <Form action={start} submit="Start">
            {resource.recognition === 'approved' && (
              <div class="field">
                <label for="photo">Reference photo, to verify with</label>
                <input id="photo" type="file" name="photo" accept="image/jpeg,image/png" />
              </div>
            )}
          </Form>
        )}
      </Section>
      <Section title="With a clip">
        <p>
          An animated WebP, or a still, without a challenge:{' '}
          {resource.policy.unboundClips === 'allow' && resource.policy.light !== 'required'
            ? 'this resource lets such clips pass when they are genuine.'
            : 'this resource calls such clips uncertain at best.'}
        </p>
        <Form action={upload} submit="Judge">
          <div class="field">
            <label for="clip">Clip</label>
            <input
              id="clip"
              type="file"
              name="clip"
              accept="image/webp,image/jpeg,image/png,image/gif,image/bmp"
              required
            />
          </div>
        </Form>
      </Section>
    </Page>
  );
}
