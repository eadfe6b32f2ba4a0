import type { Answer, Resource } from '../../api.js';
import { Code } from '../../parts/copy.js';
import { ActionButton } from '../../parts/form.js';
import { Section } from '../../parts/page.js';
import { Time } from '../../parts/time.js';
import { useResource } from '../use-resource.js';
import { ShadowFindings } from './shadow-findings.js';

type Listed = Answer<'/management/v1/resources/{name}/policy/candidates'>;

/** Other networks than those that decide: what they say of live sessions, and how they would come to decide. */
export function OtherWeights({
  weights,
  models,
  watch,
  remove,
}: {
  weights: Listed['shadowWeights'];
  models: Listed['models'];
  watch: (policy: Pick<Resource['policy'], 'shadowModel'>) => Promise<void>;
  remove: (model: { id: string }) => Promise<void>;
}) {
  const { resource, mayChange } = useResource();
  if (!weights && models.length === 0) return null;
  const isOn = resource.policy.shadowModel === 'on';
  return (
    <>
      <Section title="Other weights">
        {weights ? (
          <>
            <p>
              <code>{weights.version}</code>,{' '}
              {weights.changed.length > 0
                ? `other than installed: ${weights.changed.map(({ file }) => file).join(', ')}.`
                : 'the installed weights.'}{' '}
              {isOn ? 'They score live sessions without deciding.' : 'They score nothing.'}
              {weights.policy !== null && ` By a decision policy of their own, ${weights.policy}.`}
            </p>
            <p class="muted">
              They come to decide for the whole installation, not here, by whoever starts the service so:
            </p>
            <Code
              text={`npm start -- --models-dir FOLDER --weights ${weights.fingerprint}`}
              label="the way to start the service with them"
            />
          </>
        ) : (
          <p>The service was started without other weights.</p>
        )}
        {mayChange && weights && (
          <div class="actions">
            {isOn ? (
              <ActionButton action={() => watch({ shadowModel: 'off' })}>
                Stop scoring with other weights
              </ActionButton>
            ) : (
              <ActionButton action={() => watch({ shadowModel: 'on' })} class="quiet">
                Score live sessions with them, without deciding
              </ActionButton>
            )}
          </div>
        )}
      </Section>
      {models.map((model) => (
        <Section key={model.id} title={model.version}>
          <p>
            {model.origin}; since <Time at={model.createdAt} /> UTC.
            {model.dropped > 0 && ` Not asked about ${model.dropped}, since too many waited or for too long.`}
            {model.failed > 0 && ` Failed on ${model.failed}: the log says why.`}
          </p>
          <ShadowFindings candidate={model.id} />
          {mayChange && (
            <div class="actions">
              <ActionButton action={() => remove(model)} class="quiet">
                {model.inShadow ? 'Delete what they said so far' : 'Delete it'}
              </ActionButton>
            </div>
          )}
        </Section>
      ))}
    </>
  );
}
