import './app/no-eval.ts';
import '@mantine/core/styles.css';
import './app/styles.css';
import { createRoot } from 'react-dom/client';
import { App } from './app/App.tsx';
import { createI18n } from './words/i18n.ts';
import { languages, rememberedLanguage } from './words/language.ts';

const container = document.querySelector('#console');
if (container === null) throw new Error('index.html has no #console');

const i18n = await createI18n(rememberedLanguage(localStorage, navigator.languages));
createRoot(container).render(<App i18n={i18n} />);
// The other one soon after, so that the switch of languages works without the service too.
void i18n.loadLanguages([...languages]);
