import { useEffect } from 'react';
import { useAddress } from '../app/Address.tsx';
import { PortalGate } from './PortalGate.tsx';

/** The portal's entrance: signs in, then shows the subscriptions. */
export function PortalPage() {
  return (
    <PortalGate>
      <Onward />
    </PortalGate>
  );
}

function Onward() {
  const { go } = useAddress();
  useEffect(() => go({ page: 'portalSubscriptions' }, { replace: true }), [go]);
  return null;
}
