import { request as requestHttp, type RequestOptions } from 'node:http';
import { request as requestHttps } from 'node:https';
import { AddressRefusedError, checkedLookup, checkHost } from '../http/outgoing.js';

/** What came of a call: the status of the answer, or why there is none. Nothing of an answer's body is read or kept. */
export type PostResult = { status: number } | { fault: string };

/** A receiver gets so long to answer, ms. */
const TIMEOUT_MS = 15_000;

/**
 * Posts JSON to a receiver. Redirects are not followed, and what is no public address is called only where `allowed` lists it.
 */
export function post(
  target: string,
  { body, headers }: { body: string; headers: Record<string, string> },
  { allowed, signal }: { allowed: readonly string[]; signal: AbortSignal },
): Promise<PostResult> {
  const url = new URL(target);
  const request = url.protocol === 'https:' ? requestHttps : requestHttp;
  const options: RequestOptions = {
    method: 'POST',
    agent: false,
    lookup: checkedLookup(allowed),
    signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
    headers: {
      ...headers,
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
      'user-agent': 'bonafide-webhooks/1',
    },
  };
  return new Promise((done) => {
    try {
      checkHost(url, allowed);
      const call = request(url, options, (answer) => {
        done({ status: answer.statusCode ?? 0 });
        answer.destroy();
      });
      call.on('error', (error) => done({ fault: faultOf(error) }));
      call.end(body);
    } catch (error) {
      done({ fault: faultOf(error) });
    }
  });
}

/** In words for the operator, without anything that tells about a network that they may not see. */
function faultOf(error: unknown): string {
  if (error instanceof AddressRefusedError) return error.message;
  if (!(error instanceof Error)) return 'failed';
  if (error.name === 'AbortError' || error.name === 'TimeoutError')
    return 'no answer in time, or the service ended';
  return 'code' in error && typeof error.code === 'string' ? error.code : 'failed';
}
