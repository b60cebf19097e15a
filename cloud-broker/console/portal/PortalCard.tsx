import type { ReactNode } from 'react';
import { AccessCard } from '../sign-in/AccessCard.tsx';
import { useWords } from '../words/words.ts';

interface PortalCardProps {
  title: string;
  onSubmit?: () => void;
  children: ReactNode;
}

/** One thing to do for who is not signed in to the portal. */
export function PortalCard({ title, onSubmit, children }: PortalCardProps) {
  const { t } = useWords();
  return (
    <AccessCard brand={t('portal.title')} title={title} {...(onSubmit === undefined ? {} : { onSubmit })}>
      {children}
    </AccessCard>
  );
}
