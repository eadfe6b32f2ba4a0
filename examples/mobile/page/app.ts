/**
 * The app's page: asks its app server for a token, runs the SDK's element, tells the server when it is done. The server is that
 * of examples/app-server; a real app sends who is signed in where this one sends its visitor's id.
 */
import { type BonafideLiveness, LivenessFailure } from '@bonafide/web';

/** Where the app server is; put in when the page is built. */
declare const APP_SERVER: string;

const element = find<BonafideLiveness>('bonafide-liveness');
const start = find<HTMLButtonElement>('#start');
const message = find('#message');

start.addEventListener('click', () => {
  start.disabled = true;
  message.textContent = '';
  check()
    .then((accepted) => (message.textContent = accepted ? 'Welcome' : 'That did not work. Try again.'))
    .catch((failure: unknown) => (message.textContent = sentenceFor(failure)))
    .finally(() => (start.disabled = false));
});

/** One check. True when the app server lets the person in. */
async function check(): Promise<boolean> {
  const { authToken, visitor } = await post<{ authToken: string; visitor: string }>('checks?kind=liveness');
  const done = await element.start(authToken);
  return (await post<{ accepted: boolean }>('checks/complete', done, visitor)).accepted;
}

/** Other origins get no cookies of the app server: the visitor's id is sent along. */
async function post<Answer>(path: string, body?: object, visitor?: string): Promise<Answer> {
  const answer = await fetch(`${APP_SERVER}/api/${path}`, {
    method: 'POST',
    credentials: 'omit',
    ...(body && { body: JSON.stringify(body) }),
    ...(visitor !== undefined && { headers: { authorization: `Bearer ${visitor}` } }),
  });
  if (!answer.ok) throw new Error(`the app server answered ${answer.status}`);
  return (await answer.json()) as Answer;
}

function sentenceFor(failure: unknown): string {
  if (!(failure instanceof LivenessFailure)) return 'The app server cannot be reached.';
  if (failure.livenessError === 'UserCanceledSession') return 'Cancelled.';
  if (failure.livenessError === 'CameraPermissionDenied')
    return 'Allow the camera in the settings of the app.';
  return `Not completed: ${failure.livenessError}.`;
}

function find<Kind extends HTMLElement = HTMLElement>(selector: string): Kind {
  const found = document.querySelector<Kind>(selector);
  if (!found) throw new Error(`expected ${selector} in the page`);
  return found;
}
