/** How long the parts of a page take that are not the person's: in page time, whatever this machine needs for them. */
import type { PageClock } from './clock.js';

/** The finder's answer comes so long after its question, as on a phone of the middle class, ms. */
const LOOK_MS = 50;

interface Message {
  kind?: string;
  id?: number;
}

/**
 * The finder answers after {@link LOOK_MS}: not sooner where this machine is quicker, and page time waits where it is slower. The
 * loading of assets and every call of the service take as long as they really do.
 */
export function pacePage(clock: PageClock): void {
  paceWorkers(clock);
  const realFetch = window.fetch.bind(window);
  window.fetch = (...request) => realFetch(...request).finally(clock.followReal());
  const realSend = XMLHttpRequest.prototype.send;
  XMLHttpRequest.prototype.send = function (body) {
    this.addEventListener('loadend', clock.followReal(), { once: true });
    realSend.call(this, body);
  };
}

/** Messages between the page and its workers, which are told apart by their kinds. */
function paceWorkers(clock: PageClock): void {
  /** What each worker was asked and has not answered: how to go on when it has, and from when on its answer counts. */
  const asked = new WeakMap<Worker, Map<string, { release: () => void; fromMs: number }>>();
  const askedOf = (worker: Worker) => {
    const found = asked.get(worker) ?? new Map<string, { release: () => void; fromMs: number }>();
    asked.set(worker, found);
    return found;
  };
  const releaseAll = (worker: Worker) => {
    for (const { release } of askedOf(worker).values()) release();
    askedOf(worker).clear();
  };
  const { postMessage, terminate } = Worker.prototype;
  const addListener = Worker.prototype.addEventListener as typeof EventTarget.prototype.addEventListener;

  Worker.prototype.postMessage = function (this: Worker, message: Message, transfer: unknown) {
    const fromMs = clock.now() + LOOK_MS;
    if (message.kind === 'look')
      askedOf(this).set(`look ${message.id}`, { release: clock.holdAt(fromMs), fromMs });
    if (message.kind === 'load') askedOf(this).set('load', { release: clock.followReal(), fromMs: 0 });
    postMessage.call(this, message, transfer as StructuredSerializeOptions);
  } as typeof Worker.prototype.postMessage;

  Worker.prototype.terminate = function () {
    releaseAll(this);
    terminate.call(this);
  };

  Worker.prototype.addEventListener = function (
    this: Worker,
    type: string,
    listener: EventListener,
    options?: AddEventListenerOptions,
  ) {
    const paced = (event: Event) => {
      const { kind, id } = ((event as MessageEvent<unknown>).data ?? {}) as Message;
      const name = kind === 'seen' ? `look ${id}` : 'load';
      const question = kind === 'seen' || kind === 'ready' ? askedOf(this).get(name) : undefined;
      if (kind === 'failed') releaseAll(this);
      if (!question) return listener.call(this, event);
      askedOf(this).delete(name);
      question.release();
      clock.at(question.fromMs, () => listener.call(this, event));
    };
    addListener.call(this, type, type === 'message' ? paced : listener, options);
  } as typeof Worker.prototype.addEventListener;
}
