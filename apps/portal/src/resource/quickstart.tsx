import { useState } from 'preact/hooks';
import { take } from '../api.js';
import { Code } from '../parts/copy.js';
import { ActionButton } from '../parts/form.js';
import { Page, Section } from '../parts/page.js';
import { useSignedIn } from '../signed-in.js';
import { useResource } from './use-resource.js';
import { CSHARP, SNIPPETS } from './snippets.js';

const NO_KEY = 'YOUR-KEY';

/** Lines that an engineer pastes, filled in for this resource. */
export default function Quickstart() {
  const { http } = useSignedIn();
  const { resource, mayChange } = useResource();
  const [key, setKey] = useState<string | null>(null);
  const place = { endpoint: resource.endpoint, key: key ?? NO_KEY };

  async function fillIn() {
    const path = { name: resource.name };
    const keys = await take(http.GET('/management/v1/resources/{name}/keys', { params: { path } }));
    setKey(keys.key1);
  }

  return (
    <Page title="Quickstart">
      <p>
        Your server creates a session with its key, hands the short-lived token to the page or app, and reads
        the result itself when the client is done. The key never leaves your server.
      </p>
      {mayChange && (
        <div class="actions">
          {key === null ? (
            <ActionButton action={fillIn}>Fill in key1</ActionButton>
          ) : (
            <button type="button" onClick={() => setKey(null)}>
              Take the key out
            </button>
          )}
          <span class="muted">The audit log notes who looked.</span>
        </div>
      )}
      {[...SNIPPETS, CSHARP].map(({ language, run, text }) => (
        <Section title={language} key={language}>
          <p class="muted">{run}</p>
          <Code text={text(place)} label={`${language} lines`} />
        </Section>
      ))}
      <Section title="In the browser">
        <Code
          label="page lines"
          text={`<script type="module" src="${resource.endpoint}/client/bonafide-liveness.js"></script>
<bonafide-liveness></bonafide-liveness>
<script type="module">
  // The token comes from your server; what comes back is for it to look up, not a verdict.
  const { resultId, digest } = await document.querySelector('bonafide-liveness').start(token);
</script>
`}
        />
      </Section>
    </Page>
  );
}
