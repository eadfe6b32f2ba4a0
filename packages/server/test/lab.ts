import { expect } from 'vitest';
import { capturedFor, type Started } from './captured.js';
import type { PortalBrowser } from './portal-browser.js';
import type { TestService } from './service.js';

export const CONSENT = 'I agree to be filmed for measurements of this system.';

/** What beginning a presentation answers. */
export interface Planned {
  id: string;
  link: string | null;
  authToken: string | null;
}

/** A lab as whoever records in it and the device see it. */
export function labOf(service: TestService, owner: PortalBrowser, resource = 'default') {
  const plan = (wanted: object) =>
    owner.ok<Planned>('POST', `/resources/${resource}/lab/presentations`, {
      ...{ label: 'bonafide', subject: 'S-01', consent: CONSENT, by: 'token' },
      ...wanted,
    });

  /** Runs the challenge as the client does; returns the answer to the capture. */
  async function capture(token: string, change: (metadata: string) => string = (text) => text) {
    const started = await service.call('POST', '/face/v1.2/session/start', { token });
    expect(started.statusCode).toBe(200);
    service.now += 20_000;
    const form = await capturedFor(sessionIdOf(token), started.json<Started>());
    const answer = await service.call('POST', '/face/v1.2/detectLiveness/singleModal', {
      token,
      form: { ...form, Metadata: change(form.Metadata) },
    });
    return { answer, form };
  }

  return {
    plan,
    capture,
    /** Records a presentation; returns its id. */
    async record(wanted: object = {}): Promise<string> {
      const { id, authToken } = await plan(wanted);
      expect((await capture(authToken ?? '')).answer.statusCode).toBe(204);
      return id;
    },
  };
}

/** The session that a token was made for. */
export function sessionIdOf(token: string): string {
  return (JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as { sid: string }).sid;
}
