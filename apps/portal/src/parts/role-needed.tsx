import type { Role } from '../api.js';
import { useSignedIn } from '../signed-in.js';
import { Notice } from './notice.js';

/** Says which role something takes, and whom to ask for it. */
export function RoleNeeded({
  role = 'Contributor',
  to,
  everywhere = false,
}: {
  role?: Role;
  /** What for: `see the keys`. */
  to?: string;
  /** On the whole installation; a role on one resource is not enough. */
  everywhere?: boolean;
}) {
  const { me } = useSignedIn();
  return (
    <Notice kind="hint">
      It takes the role {role}
      {everywhere && ' on the whole installation'}
      {to !== undefined && ` to ${to}`}. Ask {me.owners.join(' or ')}.
    </Notice>
  );
}
