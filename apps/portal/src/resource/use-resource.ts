import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { Resource } from '../api.js';

/** The resource of the address, for its pages. */
export interface ResourceState {
  resource: Resource;
  /** Address of its pages. */
  base: string;
  mayChange: boolean;
  reload(): Promise<void>;
}

export const CurrentResource = createContext<ResourceState | null>(null);

export function useResource(): ResourceState {
  const state = useContext(CurrentResource);
  if (!state) throw new Error('Pages of a resource are inside <ResourcePages>.');
  return state;
}
