import { useQueryClient } from '@tanstack/react-query';
import { portalPerson } from '../../../protocol/api-portal.ts';
import { ask } from '../api/client.ts';
import { ofPortal } from '../sign-in/realms.ts';
import { Reset } from '../sign-in/ResetPage.tsx';

/** Where a reset mail's link leads: another password for its person. All sessions end with it, the one in this browser too. */
export function PortalResetPage() {
  const client = useQueryClient();
  return (
    <Reset
      realm={ofPortal}
      userOf={async (token) => (await ask('/portal/password/reset/show', portalPerson, { token })).email}
      onReset={() => ofPortal.newUser(client)}
    />
  );
}
