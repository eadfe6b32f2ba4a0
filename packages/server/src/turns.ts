/** A number of places that work takes one after another, in the order in which it came. */
export interface Turns {
  /** Places that are taken. */
  readonly active: number;
  readonly waiting: number;
  /**
   * Waits for a place; {@link give} it back once.
   * @param patient lets everybody go first who is not
   * @throws the reason of `signal`, or of {@link close}, when it comes first
   */
  take(signal?: AbortSignal, patient?: boolean): Promise<void>;
  give(): void;
  /** Waits until every place is free. @throws the reason of `signal` */
  idle(signal?: AbortSignal): Promise<void>;
  /** Turns away whoever waits or comes, and waits until every place is free. */
  close(reason: Error): Promise<void>;
}

interface Waiting {
  go: () => void;
  turnAway: (reason: unknown) => void;
}

/** Makes `places` places, all of them free. */
export function createTurns(places: number): Turns {
  let active = 0;
  let closed: Error | null = null;
  const idlers = new Set<() => void>();
  const waiting: Waiting[] = [];
  const patiently: Waiting[] = [];

  async function idle(signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    // Somebody may have come between the call and its turn.
    while (active > 0)
      await new Promise<void>((resolve, reject) => {
        const end = (settle: () => void) => {
          idlers.delete(wake);
          signal?.removeEventListener('abort', giveUp);
          settle();
        };
        const wake = () => end(resolve);
        const giveUp = () => end(() => reject(signal?.reason));
        idlers.add(wake);
        signal?.addEventListener('abort', giveUp, { once: true });
      });
  }

  return {
    get active() {
      return active;
    },
    get waiting() {
      return waiting.length + patiently.length;
    },
    async take(signal, patient = false) {
      signal?.throwIfAborted();
      if (closed) throw closed;
      if (active >= places)
        await new Promise<void>((resolve, reject) => {
          const line = patient ? patiently : waiting;
          const giveUp = () => {
            line.splice(line.indexOf(one), 1);
            reject(signal?.reason);
          };
          const one = {
            go: () => {
              signal?.removeEventListener('abort', giveUp);
              resolve();
            },
            turnAway: (reason: unknown) => {
              signal?.removeEventListener('abort', giveUp);
              reject(reason);
            },
          };
          line.push(one);
          signal?.addEventListener('abort', giveUp, { once: true });
        });
      else active++;
    },
    give() {
      const next = waiting.shift() ?? patiently.shift();
      // The place goes from hand to hand, so that nobody who comes meanwhile gets it.
      if (next) next.go();
      else active--;
      if (active === 0) for (const wake of idlers) wake();
    },
    idle,
    async close(reason) {
      closed = reason;
      for (const { turnAway } of [...waiting.splice(0), ...patiently.splice(0)]) turnAway(reason);
      await idle();
    },
  };
}
