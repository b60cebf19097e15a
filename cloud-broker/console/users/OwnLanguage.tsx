import { useMutation } from '@tanstack/react-query';
import type { Language } from '../../../protocol/errors.ts';
import { change } from '../api/client.ts';
import { LanguageSwitch } from '../app/LanguageSwitch.tsx';

/** The language of the console, which mails to this user come in from then on; should that fail, the console changes all the same. */
export function OwnLanguage() {
  const save = useMutation({ mutationFn: (language: Language) => change('PATCH', '/me', { language }) });
  return <LanguageSwitch onChosen={(language) => save.mutate(language)} />;
}
