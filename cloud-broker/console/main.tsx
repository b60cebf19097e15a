import './app/no-eval.ts';
import '@mantine/core/styles.css';
import './app/styles.css';
import { createRoot } from 'react-dom/client';
import { createQueryClient } from './api/query-client.ts';
import { parseAddress } from './app/address.ts';
import { App } from './shell/App.tsx';
import { readAhead } from './shell/read-ahead.ts';
import { keepFocus } from './parts/keep-focus.ts';
import { createI18n } from './words/i18n.ts';
import { languages, rememberedLanguage } from './words/language.ts';

const OTHER_LANGUAGE_MS = 3000;

const container = document.querySelector('#console');
if (container === null) throw new Error('index.html has no #console');

const client = createQueryClient();
const [i18n] = await Promise.all([
  createI18n(rememberedLanguage(localStorage, navigator.languages)),
  readAhead(client, parseAddress(window.location.pathname, window.location.search)),
]);
keepFocus();
createRoot(container).render(<App i18n={i18n} client={client} />);
// Loads the other language once the page is shown, so that switching also works without the service.
setTimeout(() => void i18n.loadLanguages([...languages]), OTHER_LANGUAGE_MS);
