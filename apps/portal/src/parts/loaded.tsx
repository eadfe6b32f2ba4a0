import type { ComponentChildren } from 'preact';
import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { Notice } from './notice.js';

/** Something that comes from the service. While it is loaded again, the old value stays. */
export interface Loading<T> {
  value: T | null;
  error: Error | null;
  busy: boolean;
  reload(): Promise<void>;
}

/** Loads when a page appears and whenever `key` changes; an answer that comes after a later one is dropped. */
export function useLoading<T>(load: () => Promise<T>, key: string): Loading<T> {
  const [state, setState] = useState<{ key: string; value: T | null; error: Error | null; busy: boolean }>({
    key,
    value: null,
    error: null,
    busy: true,
  });
  const newest = useRef(0);
  const latest = useRef(load);
  latest.current = load;

  const reload = useCallback(async () => {
    const mine = ++newest.current;
    const put = (part: { value: T } | { error: Error }) => {
      if (mine === newest.current)
        setState((old) => ({
          key,
          value: old.key === key ? old.value : null,
          error: null,
          busy: false,
          ...part,
        }));
    };
    setState((old) => ({ key, value: old.key === key ? old.value : null, error: null, busy: true }));
    try {
      put({ value: await latest.current() });
    } catch (error) {
      put({ error: error as Error });
    }
  }, [key]);
  useEffect(() => void reload(), [reload]);
  return { ...state, value: state.key === key ? state.value : null, reload };
}

/** Shows what was loaded, that it is on its way, or why it does not come. */
export function Loaded<T>({
  of: { value, error, reload },
  children,
}: {
  of: Loading<T>;
  children: (value: T) => ComponentChildren;
}) {
  return (
    <>
      {error && (
        <Notice kind="error">
          {error.message}{' '}
          <button type="button" class="quiet" onClick={() => void reload()}>
            Try again
          </button>
        </Notice>
      )}
      {value !== null ? children(value) : !error && <p class="loading">Loading …</p>}
    </>
  );
}
