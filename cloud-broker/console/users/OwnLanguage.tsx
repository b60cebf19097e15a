import { useMutation } from '@tanstack/react-query';
import type { Language } from '../../../protocol/errors.ts';
import { change } from '../api/client.ts';
import { LanguageSwitch } from '../app/LanguageSwitch.tsx';

/** The console's language, also used for later mails to this user. The console changes even if saving fails. */
export function OwnLanguage() {
  const save = useMutation({ mutationFn: (language: Language) => change('PATCH', '/me', { language }) });
  return <LanguageSwitch onChosen={(language) => save.mutate(language)} />;
}
