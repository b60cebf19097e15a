import * as z from 'zod';

// Otherwise zod probes `new Function`, which the Content-Security-Policy refuses and reports. It probes when a schema is created, so main.tsx imports
// this before anything else.
z.config({ jitless: true });
