import { Agent } from 'node:https';
import { AzureKeyCredential } from '@azure/core-auth';
import { FaceClient as ClassicClient } from '@azure/cognitiveservices-face';
import { ApiKeyCredentials } from '@azure/ms-rest-js';
import createFaceB1 from 'face-b1';
import createFaceB3 from 'face-b3';
import type { Target } from './stage.js';

const KEY_HEADER = 'Ocp-Apim-Subscription-Key';

/** Options of both generations' clients: an authority of one's own, plain http where there is none, and no second tries. */
function optionsFor({ authority }: Target) {
  return {
    allowInsecureConnection: authority === undefined,
    ...(authority !== undefined && { tlsOptions: { ca: authority } }),
    retryOptions: { maxRetries: 0 },
  };
}

/** The client of generation A. */
export function clientA(target: Target, { key = target.key, endpoint = target.endpoint } = {}) {
  return createFaceB1(endpoint, new AzureKeyCredential(key), optionsFor(target));
}

/** The client of generation B. */
export function clientB(
  target: Target,
  { key = target.key, apiVersion = 'v1.2' }: { key?: string; apiVersion?: string } = {},
) {
  return createFaceB3(target.endpoint, new AzureKeyCredential(key), {
    ...optionsFor(target),
    // Its type lists the version that it was made for.
    ...({ apiVersion } as object),
  });
}

/** The client of the classic API. */
export function classicClient(target: Target, key = target.key): ClassicClient {
  const { authority } = target;
  return new ClassicClient(new ApiKeyCredentials({ inHeader: { [KEY_HEADER]: key } }), target.endpoint, {
    noRetryPolicy: true,
    ...(authority !== undefined && {
      agentSettings: { http: new Agent({ ca: authority }), https: new Agent({ ca: authority }) },
    }),
  });
}

/** What a device sends; it has no official client of its own, so that generation B's brings it. */
export async function sendCapture(
  target: Target,
  path: 'detectLiveness' | 'detectLivenessWithVerify',
  token: string,
  content: Uint8Array,
  verifyImage?: Uint8Array,
): Promise<{ status: string; body: unknown }> {
  const { status, body } = await clientB(target)
    .pathUnchecked(`/${path}/singleModal`)
    .post({
      contentType: 'multipart/form-data',
      headers: { authorization: `Bearer ${token}` },
      body: [
        { name: 'Content', body: content, filename: 'video.webp', contentType: 'image/webp' },
        { name: 'Metadata', body: '<insert-metadata>' },
        ...(verifyImage ? [{ name: 'VerifyImage', body: verifyImage }] : []),
      ],
    });
  return { status, body };
}
