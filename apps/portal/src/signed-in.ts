import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { Api, Me } from './api.js';

/** Who is signed in, and the API as they see it. */
export interface SignedInState extends Api {
  me: Me;
  /** Asks again who that is: roles and acceptances change. */
  refresh(): Promise<void>;
  /** Shows the ways in. */
  leave(): void;
}

export const SignedIn = createContext<SignedInState | null>(null);

export function useSignedIn(): SignedInState {
  const state = useContext(SignedIn);
  if (!state) throw new Error('Pages of the portal are inside <SignedIn.Provider>.');
  return state;
}
